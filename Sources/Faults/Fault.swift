/// What an error is here: a code that never changes, what happened, and what to do about it.
///
/// Every module has one plain enum that conforms, and throws it typed. What a person reads is
/// ``FaultText/render(_:)`` of it, one line.
package protocol Fault: Error, Sendable, CustomStringConvertible {
    /// The stable name, `subject.what-is-wrong`, which documentation and tests refer to.
    var code: String { get }
    /// What is wrong: lower case, no full stop, naming the thing that it is about.
    var summary: String { get }
    /// One sentence that names a command, a setting or a file which mends it.
    var remedy: String { get }
    /// Where in a file of the user's it was found, if it came from one.
    var place: Place? { get }
    /// What the program ends with if this fault ends it.
    var exitStatus: ExitStatus { get }
    /// Whether the same call may succeed later without anybody doing anything: the one thing that a retry
    /// looks at.
    var mayPass: Bool { get }
}

extension Fault {
    package var place: Place? { nil }
    package var exitStatus: ExitStatus { .usage }
    package var mayPass: Bool { false }
    package var description: String { FaultText.render(self) }
}

/// A fault as a value without its type, for the ports of the engine, where faults of many adapters meet.
package struct AnyFault: Fault, Equatable {
    package var code: String
    package var summary: String
    package var remedy: String
    package var place: Place?
    package var exitStatus: ExitStatus
    package var mayPass: Bool

    package init(
        code: String, summary: String, remedy: String, place: Place? = nil,
        exitStatus: ExitStatus = .usage, mayPass: Bool = false
    ) {
        self.code = code
        self.summary = summary
        self.remedy = remedy
        self.place = place
        self.exitStatus = exitStatus
        self.mayPass = mayPass
    }

    /// The same fault, seen from where only its values matter.
    package init(_ fault: some Fault) {
        self.init(
            code: fault.code, summary: fault.summary, remedy: fault.remedy, place: fault.place,
            exitStatus: fault.exitStatus, mayPass: fault.mayPass)
    }
}

/// Several faults found in one go, for checks that report everything they find.
package struct FaultList: Error, Sendable, Equatable {
    /// Never empty, in the order of the files they were found in.
    package var faults: [AnyFault]

    package init(_ faults: [AnyFault]) {
        self.faults = faults
    }
}
