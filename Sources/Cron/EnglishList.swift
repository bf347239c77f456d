import Measures

/// Words for lists, ordinals and times, as the explanation needs them.
enum EnglishList {
    /// `a`, `a and b`, `a, b and c`.
    static func join(_ words: [String]) -> String {
        guard let last = words.last, words.count > 1 else { return words.first ?? "" }
        return words.dropLast().joined(separator: ", ") + " and \(last)"
    }

    /// `first` to `fifth`: no month has more of a weekday.
    static func ordinal(_ number: Int) -> String {
        ["first", "second", "third", "fourth", "fifth"][min(max(number, 1), 5) - 1]
    }

    /// `01:30`, and `01:30:15` where there are seconds.
    static func time(_ hour: Int, _ minute: Int, _ second: Int) -> String {
        "\(two(hour)):\(two(minute))" + (second == 0 ? "" : ":\(two(second))")
    }

    /// `15 minutes`, `1 hour and 30 minutes`, `second` for a single one.
    static func seconds(_ count: Int) -> String {
        var rest = count
        var parts: [String] = []
        for (length, name) in [(86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")]
        where rest >= length {
            parts.append("\(rest / length) \(name)\(rest / length == 1 ? "" : "s")")
            rest %= length
        }
        guard parts.count == 1, let only = parts.first, only.hasPrefix("1 ") else { return join(parts) }
        return String(only.dropFirst(2))
    }

    static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
