package import Faults

/// What keeps a file from being read.
package enum VerificationFault: Fault, Equatable {
    /// The file cannot be opened, in the system's words.
    case cannotOpen(String, why: String)
    /// The file cannot be read at this byte, in the system's words.
    case cannotRead(String, offset: Int64, why: String)
    /// It is a device, a pipe or a socket.
    case notAFile(String)
    /// It is not what an archive is, or not whole.
    case damaged(String, why: String)
    /// What is unpacked cannot be written there, in the system's words.
    case cannotWrite(String, why: String)
    /// The verification was cancelled.
    case cancelled

    package var code: String {
        switch self {
        case .cannotOpen: "verify.cannot-open"
        case .cannotRead: "verify.cannot-read"
        case .notAFile: "verify.not-a-file"
        case .damaged: "verify.damaged"
        case .cannotWrite: "verify.cannot-write"
        case .cancelled: "verify.cancelled"
        }
    }

    package var summary: String {
        switch self {
        case .cannotOpen(let path, let why): "'\(path)' cannot be opened: \(why)"
        case .cannotRead(let path, let offset, let why): "'\(path)' cannot be read at byte \(offset): \(why)"
        case .notAFile(let path): "'\(path)' is neither a file nor a folder"
        case .damaged(let path, let why): "'\(path)' is damaged: \(why)"
        case .cannotWrite(let path, let why): "'\(path)' cannot be written: \(why)"
        case .cancelled: "the verification was cancelled"
        }
    }

    package var remedy: String {
        switch self {
        case .cannotOpen: "Check the path, and that this user may read it."
        case .cannotRead:
            "Check the disk with 'dmesg', and copy the backup to another one if it still can be read."
        case .notAFile: "Name a file of 'pg_dump -Fc', '-Ft' or '-Fp', or the folder of 'pg_dump -Fd'."
        case .damaged: "Run 'pgvigil verify' on it for every finding, and take another set."
        case .cannotWrite: "Free space there, and check that this user may write."
        case .cancelled: "Run 'pgvigil verify' again."
        }
    }

    package var exitStatus: ExitStatus {
        switch self {
        case .damaged: .badResult
        case .cannotOpen, .cannotRead, .notAFile, .cannotWrite, .cancelled: .undetermined
        }
    }
}
