package import Faults

/// What can be wrong with a pattern, a time zone or a crontab file.
///
/// Columns count the characters of the pattern, or of the crontab's line, from 1. `instead` is the corrected
/// text.
package enum CronFault: Fault, Equatable {
    /// There is no pattern at all.
    case emptyPattern
    /// Neither five, six nor seven fields.
    case fieldCount(Int, column: Int)
    /// `@` and something that is no nickname.
    case unknownNickname(String, nearest: String?, column: Int)
    /// `@every` with an interval that is none, has fractions of a second, or is out of bounds.
    case badInterval(String, column: Int)
    /// Text after something that is complete.
    case trailingText(String, after: String, column: Int)
    /// A comma with nothing before or after it.
    case emptyItem(CronField, instead: String?, column: Int)
    /// Text that is no value of the field.
    case notAValue(String, CronField, instead: String?, column: Int)
    /// A number outside the values that may be written there.
    case outOfRange(String, CronField, allowed: ClosedRange<Int>, column: Int)
    /// `b-a`.
    case reversedRange(String, CronField, instead: String, column: Int)
    /// `*/0`.
    case stepZero(String, CronField, instead: String, column: Int)
    /// `N/step` and `/step`.
    case stepWithoutRange(String, CronField, instead: String, column: Int)
    /// A sign that belongs into another field.
    case misplaced(String, CronField, instead: String?, column: Int)
    /// Something that cannot be combined with a list or a range.
    case notAlone(String, CronField, instead: String, column: Int)
    /// A pattern that has no occurrence within the search bound.
    case neverFires(String)
    /// A zone's name that cannot be one.
    case badZoneName(String, column: Int)
    /// Bytes that are no time zone.
    case badZoneFile(name: String, because: String)
    /// A zone of the `right/` tree, whose clock counts leap seconds and is not POSIX time.
    case zoneCountsLeapSeconds(name: String)
    /// A crontab line that ends where the job's name belongs.
    case missingJob(column: Int)
    /// A crontab line whose last word is a month's or weekday's name, where a job belongs.
    case ambiguousLine(String, column: Int)
    /// A job's name with other characters than jobs have.
    case badJobName(String, instead: String?, column: Int)
    /// A word after the job's name that is no `key=value`.
    case badOption(String, column: Int)
    /// The same option twice.
    case duplicateOption(String, column: Int)
    /// A variable's value with an opening quote only.
    case openQuote(String, column: Int)

    /// The stable name.
    package var code: String {
        switch self {
        case .emptyPattern: "cron.empty-pattern"
        case .fieldCount: "cron.field-count"
        case .unknownNickname: "cron.unknown-nickname"
        case .badInterval: "cron.bad-interval"
        case .trailingText: "cron.trailing-text"
        case .emptyItem: "cron.empty-item"
        case .notAValue: "cron.not-a-value"
        case .outOfRange: "cron.out-of-range"
        case .reversedRange: "cron.reversed-range"
        case .stepZero: "cron.step-zero"
        case .stepWithoutRange: "cron.step-without-range"
        case .misplaced: "cron.misplaced"
        case .notAlone: "cron.not-alone"
        case .neverFires: "cron.never-fires"
        case .badZoneName: "zone.bad-name"
        case .badZoneFile: "zone.bad-file"
        case .zoneCountsLeapSeconds: "zone.leap-seconds"
        case .missingJob: "crontab.missing-job"
        case .ambiguousLine: "crontab.ambiguous-line"
        case .badJobName: "crontab.bad-job-name"
        case .badOption: "crontab.bad-option"
        case .duplicateOption: "crontab.duplicate-option"
        case .openQuote: "crontab.open-quote"
        }
    }

    /// Where in the pattern, or in the crontab's line, it was found, counted in characters from 1; nil for
    /// faults that are about the whole.
    package var column: Int? {
        switch self {
        case .fieldCount(_, let column), .unknownNickname(_, _, let column), .badInterval(_, let column),
            .trailingText(_, _, let column), .emptyItem(_, _, let column), .notAValue(_, _, _, let column),
            .outOfRange(_, _, _, let column), .reversedRange(_, _, _, let column),
            .stepZero(_, _, _, let column),
            .stepWithoutRange(_, _, _, let column), .misplaced(_, _, _, let column),
            .notAlone(_, _, _, let column),
            .badZoneName(_, let column), .missingJob(let column), .ambiguousLine(_, let column),
            .badJobName(_, _, let column), .badOption(_, let column), .duplicateOption(_, let column),
            .openQuote(_, let column):
            column
        case .emptyPattern, .neverFires, .badZoneFile, .zoneCountsLeapSeconds: nil
        }
    }

    /// The fault with its position in a file, for a text that begins at `start`.
    package func placed(at start: Place) -> AnyFault {
        var fault = AnyFault(self)
        fault.place = start
        fault.place?.column = (start.column ?? 1) + (column ?? 1) - 1
        return fault
    }
}
