/// The English of a pattern's fields.
struct Explanation {
    /// So many times of day are written out; more are described.
    private static let timesMax = 6

    private let items: [CronField: [FieldItem]]
    private let fields: [ReadField]

    init(_ fields: [ReadField]) {
        self.fields = fields
        items = Dictionary(fields.map { ($0.field, $0.items) }) { first, _ in first }
    }

    /// One sentence: the times, then the days.
    var when: String {
        let sentence = [times, days, months, years].compactMap { $0 }.joined(separator: ", ")
        return sentence.prefix(1).uppercased() + sentence.dropFirst() + "."
    }

    /// The sentence that says which of the day fields decide.
    static func rule(_ rule: FieldSets.DayRule) -> String {
        switch rule {
        case .everyDay: "Day rule: none, every day will do."
        case .dayOfMonth: "Day rule: the day of the month alone decides."
        case .weekday: "Day rule: the weekday alone decides."
        case .either: "Day rule: OR, a day will do if its day of the month or its weekday matches."
        case .both: "Day rule: AND, a day will do only if its day of the month and its weekday both match."
        }
    }

    /// The times of day, written out if they are few.
    private var times: String {
        let seconds = values(.second) ?? [0]
        if let hours = values(.hour), let minutes = values(.minute),
            values(.second) != nil || items[.second] == nil,
            hours.count * minutes.count * seconds.count <= Self.timesMax
        {
            let list = hours.flatMap { hour in
                minutes.flatMap { minute in seconds.map { EnglishList.time(hour, minute, $0) } }
            }
            return "at \(EnglishList.join(list))" + hashNote
        }
        let second = items[.second].flatMap {
            seconds == [0] && values(.second) != nil ? nil : describe($0, .second)
        }
        let isEverySecond = second != nil && isStepped(.second)
        let minute =
            isEverySecond && isAll(items[.minute] ?? []) ? nil : describe(items[.minute] ?? [], .minute)
        var hour = items[.hour].flatMap { isAll($0) ? nil : describe($0, .hour) }
        if hour == nil, !isStepped(.minute) { hour = "every hour" }
        return [second, minute, hour].compactMap { $0 }.joined(separator: ", ") + hashNote
    }

    /// Says where hashed values come from.
    private var hashNote: String {
        let isHashed = fields.contains { field in
            field.items.contains { if case .hashed = $0 { true } else { false } }
        }
        return isHashed ? " (H, from the job's name)" : ""
    }

    private var days: String? {
        let day = fields.first { $0.field == .dayOfMonth && $0.isRestricted }
        let weekday = fields.first { $0.field == .dayOfWeek && $0.isRestricted }
        let monthDays = day.map { "on \(EnglishList.join($0.items.map(Self.monthDay)))" }
        let weekDays = weekday.map { EnglishList.join($0.items.map(Self.weekDay)) }
        switch (monthDays, weekDays) {
        case (nil, nil): return "every day"
        case (let days?, nil): return days
        case (nil, let days?): return "on \(days)"
        case (let first?, let second?):
            return weekday?.requiresBoth == true
                ? "\(first) AND only on \(second)" : "\(first) OR on \(second)"
        }
    }

    private var months: String? {
        items[.month].flatMap {
            isAll($0) ? nil : "in \(EnglishList.join($0.map { Self.spell($0, .month) }))"
        }
    }

    private var years: String? {
        items[.year].flatMap { isAll($0) ? nil : "in \(EnglishList.join($0.map { Self.spell($0, .year) }))" }
    }

    /// The field's values, if they are single ones; nil for ranges, steps and `*`.
    private func values(_ field: CronField) -> [Int]? {
        var values: [Int] = []
        for item in items[field] ?? [] {
            switch item {
            case .range(let from, let to, _) where from == to: values.append(from)
            case .hashed(let from, _, nil): values.append(from)
            case .all, .range, .hashed, .lastDay, .lastWorkday, .nearestWorkday, .nthWeekday, .lastWeekday:
                return nil
            }
        }
        return values.isEmpty ? nil : Array(Set(values)).sorted()
    }

    /// Whether the field is `*` or `*/n`.
    private func isStepped(_ field: CronField) -> Bool {
        guard items[field]?.count == 1, case .all? = items[field]?.first else { return false }
        return true
    }

    private func isAll(_ items: [FieldItem]) -> Bool { items == [.all(step: 1)] }

    /// `every 15 minutes`, `at minutes 0 and 30`, `in the hours 9 to 17`.
    private func describe(_ items: [FieldItem], _ field: CronField) -> String {
        if items.count == 1, case .all(let step)? = items.first {
            if step == 1 { return "every \(field.title)" }
            if field.allValues.count % step == 0 { return "every \(step) \(field.title)s" }
        }
        let single = values(field)?.count == 1
        let noun = "\(field.title)\(single ? "" : "s")"
        let list = EnglishList.join(items.map { Self.spell($0, field) })
        return field == .hour ? "in the \(noun) \(list)" : "at \(noun) \(list)"
    }

    /// A value, a range or a step of a field that has numbers or names.
    private static func spell(_ item: FieldItem, _ field: CronField) -> String {
        switch item {
        case .all(let step):
            let (low, high) = (field.allValues.lowerBound, field.allValues.upperBound)
            return "\(name(low, field)) to \(name(high, field))" + every(step)
        case .range(let from, let to, _) where from == to: return name(from, field)
        case .range(let from, let to, let step):
            return "\(name(from, field)) to \(name(to, field))" + every(step)
        case .hashed(let from, _, nil): return name(from, field)
        case .hashed(let from, let to, let step?):
            return "\(name(from, field)) to \(name(to, field))" + every(step)
        case .lastDay, .lastWorkday, .nearestWorkday: return monthDay(item)
        case .nthWeekday, .lastWeekday: return weekDay(item)
        }
    }

    private static func every(_ step: Int) -> String {
        step == 1 ? "" : " in steps of \(step)"
    }

    private static func monthDay(_ item: FieldItem) -> String {
        switch item {
        case .lastDay(let before):
            let last = "the last day of the month"
            return before == 0 ? last : "the day \(before) day\(before == 1 ? "" : "s") before \(last)"
        case .lastWorkday: return "the last Monday-to-Friday day of the month"
        case .nearestWorkday(let day): return "the Monday-to-Friday day nearest to day \(day) of the month"
        case .all, .range, .hashed, .nthWeekday, .lastWeekday:
            let spelled = spell(item, .dayOfMonth)
            return "day\(spelled.contains(" ") ? "s" : "") \(spelled) of the month"
        }
    }

    private static func weekDay(_ item: FieldItem) -> String {
        switch item {
        case .nthWeekday(let weekday, let nth):
            "the \(EnglishList.ordinal(nth)) \(name(weekday, .dayOfWeek)) of the month"
        case .lastWeekday(let weekday): "the last \(name(weekday, .dayOfWeek)) of the month"
        case .all, .range, .hashed, .lastDay, .lastWorkday, .nearestWorkday: spell(item, .dayOfWeek)
        }
    }

    private static func name(_ value: Int, _ field: CronField) -> String {
        switch field {
        case .month:
            [
                "January", "February", "March", "April", "May", "June", "July", "August", "September",
                "October",
                "November", "December",
            ][value - 1]
        case .dayOfWeek:
            ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"][value % 7]
        case .hour: EnglishList.two(value)
        case .second, .minute, .dayOfMonth, .year: "\(value)"
        }
    }
}
