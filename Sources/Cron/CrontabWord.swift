/// A word of a crontab's line with the column it begins at, and what its looks say it can be.
struct CrontabWord {
    let text: Substring
    /// Counted in characters from 1.
    let column: Int

    /// The line's words, parted by spaces and tabs; the first that begins with `#` and all behind it are a
    /// comment.
    static func split(_ line: Substring, column first: Int) -> [CrontabWord] {
        var words: [CrontabWord] = []
        var column = first
        var rest = line
        while let start = rest.firstIndex(where: { $0 != " " && $0 != "\t" }) {
            column += rest.distance(from: rest.startIndex, to: start)
            rest = rest[start...]
            if rest.first == "#" { break }
            let text = rest.prefix { $0 != " " && $0 != "\t" }
            words.append(CrontabWord(text: text, column: column))
            rest = rest[text.endIndex...]
            column += text.count
        }
        return words
    }

    /// A pattern never holds `=`, and a job's name does not either.
    var isOption: Bool { text.contains("=") }

    /// Whether it is spelled as jobs are: `[a-z][a-z0-9_-]*`.
    var isJobName: Bool { Self.isKey(text) }

    /// Whether it can stand in a pattern: it begins with a digit or a sign, or its letters are names of
    /// months and weekdays, L, W or H, and it is not spelled as a job is. `mon` and `jan-mar` are spelled so,
    /// yet count as fields.
    var canBeField: Bool {
        guard let first = text.first else { return false }
        if !first.isLetter { return true }
        let letters = text.split(whereSeparator: { !$0.isLetter })
        return letters.allSatisfy { Self.fieldWords.contains($0.uppercased()) }
            && (!isJobName || isMadeOfNames)
    }

    /// Whether it is nothing but names of months or weekdays: `mon`, `jan-mar`, `Sat,Sun`, also written in
    /// full.
    var isMadeOfNames: Bool {
        let parts = text.split(omittingEmptySubsequences: false) { $0 == "-" || $0 == "," }
        return parts.allSatisfy { Self.calendarNames.contains($0.uppercased()) }
    }

    /// Whether the text is `[a-z][a-z0-9_-]*`, as the names of jobs and options are.
    static func isKey(_ text: some StringProtocol) -> Bool {
        guard let first = text.utf8.first, first >= UInt8(ascii: "a"), isLetterOrDigit(first) else {
            return false
        }
        return text.utf8.allSatisfy { byte in
            byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
                || (isLetterOrDigit(byte) && !(UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte))
        }
    }

    static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }

    /// Names in three letters, which patterns take, and in full, which they refuse with the right ones as the
    /// remedy.
    private static let calendarNames = Set(
        CronField.month.names + CronField.dayOfWeek.names + [
            "JANUARY", "FEBRUARY", "MARCH", "APRIL", "JUNE", "JULY", "AUGUST", "SEPTEMBER", "OCTOBER",
            "NOVEMBER",
            "DECEMBER", "SUNDAY", "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY",
        ])

    private static let fieldWords = calendarNames.union(
        ["L", "LW", "W", "H"] + CronField.dayOfWeek.names.map { $0 + "L" })
}
