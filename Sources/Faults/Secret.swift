/// Text that must not be seen: it prints, encodes and reflects as dots, and is read only where it is used.
package struct Secret: Sendable, Equatable, Hashable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    private let text: String

    package init(_ text: String) {
        self.text = text
    }

    /// The secret itself; a call of this is a place to review.
    package func reveal() -> String { text }

    package var description: String { "•••" }
    package var debugDescription: String { "•••" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
