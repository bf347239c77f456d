import Measures

/// One month with its matching days, which the search keeps while it stays in it.
struct MonthDays {
    private(set) var year: Int
    private(set) var month: Int
    /// The number of its first day.
    private(set) var firstDay: Int
    private(set) var length: Int
    /// Bit n stands for the day with the number `firstDay + n`.
    private(set) var matching: UInt64

    /// The month that holds a day.
    init(containing day: Int, _ sets: FieldSets) {
        let date = CivilDay.date(of: day)
        year = date.year
        month = date.month
        firstDay = day - date.day + 1
        length = CivilDay.length(year: year, month: month)
        matching = sets.days(
            year: year, month: month, firstWeekday: CivilDay.weekday(of: firstDay), length: length)
    }

    func contains(_ day: Int) -> Bool { day >= firstDay && day < firstDay + length }

    mutating func moveToNext(_ sets: FieldSets) {
        firstDay += length
        (year, month) = month == 12 ? (year + 1, 1) : (year, month + 1)
        update(sets)
    }

    mutating func moveToPrevious(_ sets: FieldSets) {
        (year, month) = month == 1 ? (year - 1, 12) : (year, month - 1)
        firstDay -= CivilDay.length(year: year, month: month)
        update(sets)
    }

    private mutating func update(_ sets: FieldSets) {
        length = CivilDay.length(year: year, month: month)
        matching = sets.days(
            year: year, month: month, firstWeekday: CivilDay.weekday(of: firstDay), length: length)
    }
}
