/// Reads one item of a field's list, from its first byte to its last.
struct ItemReader {
    private let text: PatternText
    private let field: CronField
    private let hashKey: String
    private let item: Range<Int>
    private var position: Int

    init(text: PatternText, field: CronField, item: Range<Int>, hashKey: String) {
        self.text = text
        self.field = field
        self.hashKey = hashKey
        self.item = item
        position = item.lowerBound
    }

    mutating func read() throws(CronFault) -> FieldItem {
        switch peek {
        case UInt8(ascii: "*"): return try readStar()
        case UInt8(ascii: "?"): return try readQuestionMark()
        case UInt8(ascii: "H"): return try readHash()
        case UInt8(ascii: "L"): return try readLastDay()
        case UInt8(ascii: "+"):
            throw .misplaced("+", field, instead: nil, column: text.column(position))
        case UInt8(ascii: "/"):
            throw .stepWithoutRange(whole, field, instead: "*\(whole)", column: text.column(position))
        default: return try readValue()
        }
    }

    private mutating func readStar() throws(CronFault) -> FieldItem {
        position += 1
        if let next = peek, isDigit(next) {
            let instead = "*/\(text.slice(position..<item.upperBound))"
            throw .notAValue(whole, field, instead: instead, column: text.column(item.lowerBound))
        }
        let step = try readStep(over: "*") ?? 1
        try finish()
        return .all(step: step)
    }

    private mutating func readQuestionMark() throws(CronFault) -> FieldItem {
        guard field == .dayOfMonth || field == .dayOfWeek else {
            throw .misplaced("?", field, instead: "*", column: text.column(position))
        }
        position += 1
        // `?` says "not this field"; OCPS 1.4, 4.2 forbids any other meaning, such as a step over it.
        try finish()
        return .all(step: 1)
    }

    /// `H`, `H(a-b)`, `H/step`, `H(a-b)/step`.
    private mutating func readHash() throws(CronFault) -> FieldItem {
        guard field != .year else {
            throw .misplaced("H", field, instead: nil, column: text.column(position))
        }
        position += 1
        var range = field.hashedValues
        if peek == UInt8(ascii: "(") {
            position += 1
            let start = position
            guard peek != UInt8(ascii: ")") else { throw badHash() }
            let from = try readNumberOrName()
            guard peek == UInt8(ascii: "-") else { throw badHash() }
            position += 1
            let to = try readNumberOrName()
            guard peek == UInt8(ascii: ")") else { throw badHash() }
            guard from <= to else {
                let ends = text.slice(start..<position).split(separator: "-").reversed().joined(
                    separator: "-")
                let rest = text.slice(position..<item.upperBound)
                throw .reversedRange(whole, field, instead: "H(\(ends)\(rest)", column: text.column(start))
            }
            range = from...to
            position += 1
        }
        let complete = text.slice(item.lowerBound..<position)
        let step = try readStep(over: complete)
        try finish()
        let start = HashedValue.choose(key: hashKey, field: field, below: min(step ?? .max, range.count))
        return .hashed(from: range.lowerBound + start, to: range.upperBound, step: step)
    }

    /// `L`, `L-3`, `LW` of the day of the month.
    private mutating func readLastDay() throws(CronFault) -> FieldItem {
        guard field == .dayOfMonth else {
            let instead =
                field == .dayOfWeek ? "6L for the last Saturday, or another weekday's number before L" : nil
            throw .misplaced("L", field, instead: instead, column: text.column(position))
        }
        position += 1
        if peek == UInt8(ascii: "W") {
            position += 1
            try finish()
            return .lastWorkday
        }
        guard peek == UInt8(ascii: "-") else {
            try finish()
            return .lastDay(before: 0)
        }
        position += 1
        let start = position
        guard let before = readDigits() else {
            throw .notAValue(whole, field, instead: "L-3", column: text.column(item.lowerBound))
        }
        guard (1...30).contains(before) else {
            throw .outOfRange(
                text.slice(start..<position), field, allowed: 1...30, column: text.column(start))
        }
        try finish()
        return .lastDay(before: before)
    }

    /// A value, a range, or a value with a sign behind it.
    private mutating func readValue() throws(CronFault) -> FieldItem {
        let from = try readNumberOrName()
        switch peek {
        case nil: return .range(from: from, to: from, step: 1)
        case UInt8(ascii: "-"):
            position += 1
            let to = try readNumberOrName()
            let spelled = text.slice(item.lowerBound..<position)
            let end = position
            if [UInt8(ascii: "W"), UInt8(ascii: "L"), UInt8(ascii: "#")].contains(peek) {
                throw notAlone(from, to, sign: text.slice(position..<item.upperBound))
            }
            let step = try readStep(over: spelled)
            try finish()
            guard from <= to else {
                let instead = Spelling.forwards(
                    text.slice(item.lowerBound..<end), from: from, to: to, step: step, in: field)
                throw .reversedRange(whole, field, instead: instead, column: text.column(item.lowerBound))
            }
            return .range(from: from, to: to, step: step ?? 1)
        case UInt8(ascii: "/"):
            throw .stepWithoutRange(
                whole, field,
                instead: Spelling.steps(
                    from: text.slice(item.lowerBound..<position), value: from,
                    step: text.slice(position..<item.upperBound), in: field),
                column: text.column(item.lowerBound))
        case UInt8(ascii: "W"), UInt8(ascii: "L"), UInt8(ascii: "#"): return try readSign(after: from)
        default:
            if !isNamed, let instead = Spelling.guess(whole, in: field) {
                throw .notAValue(whole, field, instead: instead, column: text.column(item.lowerBound))
            }
            try finish()
            return .range(from: from, to: from, step: 1)
        }
    }

    /// `15W` of the day of the month; `5L`, `5#L` and `2#3` of the weekday.
    private mutating func readSign(after value: Int) throws(CronFault) -> FieldItem {
        let start = position
        let sign = peek
        position += 1
        switch (field, sign) {
        case (.dayOfMonth, UInt8(ascii: "W")):
            try finish()
            return .nearestWorkday(value)
        case (.dayOfWeek, UInt8(ascii: "L")):
            try finish()
            return .lastWeekday(value)
        case (.dayOfWeek, UInt8(ascii: "#")):
            if peek == UInt8(ascii: "L") {
                position += 1
                try finish()
                return .lastWeekday(value)
            }
            let digits = position
            guard let nth = readDigits() else {
                throw .notAValue(
                    whole, field, instead: text.slice(item.lowerBound..<start) + "#1",
                    column: text.column(item.lowerBound))
            }
            guard (1...5).contains(nth) else {
                throw .outOfRange(
                    text.slice(digits..<position), field, allowed: 1...5, column: text.column(digits))
            }
            try finish()
            return .nthWeekday(weekday: value, nth: nth)
        default:
            throw .misplaced(text.slice(start..<position), field, instead: nil, column: text.column(start))
        }
    }

    /// `/n`, where `over` is what it steps over; nil if there is none.
    private mutating func readStep(over: String) throws(CronFault) -> Int? {
        guard peek == UInt8(ascii: "/") else { return nil }
        position += 1
        let start = position
        guard let step = readDigits() else {
            throw .notAValue(whole, field, instead: over, column: text.column(item.lowerBound))
        }
        guard step > 0 else {
            throw .stepZero(whole, field, instead: over, column: text.column(start))
        }
        guard step <= 9_999 else {
            throw .outOfRange(
                text.slice(start..<position), field, allowed: 1...9_999, column: text.column(start))
        }
        return step
    }

    /// A value within the field's bounds.
    private mutating func readNumberOrName() throws(CronFault) -> Int {
        let start = position
        if let value = readDigits() {
            guard field.values.contains(value) else {
                throw .outOfRange(
                    text.slice(start..<position), field, allowed: field.values, column: text.column(start))
            }
            return value
        }
        if item.upperBound - start >= 3 {
            let name = text.slice(start..<start + 3).uppercased()
            if let index = field.names.firstIndex(of: name) {
                position += 3
                return index + field.allValues.lowerBound
            }
        }
        throw .notAValue(
            whole, field, instead: Spelling.guess(whole, in: field), column: text.column(item.lowerBound))
    }

    /// The digits at the position as a number that saturates; nil if there are none.
    private mutating func readDigits() -> Int? {
        let start = position
        var value = 0
        while let byte = peek, isDigit(byte) {
            value = min(value * 10 + Int(byte - UInt8(ascii: "0")), 1_000_000)
            position += 1
        }
        return position == start ? nil : value
    }

    /// - Throws: ``CronFault/trailingText(_:after:column:)`` unless the item ends here.
    private func finish() throws(CronFault) {
        guard position < item.upperBound else { return }
        throw .trailingText(
            text.slice(position..<item.upperBound), after: text.slice(item.lowerBound..<position),
            column: text.column(position))
    }

    private func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    /// A sign that takes one day, behind a range: `1-15W`, `1-5L`, `MON-FRI#2`.
    private func notAlone(_ from: Int, _ to: Int, sign: String) -> CronFault {
        let list = field == .dayOfWeek && from <= to ? (from...to).map { "\($0)\(sign)" } : ["\(to)\(sign)"]
        return .notAlone(
            whole, field, instead: list.joined(separator: ","), column: text.column(item.lowerBound))
    }

    private func badHash() -> CronFault {
        let values = field.hashedValues
        return .notAValue(
            whole, field, instead: "H(\(values.lowerBound)-\(values.upperBound))",
            column: text.column(item.lowerBound))
    }

    /// Whether the item begins with a name, not a digit.
    private var isNamed: Bool { text.bytes[item.lowerBound] > UInt8(ascii: "9") }

    private var peek: UInt8? { position < item.upperBound ? text.bytes[position] : nil }

    private var whole: String { text.slice(item) }
}
