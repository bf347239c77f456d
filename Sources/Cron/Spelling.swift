/// Makes the corrected text that a remedy names.
enum Spelling {
    /// `5` and `/15` → `5-59/15`, `MON` and `/2` → `MON-SAT/2`, in the manner in which the value was written;
    /// where nothing comes after the value, the value alone.
    static func steps(from text: String, value: Int, step: String, in field: CronField) -> String {
        guard value < field.allValues.upperBound else { return text }
        if text.first?.isLetter == true, let last = field.names.last { return "\(text)-\(last)\(step)" }
        return "\(text)-\(field.allValues.upperBound)\(step)"
    }

    /// The text of a range that runs backwards, turned so that it does not: `22-2` → `22-23,0-2`.
    ///
    /// Years do not come round, so theirs are swapped; with a step the values are listed, since a step begins
    /// anew at every range.
    static func forwards(_ text: String, from: Int, to: Int, step: Int?, in field: CronField) -> String {
        let ends = text.split(separator: "-", maxSplits: 1).map(String.init)
        let (first, second) = (ends.first ?? "\(from)", ends.last ?? "\(to)")
        if field == .year { return "\(second)-\(first)" + (step.map { "/\($0)" } ?? "") }
        let low = field.allValues.lowerBound
        let high = field.allValues.upperBound
        if let step {
            let values = stride(from: from, through: high + to - low + 1, by: step)
                .map { $0 > high ? $0 - high - 1 + low : $0 }
            return Set(values).sorted().map(String.init).joined(separator: ",")
        }
        if field == .dayOfWeek, from == 7 { return "0-\(second)" }
        if field == .dayOfWeek, to == 0 { return "\(first)-7" }
        let named = first.first?.isLetter == true && second.first?.isLetter == true
        let (top, bottom) =
            named ? (field.names.last ?? "", field.names.first ?? "") : ("\(high)", "\(low)")
        let upper = from == high ? first : "\(first)-\(top)"
        return "\(upper),\(to == low ? second : "\(bottom)-\(second)")"
    }

    /// What somebody probably meant by text that is no value; nil without an idea.
    static func guess(_ text: String, in field: CronField) -> String? {
        let raised = text.uppercased()
        let signs: String =
            switch field {
            case .dayOfMonth: "LWH()-/0123456789"
            case .dayOfWeek: "LH#()-/0123456789"
            case .second, .minute, .hour, .month: "H()-/0123456789"
            case .year: ""
            }
        if raised != text, raised.allSatisfy({ signs.contains($0) }) { return raised }
        let start = String(raised.prefix(3))
        return raised.allSatisfy(\.isLetter) && field.names.contains(start) ? start : nil
    }
}
