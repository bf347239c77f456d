/// A part of a connection string. Bytes and not characters, as in libpq: a combining accent behind a `=` must
/// not hide it.
typealias URLBytes = ArraySlice<UInt8>

extension URLBytes {
    init(_ text: some StringProtocol) {
        self = Array(text.utf8)[...]
    }

    /// The text of bytes that were cut at ASCII characters from valid text, so that nothing is lost.
    var text: String { String(decoding: self, as: UTF8.self) }

    /// As C's `isspace` in the C locale.
    static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    /// Without blanks and line ends around it.
    var trimmed: URLBytes {
        var bytes = drop(while: URLBytes.isBlank)
        while let last = bytes.last, URLBytes.isBlank(last) { bytes.removeLast() }
        return bytes
    }

    /// The bytes before the first of some ASCII characters, or all.
    func upTo(_ characters: StaticString) -> URLBytes {
        let stops = characters.withUTF8Buffer { Array($0) }
        return prefix { !stops.contains($0) }
    }

    /// Whether the first byte is this ASCII character.
    func begins(with character: Unicode.Scalar) -> Bool { first.map(UInt32.init) == character.value }

    /// The position of the last occurrence of an ASCII character.
    func last(_ character: Unicode.Scalar) -> Int? { lastIndex { UInt32($0) == character.value } }

    /// Whether an ASCII character occurs.
    func has(_ character: Unicode.Scalar) -> Bool { contains { UInt32($0) == character.value } }

    /// The parts between an ASCII character, empty ones too.
    func parts(between character: Unicode.Scalar) -> [URLBytes] {
        split(omittingEmptySubsequences: false) { UInt32($0) == character.value }
    }
}
