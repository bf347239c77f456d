import Faults

extension CronFault {
    /// What is wrong, with the field and the text it is about.
    package var summary: String {
        switch self {
        case .emptyPattern: "the pattern is empty"
        case .fieldCount(let count, _): "the pattern has \(count) field\(count == 1 ? "" : "s")"
        case .unknownNickname(let text, _, _): "\(quoted(text)) is not a nickname"
        case .badInterval("", _): "@every names no interval"
        case .badInterval(let text, _): "\(quoted(text)) is not an interval for @every"
        case .trailingText(let text, let complete, _):
            "\(quoted(text)) follows \(quoted(complete)), which is complete"
        case .emptyItem(let field, _, _): "the \(field.title) field has an empty item"
        case .notAValue(let text, let field, _, _):
            "\(quoted(text)) is not a value of the \(field.title) field"
        case .outOfRange(let text, let field, let allowed, _):
            "\(quoted(text)) in the \(field.title) field is not within"
                + " \(allowed.lowerBound)-\(allowed.upperBound)"
        case .reversedRange(let text, let field, _, _):
            "the range \(quoted(text)) in the \(field.title) field runs backwards"
        case .stepZero(let text, let field, _, _): "\(quoted(text)) in the \(field.title) field steps by zero"
        case .stepWithoutRange(let text, let field, _, _):
            "\(quoted(text)) in the \(field.title) field has a step but no range"
        case .misplaced(let text, let field, _, _):
            "\(quoted(text)) has no meaning in the \(field.title) field"
        case .notAlone(let text, let field, _, _):
            "\(quoted(text)) in the \(field.title) field cannot be part of a list or a range"
        case .neverFires(let pattern): "\(quoted(pattern)) never fires: it has no occurrence within 40 years"
        case .badZoneName(let name, _): "\(quoted(name)) cannot be the name of a time zone"
        case .badZoneFile(let name, let because):
            "the file of time zone \(quoted(name)) is not usable: \(because)"
        case .zoneCountsLeapSeconds(let name): "time zone \(quoted(name)) counts leap seconds"
        case .missingJob: "the line names no job after its pattern"
        case .ambiguousLine(let word, _): "\(quoted(word)) can be the pattern's last field or a job's name"
        case .badJobName(let name, _, _): "\(quoted(name)) cannot be the name of a job"
        case .badOption(let text, _): "\(quoted(text)) is not an option"
        case .duplicateOption(let key, _): "option \(quoted(key)) is given twice"
        case .openQuote(let name, _): "the value of variable \(quoted(name)) has an opening quote only"
        }
    }

    /// What to write instead.
    package var remedy: String {
        switch self {
        case .emptyPattern: "Write five fields such as '30 1 * * *', or a nickname such as @daily."
        case .fieldCount:
            "Write five fields (minute, hour, day of month, month, day of week), six with a second before"
                + " them, or seven with also a year behind them."
        case .unknownNickname(_, let nearest?, _): "Write \(nearest)."
        case .unknownNickname: "Write one of \(Nickname.names.joined(separator: ", "))."
        case .badInterval:
            "Write whole seconds, minutes, hours or days, such as @every 15m, of at most 14610d."
        case .trailingText(_, let complete, _): "Write \(complete)."
        case .emptyItem(_, let instead?, _), .notAValue(_, _, let instead?, _),
            .misplaced(_, _, let instead?, _):
            "Write \(instead)."
        case .emptyItem(let field, nil, _), .notAValue(_, let field, nil, _):
            "Write \(Self.vocabulary(field))."
        case .outOfRange(_, _, let allowed, _):
            "Write a value from \(allowed.lowerBound) to \(allowed.upperBound)."
        case .reversedRange(_, _, let instead, _), .stepZero(_, _, let instead, _),
            .stepWithoutRange(_, _, let instead, _):
            "Write \(instead)."
        case .misplaced(let text, let field, nil, _): Self.home(of: text, notIn: field)
        case .notAlone(_, .dayOfWeek, let instead, _) where instead.contains(","): "Write \(instead)."
        case .notAlone(_, _, let instead, _):
            "Write \(instead) as the whole field, and the other days on a line of their own."
        case .neverFires:
            "Write a day that its months and years have; 'pgvigil next' shows when a pattern fires."
        case .badZoneName: "Write a name of the IANA time zone database, such as Europe/Paris or UTC."
        case .badZoneFile: "Install the package tzdata again, or name another zone."
        case .zoneCountsLeapSeconds(let name):
            name.hasPrefix("right/")
                ? "Write \(name.dropFirst(6))." : "Write a zone that does not count them, such as UTC."
        case .missingJob:
            "Write the name of a job of jobs/ after the pattern, such as '30 1 * * * nightly-backup'."
        case .ambiguousLine(let word, _):
            "Write \(word.uppercased()) if it belongs to the pattern, with a job's name after it;"
                + " a job cannot be called \(word)."
        case .badJobName(_, let instead?, _): "Write \(instead)."
        case .badJobName: "Write a letter, then letters, digits, '-' and '_', all lower case."
        case .badOption: "Write options as key=value without spaces, such as late=2h, after the job's name."
        case .duplicateOption(let key, _): "Write \(key)= once."
        case .openQuote: "Write the closing quote at the end of the line, or none."
        }
    }

    /// What may be written in a field.
    private static func vocabulary(_ field: CronField) -> String {
        let low = field.values.lowerBound
        let high = field.values.upperBound
        let names = field.names.isEmpty ? "" : " or \(field.names.first ?? "")-\(field.names.last ?? "")"
        return "*, a value from \(low) to \(high)\(names), or a range or list of them"
    }

    /// Where a sign belongs that stood in the wrong field.
    private static func home(of sign: String, notIn field: CronField) -> String {
        switch sign.last {
        case "+": "Write + only as the first character of the day-of-week field."
        case "L": "Write L only in the day-of-month field, or after a weekday, as in 5L."
        case "W": "Write W only after a day of the month, as in 15W."
        case "H": "Write H in any field but the year."
        default: "Write # only after a weekday, as in 2#3."
        }
    }

    /// The text in quotes, cut where it is long: a message is one line.
    private func quoted(_ text: String) -> String {
        text.count > 60 ? "'\(text.prefix(60))…'" : "'\(text)'"
    }
}
