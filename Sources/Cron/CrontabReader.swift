import Faults

/// Reads a crontab line by line, keeping the zone and the variables that are in force.
struct CrontabReader {
    private let file: String
    private(set) var lines: [CrontabLine] = []
    private(set) var faults: [AnyFault] = []
    private var zone: (name: String, place: Place)?
    private var environment: [String: String] = [:]
    private var number = 0

    init(file: String) {
        self.file = file
    }

    mutating func read(_ line: Substring, number: Int) {
        self.number = number
        let indent = line.prefix { $0 == " " || $0 == "\t" }.count
        let content = line.dropFirst(indent)
        guard let first = content.first, first != "#" else { return }
        guard let (name, value, column) = Self.splitVariable(content, column: indent + 1) else {
            return readSchedule(CrontabWord.split(content, column: indent + 1), zone: zone)
        }
        name == "CRON_TZ" ? readZone(value, column: column) : readVariable(name, value, column: column)
    }

    /// `NAME=value` and `NAME = value`, if the line begins so.
    private static func splitVariable(
        _ line: Substring, column: Int
    ) -> (name: String, value: Substring, column: Int)? {
        guard let sign = line.firstIndex(of: "=") else { return nil }
        let blanks: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        var name = line[..<sign]
        while let last = name.last, blanks(last) { name = name.dropLast() }
        guard let first = name.utf8.first, first > UInt8(ascii: "9"),
            name.utf8.allSatisfy({ $0 == UInt8(ascii: "_") || CrontabWord.isLetterOrDigit($0) })
        else { return nil }
        let after = line[line.index(after: sign)...]
        let value = after.drop(while: blanks)
        return (String(name), value, column + line.distance(from: line.startIndex, to: value.startIndex))
    }

    /// `CRON_TZ=Zone` for the lines below, or for the pattern that follows it on the line.
    private mutating func readZone(_ value: Substring, column: Int) {
        let words = CrontabWord.split(value, column: column)
        let spelled = words.first?.text ?? ""
        let name = Self.unquote(spelled) ?? String(spelled)
        do {
            try Zone.check(name: name)
        } catch {
            report(error, column: column)
            if words.count > 1 { readSchedule(Array(words.dropFirst()), zone: nil) }
            return
        }
        let found = (name: name, place: place(column))
        if words.count > 1 { readSchedule(Array(words.dropFirst()), zone: found) } else { zone = found }
    }

    private mutating func readVariable(_ name: String, _ value: Substring, column: Int) {
        var trimmed = value
        while let last = trimmed.last, last == " " || last == "\t" { trimmed = trimmed.dropLast() }
        guard let text = Self.unquote(trimmed) else {
            return report(.openQuote(name, column: 1), column: column)
        }
        environment[name] = text
    }

    /// The text without the quotes around it; nil if only the opening one is there.
    private static func unquote(_ text: Substring) -> String? {
        guard let quote = text.first, quote == "\"" || quote == "'" else { return String(text) }
        return text.count >= 2 && text.last == quote ? String(text.dropFirst().dropLast()) : nil
    }

    private mutating func readSchedule(_ words: [CrontabWord], zone: (name: String, place: Place)?) {
        guard let first = words.first else { return }
        let before = faults.count
        let fields = words.prefix(Self.patternLength(words))
        let rest = words.dropFirst(fields.count)
        let job = rest.first.flatMap { $0.isOption ? nil : $0 }
        let name = readJob(job, after: fields)
        let read = readPattern(fields, at: first.column, hashKey: name ?? "")
        let options = readOptions(rest.dropFirst(job == nil ? 0 : 1))
        guard faults.count == before, let name, let job, let pattern = read else {
            faults[before...].sort { $0.place?.column ?? 0 < $1.place?.column ?? 0 }
            return
        }
        lines.append(
            CrontabLine(
                pattern: pattern, patternText: pattern.description, zoneName: zone?.name,
                zonePlace: zone?.place,
                job: name, jobPlace: place(job.column), options: options, place: place(first.column),
                environment: environment))
    }

    /// How many words at the front are the pattern's: all that can be fields, and of the first five also
    /// those that cannot be a job, so that a slip in a field is called one.
    private static func patternLength(_ words: [CrontabWord]) -> Int {
        let fieldsMin = words.first?.text.first == "@" ? 0 : 5
        let end = words.indices.first { index in
            words[index].isOption
                || !(words[index].canBeField || (index < fieldsMin && !words[index].isJobName))
        }
        return end ?? words.count
    }

    private mutating func readJob(_ job: CrontabWord?, after pattern: ArraySlice<CrontabWord>) -> String? {
        guard let job else {
            // Without a single field, the pattern's fault says it all.
            if pattern.isEmpty { return nil }
            if let last = pattern.last, last.isJobName, last.isMadeOfNames {
                report(.ambiguousLine(String(last.text), column: 1), column: last.column)
            } else {
                report(.missingJob(column: 1), column: pattern.last.map { $0.column + $0.text.count } ?? 1)
            }
            return nil
        }
        guard job.isJobName else {
            let lowered = job.text.lowercased()
            let instead = CrontabWord.isKey(lowered) ? lowered : nil
            report(.badJobName(String(job.text), instead: instead, column: 1), column: job.column)
            return nil
        }
        return String(job.text)
    }

    private mutating func readPattern(_ words: ArraySlice<CrontabWord>, at column: Int, hashKey: String)
        -> CronPattern?
    {
        guard let first = words.first, let last = words.last else {
            report(.fieldCount(0, column: 1), column: column)
            return nil
        }
        // The line's own text, so that the columns of the pattern's faults are those of the line.
        let text = first.text.base[first.text.startIndex..<last.text.endIndex]
        let (pattern, found) = CronPattern.read(String(text), hashKey: hashKey)
        for fault in found { report(fault, column: column) }
        return pattern
    }

    private mutating func readOptions(_ words: ArraySlice<CrontabWord>) -> [CrontabOption] {
        var options: [CrontabOption] = []
        for word in words {
            let parts = word.text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count != 2 || !CrontabWord.isKey(parts[0]) || parts[1].isEmpty {
                report(.badOption(String(word.text), column: 1), column: word.column)
            } else if options.contains(where: { $0.key == parts[0] }) {
                report(.duplicateOption(String(parts[0]), column: 1), column: word.column)
            } else {
                options.append(
                    CrontabOption(key: String(parts[0]), value: String(parts[1]), place: place(word.column)))
            }
        }
        return options
    }

    private func place(_ column: Int) -> Place { Place(file: file, line: number, column: column) }

    private mutating func report(_ fault: CronFault, column: Int) {
        faults.append(fault.placed(at: place(column)))
    }
}
