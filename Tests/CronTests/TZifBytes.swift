/// Makes the bytes of time zone files, so that tests have zones that no country has.
struct TZifBytes {
    /// 1–4, or a byte that is no version.
    var version: UInt8 = UInt8(ascii: "2")
    /// The instants and the indices of their types.
    var transitions: [(instant: Int, type: UInt8)] = []
    /// The offsets of the types, in seconds.
    var offsets: [Int] = [0]
    var leapSeconds = 0
    var footer: String? = "UTC0"

    /// A zone with its offset before any change, its changes, and no footer.
    static func zone(_ first: Int, _ changes: [(instant: Int, offset: Int)]) -> TZifBytes {
        TZifBytes(
            transitions: changes.enumerated().map { ($1.instant, UInt8($0 + 1)) },
            offsets: [first] + changes.map(\.offset), footer: "")
    }

    var bytes: [UInt8] {
        let narrow = block(size: 4)
        guard version != 0 else { return narrow }
        return narrow + block(size: 8) + Array("\n\(footer ?? "")\n".utf8)
    }

    private func block(size: Int) -> [UInt8] {
        var bytes = Array("TZif".utf8) + [version] + [UInt8](repeating: 0, count: 15)
        let kept = size == 8 ? transitions : transitions.filter { Int32(exactly: $0.instant) != nil }
        for count in [0, 0, leapSeconds, kept.count, offsets.count, 4] { bytes += number(count, 4) }
        for transition in kept { bytes += number(transition.instant, size) }
        bytes += kept.map(\.type)
        for offset in offsets { bytes += number(offset, 4) + [0, 0] }
        bytes += Array("XXX\0".utf8)
        for index in 0..<leapSeconds { bytes += number(index * 1_000, size) + number(index + 1, 4) }
        return bytes
    }

    private func number(_ value: Int, _ size: Int) -> [UInt8] {
        (0..<size).reversed().map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }
}
