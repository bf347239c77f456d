/// Lines of text that are no wider than a screen.
enum TextLines {
    /// Columns that a line may take.
    static let width = 100

    /// The text with line breaks between its words; a word that is longer than a line stays whole.
    ///
    /// - Parameters:
    ///   - first: What the first line begins with.
    ///   - rest: What the others begin with.
    static func wrap(_ text: String, first: String = "", rest: String = "", width: Int = width) -> String {
        var lines: [String] = []
        var line = first
        var isEmpty = true
        for word in text.split(separator: " ") {
            if !isEmpty, line.count + 1 + word.count > width {
                lines.append(line)
                line = rest
                isEmpty = true
            }
            line += isEmpty ? word : " \(word)"
            isEmpty = false
        }
        return (lines + [line]).joined(separator: "\n")
    }

    /// Every line with so many spaces before it.
    static func indent(_ text: String, by count: Int = 2) -> String {
        let gap = String(repeating: " ", count: count)
        return text.split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.isEmpty ? "" : gap + $0 }.joined(separator: "\n")
    }

    /// `1 slot`, `2 slots`.
    static func count(_ number: Int, _ one: String, _ many: String? = nil) -> String {
        "\(number) \(number == 1 ? one : many ?? one + "s")"
    }
}
