import FoundationEssentials
import Measures
import Policy
import Testing

/// What a job says and what was done, of the same rows.
extension MaintenanceRow {
    /// `vacuum.factor=1 reindex.max_size=1GiB freeze=off`, separated by blanks.
    static func limits(_ text: String) throws -> MaintenanceLimits {
        var limits = MaintenanceLimits()
        for part in text.split(separator: " ") where part != "-" {
            let pair = part.split(separator: "=", maxSplits: 1).map(String.init)
            try set(pair[0], pair[1], in: &limits)
        }
        return limits
    }

    private static func set(_ key: String, _ value: String, in limits: inout MaintenanceLimits) throws {
        let parts = key.split(separator: ".").map(String.init)
        switch (parts[0], parts.dropFirst().first) {
        case ("leftovers", _): limits.dropsLeftovers = value != "off"
        case ("blocked_after", _): limits.blockerAge = try DurationText.parse(value)
        case ("starving_after", _): limits.starvingAfter = try #require(Int(value))
        case ("freeze", "share"): limits.freeze.share = try #require(Double(value))
        case ("freeze", "emergency_age"): limits.freeze.emergencyAge = try #require(Int64(value))
        case ("vacuum", "factor"): limits.vacuum.factor = try #require(Double(value))
        case ("analyze", "factor"): limits.analyze.factor = try #require(Double(value))
        case ("analyze", "parents_every"): limits.analyze.parentsEvery = try DurationText.parse(value)
        case ("reindex", "factor"): limits.reindex.factor = try #require(Double(value))
        case ("freeze", let rest): try set(rest, value, in: &limits.freeze.choice)
        case ("vacuum", let rest): try set(rest, value, in: &limits.vacuum.choice)
        case ("analyze", let rest): try set(rest, value, in: &limits.analyze.choice)
        case ("reindex", let rest): try set(rest, value, in: &limits.reindex.choice)
        default: Issue.record("no limit is called \(key)")
        }
    }

    private static func set(_ key: String?, _ value: String, in choice: inout ObjectChoice) throws {
        switch key {
        case nil: choice.isOn = value != "off"
        case "min_size": choice.sizeMin = try ByteCount.parse(value)
        case "max_size": choice.sizeMax = try ByteCount.parse(value)
        case "include": choice.include = value.split(separator: ",").map(pattern)
        case "exclude": choice.exclude = value.split(separator: ",").map(pattern)
        case .some(let other): Issue.record("no limit is called \(other)")
        }
    }

    /// A name, or the beginning of names before a `*`.
    private static func pattern(_ text: Substring) -> NamePattern {
        let isPattern = text.hasSuffix("*")
        let begin = String(isPattern ? text.dropLast() : text)
        return NamePattern(String(text), isPattern: isPattern) {
            isPattern ? $0.hasPrefix(begin) : $0 == begin
        }
    }

    /// `reindex public.i done=2d took=10s size=10MiB rows=1000000 file=1`, or `waited=`, `cancelled=` and so on; `left=` tells
    /// what a rebuild left, `left=?` that nobody could look.
    static func past(_ word: Word) throws -> PastMaintenance {
        let kind = try #require(MaintenanceClass(rawValue: word.head))
        let ends = PastMaintenance.End.allCases.filter { word.values[name($0)] != nil }
        let end = try #require(ends.first, "\(word.text)")
        let size = try word.size("size", ByteCount(100 << 20))
        let rebuilt = try word.number("rows").map { rows in
            PastMaintenance.Rebuilt(size: size, tuples: rows, fileNode: UInt32(try word.whole("file", 1)))
        }
        return PastMaintenance(
            kind: kind, object: word.name,
            table: QualifiedName(word.values["schema"] ?? word.name.schema, word.values["on"] ?? "t"),
            at: try #require(try word.ago(name(end), nil)), size: size,
            took: try word.values["took"].map { try DurationText.parse($0) } ?? .zero, end: end,
            reason: word.values["stale"] == nil ? "" : PastMaintenance.collationReason, after: rebuilt,
            leftovers: word.values["left"] == "?"
                ? nil : word.values["left"]?.split(separator: ",").map(String.init) ?? [])
    }

    private static func name(_ end: PastMaintenance.End) -> String {
        end == .noEffect ? "vain" : end.rawValue
    }
}
