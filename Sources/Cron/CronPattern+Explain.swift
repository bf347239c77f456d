extension CronPattern {
    /// Says in English when it is due, and which of its day fields decide.
    ///
    /// - Parameter zone: the zone it runs in; its clock changes are spoken of if it has any. Nil to leave zones
    ///   out.
    /// - Returns: sentences on one line.
    package func explain(in zone: Zone?) -> String {
        switch plan {
        case .reboot: return "When pgvigil starts, and never by the clock. Day rule: none."
        case .every(let interval):
            return
                "Every \(EnglishList.seconds(interval)), at the multiples of that since 1970-01-01T00:00:00Z,"
                + " whatever the zone. Day rule: none."
        case .fields(let sets):
            let explanation = Explanation(fields)
            return [
                explanation.when, Explanation.rule(sets.dayRule), zone.map { Self.clockChanges($0, sets) },
            ]
            .compactMap { $0 }.joined(separator: " ")
        }
    }

    private static func clockChanges(_ zone: Zone, _ sets: FieldSets) -> String {
        let times = "Times are those of \(zone.name)"
        guard zone.keepsChanging else { return "\(times), whose clocks do not change." }
        return sets.isWildcard
            ? "\(times); through clock changes it is due at every real instant that matches."
            : "\(times); what the clocks skip is due once right after, what they repeat on the first pass only."
    }
}
