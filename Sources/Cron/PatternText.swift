/// The bytes of a pattern, and where its words are.
struct PatternText {
    let bytes: [UInt8]
    /// The words, as ranges of bytes; spaces and tabs part them (OCPS 1.0, 4.1).
    let words: [Range<Int>]

    init(_ text: String) {
        let bytes = Array(text.utf8)
        var words: [Range<Int>] = []
        words.reserveCapacity(8)
        var start: Int?
        for (index, byte) in bytes.enumerated() {
            if byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") {
                if let begun = start { words.append(begun..<index) }
                start = nil
            } else if start == nil {
                start = index
            }
        }
        if let begun = start { words.append(begun..<bytes.count) }
        self.bytes = bytes
        self.words = words
    }

    /// The text of so many bytes.
    func slice(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    /// The column of a byte, counted in characters from 1.
    func column(_ position: Int) -> Int { slice(0..<position).count + 1 }

    /// The words with one space between them.
    var normalised: String {
        var text = [UInt8]()
        text.reserveCapacity(bytes.count)
        for word in words {
            if !text.isEmpty { text.append(UInt8(ascii: " ")) }
            text += bytes[word]
        }
        return String(decoding: text, as: UTF8.self)
    }
}
