package import Faults

/// Runs PostgreSQL's client programs; implemented by child processes, and by a twin in memory.
package protocol ToolPort: Sendable {
    /// The installations of client programs on this machine, in the order in which they are preferred.
    func clients() async -> [ClientTools]
    /// Runs a program to its end.
    ///
    /// Cancelling the task stops it politely (SIGTERM to its process group), then firmly (SIGKILL after
    /// `stopGrace`), and returns how it ended. A non-zero exit is a result, not an error.
    ///
    /// - Throws: A fault if the program could not be started, or the sink refused its output; it is stopped then.
    func run(_ call: ToolCall, output: ToolOutput) async throws(AnyFault) -> ToolResult
}

/// One folder with PostgreSQL's client programs.
package struct ClientTools: Sendable, Equatable {
    /// Absolute path of the folder that holds `pg_dump`.
    package var directory: String
    /// The major version that `pg_dump --version` told.
    package var major: Int
    /// The whole version text, such as `15.18`.
    package var version: String

    package init(directory: String, major: Int, version: String) {
        self.directory = directory
        self.major = major
        self.version = version
    }
}

/// A program with all that it is started with.
package struct ToolCall: Sendable, Equatable {
    /// An absolute path, or a name without a slash, which is looked for in `PATH`.
    package var executable: String
    package var arguments: [String]
    /// Set on top of a small clean environment (PATH, HOME, LANG, PG…).
    package var environment: [String: String]
    /// The wait between SIGTERM and SIGKILL.
    package var stopGrace: Duration
    /// What it reads from its standard input, which ends there.
    package var input: [UInt8]

    package init(
        executable: String, arguments: [String], environment: [String: String] = [:],
        stopGrace: Duration = .seconds(10), input: [UInt8] = []
    ) {
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
        self.stopGrace = stopGrace
        self.input = input
    }
}

/// Where a program's standard output goes.
package enum ToolOutput: Sendable {
    case discard
    /// Kept in memory up to so many bytes; more is a fault.
    case collect(bytesMax: Int)
    /// Handed over in order as it arrives, on one thread.
    case sink(any ByteSink)
}

/// Takes a program's output as it arrives.
package protocol ByteSink: AnyObject, Sendable {
    /// - Throws: A fault (disk full, damaged stream), upon which the program is stopped.
    func write(_ bytes: UnsafeRawBufferPointer) throws(AnyFault)
}

/// How a program ended.
package struct ToolResult: Sendable, Equatable {
    package var end: End
    /// What was collected of its standard output.
    package var output: [UInt8]
    /// The last lines of its standard error, at most 64 KiB.
    package var errorTail: String
    /// Lines of standard error that hold `warning:`; pg_dump ends with status 0 in spite of them.
    package var warnings: [String]
    package var wasStopped: Bool

    /// How a process ended.
    package enum End: Sendable, Equatable {
        case exited(Int32)
        case signalled(Int32)
    }

    package init(
        end: End, output: [UInt8] = [], errorTail: String = "", warnings: [String] = [],
        wasStopped: Bool = false
    ) {
        self.end = end
        self.output = output
        self.errorTail = errorTail
        self.warnings = warnings
        self.wasStopped = wasStopped
    }

    package var succeeded: Bool { end == .exited(0) }
}
