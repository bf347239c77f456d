/// The contents of a time zone file as far as they matter here: RFC 9636, section 3.
struct TZifFile {
    /// No file of the database comes near it; what is larger is no zone.
    static let bytesMax = 1 << 20

    /// The offset before the first transition: that of type 0 (RFC 9636, 3.2).
    let firstOffset: Int
    /// Rising.
    let transitions: [(instant: Int, offset: Int)]
    /// The footer, if there is one and it is not empty.
    let rule: PosixRule?

    static func read(_ bytes: [UInt8], name: String) throws(CronFault) -> TZifFile {
        guard bytes.count <= bytesMax else { throw .badZoneFile(name: name, because: "it is too large") }
        var reader = TZifReader(bytes: bytes, name: name)
        let header = try reader.readHeader()
        guard header.version >= 2 else { return try reader.readBody(header, timeSize: 4, withFooter: false) }
        // Version 1's block comes first for old readers, with the same zone in 32 bits.
        try reader.skip(header.bodySize(timeSize: 4))
        let wide = try reader.readHeader()
        return try reader.readBody(wide, timeSize: 8, withFooter: true)
    }
}

/// Reads numbers of the file in network order, never past its end.
private struct TZifReader {
    /// RFC 9636, 3.1.
    struct Header {
        let version: Int
        let isUTCount: Int
        let isStandardCount: Int
        let leapCount: Int
        let timeCount: Int
        let typeCount: Int
        let characterCount: Int

        func bodySize(timeSize: Int) -> Int {
            timeCount * (timeSize + 1) + typeCount * 6 + characterCount + leapCount * (timeSize + 4)
                + isStandardCount + isUTCount
        }
    }

    let bytes: [UInt8]
    let name: String
    private var position = 0

    init(bytes: [UInt8], name: String) {
        self.bytes = bytes
        self.name = name
    }

    mutating func readHeader() throws(CronFault) -> Header {
        guard try take(4).elementsEqual("TZif".utf8) else {
            throw fault("it does not begin as a time zone file does")
        }
        let byte = try take(1).first ?? 0
        guard byte == 0 || (UInt8(ascii: "2")...UInt8(ascii: "9")).contains(byte) else {
            throw fault("its version is unknown")
        }
        _ = try take(15)
        let header = Header(
            version: byte == 0 ? 1 : Int(byte - UInt8(ascii: "0")), isUTCount: try readNumber(4),
            isStandardCount: try readNumber(4), leapCount: try readNumber(4), timeCount: try readNumber(4),
            typeCount: try readNumber(4), characterCount: try readNumber(4))
        let counts = [
            header.isUTCount, header.isStandardCount, header.leapCount, header.timeCount, header.typeCount,
            header.characterCount,
        ]
        guard counts.allSatisfy({ (0...bytes.count).contains($0) }), (1...256).contains(header.typeCount)
        else {
            throw fault("its counts do not fit its size")
        }
        return header
    }

    mutating func readBody(_ header: Header, timeSize: Int, withFooter: Bool) throws(CronFault) -> TZifFile {
        guard header.leapCount == 0 else { throw .zoneCountsLeapSeconds(name: name) }
        guard bytes.count - position >= header.bodySize(timeSize: timeSize) else {
            throw fault("it is cut short")
        }
        var times: [Int] = []
        for _ in 0..<header.timeCount { times.append(try readNumber(timeSize)) }
        let types = Array(try take(header.timeCount))
        var offsets: [Int] = []
        for _ in 0..<header.typeCount {
            let offset = try readNumber(4)
            // RFC 9636, 3.2 allows −25 to 26 hours, both exclusive.
            guard (-89_999...93_599).contains(offset) else { throw fault("an offset is out of bounds") }
            offsets.append(offset)
            _ = try take(2)
        }
        guard types.allSatisfy({ Int($0) < offsets.count }) else { throw fault("a transition has no type") }
        guard zip(times, times.dropFirst()).allSatisfy({ $0 < $1 }) else {
            throw fault("its transitions are not in order")
        }
        _ = try take(header.characterCount + header.isStandardCount + header.isUTCount)
        let transitions = zip(times, types).map { (instant: max($0, Stretch.past), offset: offsets[Int($1)]) }
        return TZifFile(
            firstOffset: offsets[0], transitions: transitions, rule: withFooter ? try readFooter() : nil)
    }

    /// A line of its own (RFC 9636, 3.3); an empty one says nothing of the time after the table.
    private mutating func readFooter() throws(CronFault) -> PosixRule? {
        guard try take(1).first == UInt8(ascii: "\n"),
            let end = bytes[position...].firstIndex(of: UInt8(ascii: "\n"))
        else { throw fault("its footer is cut short") }
        let text = bytes[position..<end]
        if text.isEmpty { return nil }
        guard let rule = PosixRule.parse(text) else { throw fault("its footer is not a rule") }
        return rule
    }

    mutating func skip(_ count: Int) throws(CronFault) {
        _ = try take(count)
    }

    /// A signed number of 4 or 8 bytes.
    private mutating func readNumber(_ size: Int) throws(CronFault) -> Int {
        let bits = try take(size).reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
        return size == 4 ? Int(Int32(truncatingIfNeeded: bits)) : Int(truncatingIfNeeded: bits)
    }

    private mutating func take(_ count: Int) throws(CronFault) -> ArraySlice<UInt8> {
        guard count <= bytes.count - position else { throw fault("it is cut short") }
        defer { position += count }
        return bytes[position..<position + count]
    }

    private func fault(_ because: String) -> CronFault { .badZoneFile(name: name, because: because) }
}
