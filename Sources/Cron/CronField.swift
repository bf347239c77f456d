/// One of the seven fields of a pattern, in the order in which a pattern of seven writes them.
package enum CronField: Int, Sendable, Equatable, CaseIterable {
    /// 0–59; patterns of five fields have none, which means 0.
    case second
    /// 0–59.
    case minute
    /// 0–23.
    case hour
    /// 1–31, with `L`, `L-3`, `LW`, `15W` and `?`.
    case dayOfMonth
    /// 1–12 or `JAN`–`DEC`.
    case month
    /// 0–7 or `SUN`–`SAT`, both 0 and 7 being Sunday; with `5L`, `2#3`, `?` and a leading `+`.
    case dayOfWeek
    /// 1970–2199; patterns of five and six fields have none, which means any.
    case year

    /// What a message calls it.
    package var title: String {
        switch self {
        case .second: "second"
        case .minute: "minute"
        case .hour: "hour"
        case .dayOfMonth: "day of month"
        case .month: "month"
        case .dayOfWeek: "day of week"
        case .year: "year"
        }
    }

    /// The values that may be written.
    package var values: ClosedRange<Int> {
        switch self {
        case .second, .minute: 0...59
        case .hour: 0...23
        case .dayOfMonth: 1...31
        case .month: 1...12
        case .dayOfWeek: 0...7
        case .year: 1970...2199
        }
    }

    /// The values that `*` stands for: those that may be written, with Sunday once.
    var allValues: ClosedRange<Int> { self == .dayOfWeek ? 0...6 : values }

    /// The values that `H` chooses from: those of `*`, but only days that every month has.
    var hashedValues: ClosedRange<Int> { self == .dayOfMonth ? 1...28 : allValues }

    /// The three-letter names, in the order of their values; empty where only numbers may be written.
    var names: [String] {
        switch self {
        case .month: ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
        case .dayOfWeek: ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
        case .second, .minute, .hour, .dayOfMonth, .year: []
        }
    }

    /// The fields that a pattern of so many writes; nil if no pattern has so many.
    static func order(count: Int) -> ArraySlice<CronField>? {
        switch count {
        case 5: allCases[1...5]
        case 6: allCases[0...5]
        case 7: allCases[0...6]
        default: nil
        }
    }
}
