/// What is kept of a program's standard error: its end, and the lines that warn.
///
/// pg_dump ends with status 0 in spite of its warnings, so they are kept apart from the text that fills up.
struct ErrorTail: Sendable {
    /// At most so many bytes of the end are kept.
    static let tailMax = 64 << 10
    /// At most so many warnings are kept; what comes after is only counted.
    static let warningsMax = 500
    /// A longer line is cut.
    static let lineMax = 2_000

    private var bytes: [UInt8] = []
    private var line: [UInt8] = []
    private var kept: [String] = []
    private var dropped = 0

    /// Takes what the program has written next.
    mutating func take(_ chunk: some Collection<UInt8>) {
        bytes.append(contentsOf: chunk)
        if bytes.count > 2 * Self.tailMax { cut() }
        for byte in chunk {
            if byte == UInt8(ascii: "\n") {
                endLine()
            } else if line.count < Self.lineMax {
                line.append(byte)
            }
        }
    }

    /// Takes the last line, which need not end in a line break.
    mutating func finish() {
        endLine()
        cut()
    }

    /// The end of the text, from the start of a line where it has been cut.
    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The warnings in their order; the last one says how many more there were.
    var warnings: [String] {
        dropped == 0 ? kept : kept + ["warning: \(dropped) more warnings are not kept"]
    }

    private mutating func endLine() {
        defer { line.removeAll(keepingCapacity: true) }
        guard !line.isEmpty else { return }
        let text = String(decoding: line, as: UTF8.self)
        guard text.contains("warning:") else { return }
        if kept.count < Self.warningsMax { kept.append(text) } else { dropped += 1 }
    }

    private mutating func cut() {
        guard bytes.count > Self.tailMax else { return }
        let tail = bytes.suffix(Self.tailMax)
        let start = tail.firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? tail.startIndex
        bytes = Array(tail[start...])
    }
}
