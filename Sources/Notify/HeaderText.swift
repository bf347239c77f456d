import Faults
import FoundationEssentials

/// Text as it may stand in a header of a mail or of HTTP.
enum HeaderText {
    /// An encoded word is no longer than 75 characters (RFC 2047, section 2); so many bytes make one of at most 72.
    private static let wordBytesMax = 45

    /// One line in ASCII: the text itself, or words encoded by RFC 2047 where it has other characters.
    ///
    /// No text can end the header and begin another, since it has no line breaks any more.
    static func encoded(_ text: String, separator: String = " ") -> String {
        let line = FaultText.oneLine(text)
        guard line.utf8.contains(where: { $0 >= 0x80 }) || line.contains("=?") else { return line }
        var words: [[UInt8]] = [[]]
        for character in line.unicodeScalars {
            let bytes = Array(String(character).utf8)
            // A character must not be split between words (RFC 2047, section 5).
            if words[words.count - 1].count + bytes.count > wordBytesMax { words.append([]) }
            words[words.count - 1] += bytes
        }
        return words.map { "=?utf-8?B?\(Data($0).base64EncodedString())?=" }.joined(separator: separator)
    }

    /// The text without what cannot stand in an address: line breaks, control characters, other than ASCII.
    static func address(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.filter { (0x20..<0x7F).contains($0.value) }))
    }
}
