import ArchiveFormat
import Engine
import Faults
import FoundationEssentials
import Jobs
import Measures
import Wiring

/// A restore as a person reads it.
enum RestoreText {
    /// What is lost when a database is replaced by a backup.
    static func loss(
        _ loss: RestoreOutlook.Loss, _ spec: RestoreSpec, _ set: StoredSet, age: Duration,
        _ instants: InstantText
    ) -> String {
        var table = TextTable([("", .left), ("", .left)])
        table.add(["replaces", "\(spec.destination)"])
        let analyzed = loss.lastAnalyzed.map { ", statistics of \(instants.full($0))" } ?? ""
        table.add([
            "with", "\(loss.size), \(loss.tables) \(loss.tables == 1 ? "table" : "tables")\(analyzed)",
        ])
        let shown = loss.sessions.prefix(5).joined(separator: ", ")
        let more = loss.sessions.count > 5 ? " and \(loss.sessions.count - 5) more" : ""
        table.add(["in use by", loss.sessions.isEmpty ? "nobody" : shown + more])
        let manifest = set.manifest
        table.add([
            "by",
            "backup \(set.shortID) of \(manifest.target)/\(manifest.database.name), "
                + instants.full(manifest.started),
        ])
        table.add(["so", "what was written in the last \(DurationText.render(age)) is not in it"])
        table.add([
            "and",
            spec.dropOld
                ? "the old database is dropped at the end" : "the old database stays under another name",
        ])
        return String(table.render().drop { $0 == "\n" })
    }

    /// What was restored, in what time, and what may be done next.
    static func ending(_ run: RunRecord, _ steps: [StepRecord], _ spec: RestoreSpec) -> String {
        let took = run.endedAt.map { DurationText.render(.seconds($0.timeIntervalSince(run.startedAt))) }
        let chosen = steps.first { $0.name == .choose }?.detail ?? spec.backup
        let placed = steps.last { $0.name == .swap }?.detail ?? ""
        return "restored \(chosen)\(took.map { " in \($0)" } ?? "")\n\(placed)"
    }
}
