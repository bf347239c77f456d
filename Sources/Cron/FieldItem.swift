/// One item of a field's list, as it was read.
enum FieldItem: Sendable, Equatable {
    /// `*` and `*/step`; `?` is the same as `*` in a day field.
    case all(step: Int)
    /// A value (both ends alike), `a-b` and `a-b/step`.
    case range(from: Int, to: Int, step: Int)
    /// `H`, `H(a-b)`, `H/step`, `H(a-b)/step`, with the value that the job's name chose; step nil means that
    /// value only.
    case hashed(from: Int, to: Int, step: Int?)
    /// `L` (0 days before the last of the month) and `L-3`.
    case lastDay(before: Int)
    /// `LW`: the last Monday to Friday of the month.
    case lastWorkday
    /// `15W`: the Monday to Friday nearest to a day, within its month.
    case nearestWorkday(Int)
    /// `2#3`: the third Tuesday of the month.
    case nthWeekday(weekday: Int, nth: Int)
    /// `5L` and `FRI#L`: the last Friday of the month.
    case lastWeekday(Int)

    /// Whether it must be the only item of its field.
    var standsAlone: Bool {
        switch self {
        case .lastWorkday, .nearestWorkday: true
        case .all, .range, .hashed, .lastDay, .nthWeekday, .lastWeekday: false
        }
    }
}
