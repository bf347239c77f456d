import Faults
import Measures

/// Reads a pattern's text; collects a fault of every field rather than the first only.
struct PatternReader {
    private let text: PatternText
    private let hashKey: String
    private(set) var faults: [CronFault] = []

    init(_ text: String, hashKey: String) {
        self.text = PatternText(text)
        self.hashKey = hashKey
    }

    /// The pattern's words with one space between them.
    var normalised: String { text.normalised }

    /// What the pattern plans, or nil and at least one fault.
    mutating func read() -> (plan: CronPattern.Plan, fields: [ReadField])? {
        guard let first = text.words.first else { return fail(.emptyPattern) }
        if text.bytes[first.lowerBound] == UInt8(ascii: "@") { return readNickname(text.slice(first)) }
        guard let order = CronField.order(count: text.words.count) else {
            let position = text.words.dropFirst(7).first ?? first
            return fail(.fieldCount(text.words.count, column: text.column(position.lowerBound)))
        }
        var fields: [ReadField] = []
        fields.reserveCapacity(7)
        for (word, field) in zip(text.words, order) {
            do {
                fields.append(try readField(field, word))
            } catch {
                faults.append(error)
            }
        }
        return faults.isEmpty ? (.fields(FieldSets(fields)), fields) : nil
    }

    private mutating func readNickname(_ name: String) -> (plan: CronPattern.Plan, fields: [ReadField])? {
        if name == "@every" { return readInterval() }
        guard name == "@reboot" || Nickname.fields(of: name) != nil else {
            let nearest = Suggestion.nearest(to: name, among: Nickname.names)
            return fail(
                .unknownNickname(name, nearest: nearest, column: text.column(text.words[0].lowerBound)))
        }
        if let more = text.words.dropFirst().first {
            let rest = text.slice(more.lowerBound..<(text.words.last ?? more).upperBound)
            return fail(.trailingText(rest, after: name, column: text.column(more.lowerBound)))
        }
        guard let fields = Nickname.fields(of: name) else { return (.reboot, []) }
        var reader = PatternReader(fields, hashKey: hashKey)
        return reader.read()
    }

    /// `@every 15m`.
    private mutating func readInterval() -> (plan: CronPattern.Plan, fields: [ReadField])? {
        guard let word = text.words.dropFirst().first else {
            return fail(.badInterval("", column: text.column(text.bytes.count)))
        }
        let column = text.column(word.lowerBound)
        guard text.words.count == 2 else {
            let more = text.words[2]
            return fail(
                .trailingText(
                    text.slice(more.lowerBound..<(text.words.last ?? more).upperBound),
                    after: "@every \(text.slice(word))", column: text.column(more.lowerBound)))
        }
        let spelled = text.slice(word)
        // A text that is no duration gets the fault of this module, which says what an interval may be.
        guard let duration = try? DurationText.parse(spelled) else {
            return fail(.badInterval(spelled, column: column))
        }
        let (seconds, attoseconds) = duration.components
        guard attoseconds == 0, seconds >= 1, seconds <= Int64(OccurrenceSearch.daysMax * CivilDay.seconds)
        else {
            return fail(.badInterval(spelled, column: column))
        }
        return (.every(Int(seconds)), [])
    }

    private func readField(_ field: CronField, _ word: Range<Int>) throws(CronFault) -> ReadField {
        var rest = word
        let requiresBoth = field == .dayOfWeek && text.bytes[word.lowerBound] == UInt8(ascii: "+")
        if requiresBoth { rest = word.lowerBound + 1..<word.upperBound }
        var items: [FieldItem] = []
        var alone: Range<Int>?
        var start = rest.lowerBound
        while true {
            let end = text.bytes[start..<rest.upperBound].firstIndex(of: UInt8(ascii: ",")) ?? rest.upperBound
            guard start < end else {
                let kept = text.slice(rest).split(separator: ",").joined(separator: ",")
                throw .emptyItem(
                    field, instead: kept.isEmpty ? nil : (requiresBoth ? "+" : "") + kept,
                    column: text.column(start))
            }
            var reader = ItemReader(text: text, field: field, item: start..<end, hashKey: hashKey)
            let item = try reader.read()
            if item.standsAlone || text.bytes[start] == UInt8(ascii: "?") { alone = alone ?? start..<end }
            items.append(item)
            if end == rest.upperBound { break }
            start = end + 1
        }
        if let alone, items.count > 1 {
            throw .notAlone(
                text.slice(alone), field, instead: text.slice(alone), column: text.column(alone.lowerBound))
        }
        let isWhole =
            rest.count == 1 && [UInt8(ascii: "*"), UInt8(ascii: "?")].contains(text.bytes[rest.lowerBound])
        return ReadField(
            field: field, items: items, startsWithStar: text.bytes[word.lowerBound] == UInt8(ascii: "*"),
            isRestricted: !isWhole, requiresBoth: requiresBoth)
    }

    private mutating func fail(_ fault: CronFault) -> (plan: CronPattern.Plan, fields: [ReadField])? {
        faults.append(fault)
        return nil
    }
}
