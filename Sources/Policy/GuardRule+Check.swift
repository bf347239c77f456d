import Measures

extension GuardRule {
    /// Why the guards refuse work; empty while they let it go on.
    ///
    /// What cannot be read refuses: a guard that is blind must not wave through. Only `free_disk` may be
    /// without any reading, for a job that has no store.
    /// - Returns: One line for each reading that breaks a rule, in the order of the rules.
    package static func check(_ readings: [GuardReading], rules: [GuardRule]) -> [String] {
        rules.flatMap { rule in
            let concerned = readings.filter { $0.kind == rule.kind }
            if concerned.isEmpty, rule.kind != .freeDisk { return ["\(rule.kind.rawValue) was not read"] }
            return concerned.compactMap(rule.refusal)
        }
    }

    /// Why this rule refuses work at this reading; nil if it does not.
    private func refusal(_ reading: GuardReading) -> String? {
        let what = "\(kind.rawValue) of \(owner(of: reading))"
        guard let value = reading.value, !value.isNaN else {
            return "\(what) cannot be read" + (reading.why.isEmpty ? "" : ": \(reading.why)")
        }
        guard isBroken(by: value) else { return nil }
        let (found, bound) = (text(value), text(limit))
        switch kind {
        case .freeDisk:
            return "\(what) is \(found == bound ? "just below " : "")\(found), and \(bound) must remain"
        case .activeSessions, .transactionsPerSecond, .longestTransaction, .replicationLag, .walRate, .load:
            let verb = kind.counts && limit != 1 ? "are" : "is"
            return "\(what) is \(found == bound ? "just above " : "")\(found), and \(bound) \(verb) allowed"
        }
    }

    private func isBroken(by value: Double) -> Bool {
        switch kind {
        case .freeDisk: value < limit
        case .activeSessions, .transactionsPerSecond, .longestTransaction, .replicationLag, .walRate, .load:
            value > limit
        }
    }

    private func owner(of reading: GuardReading) -> String {
        switch kind {
        case .activeSessions, .transactionsPerSecond, .longestTransaction, .replicationLag, .walRate:
            "target '\(reading.subject)'"
        case .freeDisk: "store '\(reading.subject)'"
        case .load: reading.subject
        }
    }

    private func text(_ value: Double) -> String {
        // Beyond these bounds no clock and no disk goes, and a whole number of them could not be made.
        let bounded = min(max(value, -9e15), 9e15)
        switch kind {
        case .activeSessions, .transactionsPerSecond, .load:
            let rounded = Decimals.fixed(value, places: 2)
            guard rounded.contains(".") else { return rounded }
            let short = String(rounded.reversed().drop { $0 == "0" }.reversed())
            return short.hasSuffix(".") ? String(short.dropLast()) : short
        case .longestTransaction, .replicationLag: return DurationText.render(.seconds(bounded))
        case .walRate: return "\(ByteCount(Int64(bounded))) a second"
        case .freeDisk: return ByteCount(Int64(bounded)).description
        }
    }
}

extension GuardKind {
    /// Whether its values are numbers of things, for "40 are allowed".
    fileprivate var counts: Bool {
        switch self {
        case .activeSessions, .transactionsPerSecond: true
        case .longestTransaction, .replicationLag, .walRate, .freeDisk, .load: false
        }
    }
}
