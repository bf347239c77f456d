import FoundationEssentials
import Measures

/// What stands against an action, each in a line that names who is in the way; nil for nothing.
struct MaintenanceObstacles {
    private let blockerAge: Duration
    /// Those that hold rows of this database, the oldest first.
    private let blockers: [Blocker]
    private let hiddenSessions: Int

    /// A slot or a standby without an age holds back from so many transactions on.
    static let heldBackMin: Int64 = 1_000_000
    /// A snapshot that began in the last quarter of the time since the last vacuum leaves most dead rows removable.
    private static let vainFactor = 4.0

    init(_ facts: MaintenanceFacts, _ limits: MaintenanceLimits) {
        blockerAge = limits.blockerAge
        hiddenSessions = facts.hiddenSessions
        blockers = facts.blockers.filter { $0.database == nil || $0.database == facts.database }
    }

    /// Those that make something wait, for people.
    func notices() -> [String] {
        let lines = blockers.filter { $0.kind == .dump || isOld($0) }.map { Self.text($0) }
        guard hiddenSessions > 0 else { return lines }
        return lines + [
            "\(hiddenSessions) sessions of other roles cannot be looked into, and may hold old snapshots; "
                + "'GRANT pg_monitor' lets the role see them"
        ]
    }

    /// Whether it is held for longer than the job's file allows.
    private func isOld(_ blocker: Blocker) -> Bool {
        guard let seconds = blocker.seconds else { return blocker.xidAge >= Self.heldBackMin }
        return seconds >= blockerAge / .seconds(1)
    }

    /// Dead rows that somebody may still see are not removed: VACUUM says success and has done nothing.
    func snapshot(vacuuming relation: RelationFacts, ofSystem: Bool, at now: Date) -> String? {
        let inVain = blockers.first { blocker in
            if blocker.catalogsOnly, !ofSystem { return false }
            if blocker.kind == .dump { return true }
            guard isOld(blocker) else { return false }
            guard let seconds = blocker.seconds, let last = relation.lastVacuum else { return true }
            return seconds * Self.vainFactor >= now.timeIntervalSince(last)
        }
        return inVain.map { "it would remove little: \(Self.text($0))" }
    }

    /// No row is frozen that is younger than the oldest snapshot.
    func snapshot(freezing age: Int64, ofSystem: Bool) -> String? {
        let oldest = blockers.filter { ofSystem || !$0.catalogsOnly }.max { $0.xidAge < $1.xidAge }
        guard let oldest, Double(oldest.xidAge) > Double(age) * MaintenanceSurvey.vainShare else {
            return nil
        }
        return "its age would stay above \(Decimals.grouped(oldest.xidAge)): \(Self.text(oldest))"
    }

    /// REINDEX CONCURRENTLY waits for every older snapshot of its database, at the end of all its work.
    func snapshotForRebuild() -> String? {
        let inTheWay = blockers.first { blocker in
            switch blocker.kind {
            case .dump: true
            case .snapshot, .prepared: isOld(blocker)
            case .slot, .standby: false
            }
        }
        return inTheWay.map { "it would wait at its end: \(Self.text($0))" }
    }

    /// A dump has a lock on every table until it ends.
    func dump() -> String? {
        blockers.first { $0.kind == .dump }.map { "it would wait: \(Self.text($0))" }
    }

    func right(_ mayMaintain: Bool) -> String? {
        mayMaintain
            ? nil : "the role that connects may not maintain it: that takes its owner, or MAINTAIN from 17 on"
    }

    /// A statement of ours would cancel it, or queue behind it where it prevents the wraparound.
    func autovacuum(_ relations: [RelationFacts]) -> String? {
        autovacuum(of: relations)
    }

    /// The same for an index, by its table.
    func autovacuum(of relations: [RelationFacts]) -> String? {
        relations.compactMap(\.autovacuum).first.map { worker in
            "another vacuum or analyze is at work on its table (pid \(worker.pid)"
                + (worker.preventsWraparound ? ", to prevent wraparound)" : ")")
        }
    }

    /// Who it is, by pid, application and age.
    static func text(_ blocker: Blocker) -> String {
        let age = blocker.seconds.map { DurationText.render(.seconds(Int64(min(max($0, 0), 1e12)))) }
        let whose = blocker.user.isEmpty ? "" : " of \(blocker.user)"
        let pid = blocker.pid.map { " (pid \($0))" } ?? ""
        let held = "holds back rows \(Decimals.grouped(blocker.xidAge)) transactions old"
        switch blocker.kind {
        case .dump:
            return "a dump\(whose)\(pid), '\(blocker.name)', has held its snapshot for \(age ?? "some time")"
        case .snapshot:
            let name = blocker.name.isEmpty ? "a session" : "'\(blocker.name)'"
            return "\(name)\(whose)\(pid) has held its snapshot for \(age ?? "some time")"
        case .prepared:
            return
                "the prepared transaction '\(blocker.name)'\(whose) has been open for \(age ?? "some time")"
        case .slot: return "the replication slot '\(blocker.name)' \(held)"
        case .standby: return "the standby '\(blocker.name)'\(pid) \(held)"
        }
    }
}
