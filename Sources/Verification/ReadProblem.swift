import ArchiveFormat
import Compression

/// Why a stream of a file cannot be read to its end.
enum ReadProblem: Error {
    case stream(StreamReader.Flaw)
    case file(VerificationFault)

    /// Whether a decoder that is allowed more memory might go on.
    var needsWindow: Bool {
        switch self {
        case .stream(let flaw): flaw.needsWindow
        case .file: false
        }
    }

    /// The finding that it amounts to.
    func finding(subject: String, file: String?, offset: Int64) -> Finding {
        switch self {
        case .stream(let flaw): Finding(flaw, subject: subject, file: file, offset: offset)
        case .file(let fault): Finding(fault, subject: subject, file: file)
        }
    }
}

extension Finding {
    /// The finding that a flaw of a stream amounts to.
    init(_ flaw: StreamReader.Flaw, subject: String, file: String?, offset: Int64) {
        let (kind, message): (FindingKind, String) =
            switch flaw {
            case .trailing: (.streamTrailing, "bytes follow the end of the compressed data of \(subject)")
            case .unfinished: (.streamUnfinished, "the compressed data of \(subject) does not end")
            case .codec(.broken(let why)): (.streamBroken, "the data of \(subject) does not decode: \(why)")
            case .codec(.checksum(let name)):
                (.streamChecksum, "the data of \(subject) is not what its \(name) was taken of")
            case .codec(let fault):
                (.unsupported, "the data of \(subject) cannot be decoded here: \(fault.summary)")
            }
        self.init(kind, subject: subject, file: file, offset: offset, message: message)
    }

    /// The finding that an unreadable file amounts to.
    init(_ fault: VerificationFault, subject: String, file: String?) {
        switch fault {
        case .cancelled: self.init(.cancelled, subject: subject, file: file, message: fault.summary)
        case .cannotRead(_, let offset, _):
            self.init(.unreadable, subject: subject, file: file, offset: offset, message: fault.summary)
        case .cannotOpen, .notAFile, .damaged, .cannotWrite:
            self.init(.unreadable, subject: subject, file: file, message: fault.summary)
        }
    }
}
