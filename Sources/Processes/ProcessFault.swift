package import Faults

/// What can go wrong with a child process before it has an exit status to tell.
package enum ProcessFault: Fault, Equatable {
    /// There is no such program.
    case notFound(program: String)
    /// It has no slash in its name, and none of the folders in `PATH` holds it.
    case notInPath(program: String, path: String)
    /// The file is there and may not be run, or is no file.
    case notExecutable(program: String)
    /// The system refused to start it, with the reason that it gave.
    case cannotStart(program: String, reason: String)
    /// The pipes to it could not be made, mostly for want of file descriptors.
    case noPipe(reason: String)
    /// It wrote more than its caller wants to keep in memory.
    case tooMuchOutput(bytesMax: Int)
    /// Its output could not be read to the end.
    case unreadableOutput(reason: String)
    /// How busy the host is cannot be read.
    case noLoad(reason: String)

    /// The stable name of the fault.
    package var code: String {
        switch self {
        case .notFound: "tool.not-found"
        case .notInPath: "tool.not-in-path"
        case .notExecutable: "tool.not-executable"
        case .cannotStart: "tool.cannot-start"
        case .noPipe: "tool.no-pipe"
        case .tooMuchOutput: "tool.too-much-output"
        case .unreadableOutput: "tool.unreadable-output"
        case .noLoad: "host.no-load"
        }
    }

    /// What is wrong, with the program that it is about.
    package var summary: String {
        switch self {
        case .notFound(let program): "there is no program \(program)"
        case .notInPath(let program, let path): "there is no program '\(program)' in \(path)"
        case .notExecutable(let program): "\(program) may not be run"
        case .cannotStart(let program, let reason): "\(program) could not be started: \(reason)"
        case .noPipe(let reason): "no pipe to a child process could be made: \(reason)"
        case .tooMuchOutput(let bytesMax):
            "the program wrote more than \(bytesMax) bytes where a short answer was due"
        case .unreadableOutput(let reason): "the output of the program could not be read: \(reason)"
        case .noLoad(let reason): "the load of this host cannot be read: \(reason)"
        }
    }

    /// What mends it.
    package var remedy: String {
        switch self {
        case .notFound:
            "Install it, or correct its path; 'clients' in pgvigil.yaml names folders with PostgreSQL's programs."
        case .notInPath: "Write its whole path, or install it; PATH is that of the daemon, not of your shell."
        case .notExecutable: "Make it executable for the user that runs pgvigil (chmod a+x)."
        case .cannotStart: "Run the program by hand as the same user to see what it lacks."
        case .noPipe: "Raise the limit of open files (ulimit -n), or lower 'limits: runs' in pgvigil.yaml."
        case .tooMuchOutput: "Run the program by hand to see what it writes."
        case .unreadableOutput: "Run the job again; the kernel's log (dmesg) tells more."
        case .noLoad: "Remove 'load' from the guards of the window, or mount /proc."
        }
    }

    /// Programs that are missing leave a question open; the rest is a failed run.
    package var exitStatus: ExitStatus {
        switch self {
        case .notFound, .notInPath, .notExecutable, .cannotStart, .noLoad: .undetermined
        case .noPipe, .tooMuchOutput, .unreadableOutput: .badResult
        }
    }

    /// Only what the load of the machine causes goes away by itself.
    package var mayPass: Bool {
        switch self {
        case .noPipe, .cannotStart, .unreadableOutput: true
        case .notFound, .notInPath, .notExecutable, .tooMuchOutput, .noLoad: false
        }
    }
}
