import Faults
import FoundationEssentials
import Glibc

/// The terminal, or the files that stand for it.
enum Console {
    static var errorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }
    static var outputIsTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

    /// Columns of the terminal on standard error; 80 when it does not tell.
    static var width: Int {
        var size = winsize()
        return ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
    }

    /// Writes a line to standard output.
    static func say(_ text: String) { write(text + "\n", to: STDOUT_FILENO) }

    /// Writes text to standard output as it is.
    static func write(_ text: String) { write(text, to: STDOUT_FILENO) }

    /// Writes text to standard error as it is.
    static func whisper(_ text: String) { write(text, to: STDERR_FILENO) }

    /// Writes a fault's one line to standard error.
    static func complain(_ fault: some Fault) { write("pgvigil: \(fault)\n", to: STDERR_FILENO) }

    /// Writes all of it, or as much as somebody reads: a reader that is gone must not end a backup.
    private static func write(_ text: String, to descriptor: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0 {
                if errno == EINTR || errno == EAGAIN { continue }
                return
            }
            bytes = bytes.dropFirst(written)
        }
    }
}

/// JSON as every `--json` writes it: sorted keys, instants in UTC, one document a line unless it is for reading.
enum JSONText {
    static func render(_ value: some Encodable, pretty: Bool = true) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting =
            pretty
            ? [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes] : [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        // Our own views hold nothing that JSON cannot.
        return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "null"
    }
}
