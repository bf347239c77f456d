/// Text of an archive, kept as the bytes that were there.
///
/// An archive is written in the dump's encoding, which need not be UTF-8, and a damaged one holds anything;
/// so the bytes are the value, and what a person reads is ``display``.
package struct ArchiveText: Sendable, Equatable, Hashable, CustomStringConvertible, ExpressibleByStringLiteral
{
    /// Exactly what stands in the archive.
    package var bytes: [UInt8]

    /// The text of these bytes.
    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The text of this string, in UTF-8.
    package init(_ string: String) {
        bytes = Array(string.utf8)
    }

    package init(stringLiteral value: String) {
        self.init(value)
    }

    /// The text for people: what is not UTF-8 shows as U+FFFD.
    package var display: String { String(decoding: bytes, as: UTF8.self) }

    /// The same as ``display``.
    package var description: String { display }
}
