import Engine
import Measures
import Policy
import Postgres

/// VACUUM and ANALYZE.
extension MaintenanceBench {
    /// Statistics arrive late before 15; so long they are waited for.
    private static let lookAgainMax = 30
    private static let lookAgain = Duration.milliseconds(100)

    func tidyTable() async throws(PostgresFault) -> MaintenanceEffect {
        guard let before = try await reader.table(action.oid) else {
            return .skipped("it was dropped meanwhile")
        }
        if before.isTemporary { return .skipped("it is another session's temporary table") }
        if let other = try await vacuumAtWork(action.oid) { return .skipped(other) }
        let statement = MaintenanceStatement(version: version, gently: work.gently)
        let sql =
            action.kind == .analyze
            ? statement.analyze(before.name)
            : statement.vacuum(before.name, action.options, freezes: action.kind == .freeze)
        let ending = try await supervise(skippingLocked: sql, of: action.oid)
        var effect: MaintenanceEffect
        switch ending.result {
        case .success: effect = try await proof(ending, before)
        case .failure(let fault):
            effect = trouble(fault, ending)
            // The reason that was found is worth more than a second one.
            effect.after = try? await reader.table(action.oid)?.state
        }
        effect.before = before.state
        effect.took = ending.took
        effect.statement = sql
        return effect
    }

    /// Tries again for a moment where somebody has the lock, unless that is a vacuum.
    func supervise(skippingLocked sql: String, of oid: UInt32) async throws(PostgresFault) -> Ending {
        let end = ContinuousClock.now + work.gently.lockTimeout
        var ending = await supervise(sql, plainRule)
        while ending.wasLocked, ContinuousClock.now < end, work.note.reason == nil {
            guard try await vacuumAtWork(oid) == nil else { break }
            // Nobody cancels this task; the note is looked at above.
            try? await Task.sleep(for: Self.lookAgain)
            ending = await supervise(sql, plainRule)
        }
        return ending
    }

    /// Who vacuums or analyzes it now, as a reason to leave it alone.
    func vacuumAtWork(_ oid: UInt32) async throws(PostgresFault) -> String? {
        guard let other = try await reader.busy().vacuums[Int64(oid)] else { return nil }
        let why = other.preventsWraparound ? " to prevent a wraparound" : ""
        return "autovacuum or another VACUUM is on it\(why) (pid \(other.pid))"
    }

    func holders(of oid: UInt32) async throws(PostgresFault) -> String? {
        let found = try await watcher.query(MaintenanceQueries.holders, [.integer(Int64(oid))]).map {
            row throws(PostgresFault) in try MaintenanceWatch.session(row)
        }
        return found.isEmpty ? nil : found.joined(separator: ", ")
    }

    // MARK: Proof

    private func proof(_ ending: Ending, _ before: TableReading) async throws(PostgresFault)
        -> MaintenanceEffect
    {
        if ending.wasLocked {
            var who = try await vacuumAtWork(action.oid)
            if who == nil { who = try await holders(of: action.oid) }
            return .skipped("its lock was not free: \(who ?? "somebody had it for a moment")")
        }
        guard let after = try await settled(before) else { return .skipped("it was dropped meanwhile") }
        var effect = try await verdict(before, after, ending.warnings)
        effect.after = after.state
        return effect
    }

    /// Reads again until the server's statistics tell of the statement, for a few seconds at most.
    private func settled(_ before: TableReading) async throws(PostgresFault) -> TableReading? {
        var after = try await reader.table(action.oid)
        for _ in 0..<Self.lookAgainMax {
            guard let now = after, before.isCounted, !isCounted(before, now) else { break }
            // Nobody cancels this task.
            try? await Task.sleep(for: Self.lookAgain)
            after = try await reader.table(action.oid)
        }
        return after
    }

    /// Whether the server has counted the statement.
    private func isCounted(_ before: TableReading, _ after: TableReading) -> Bool {
        action.kind == .analyze ? after.analyzes > before.analyzes : after.vacuums > before.vacuums
    }

    private func verdict(
        _ before: TableReading, _ after: TableReading, _ warnings: [String]
    ) async throws(PostgresFault) -> MaintenanceEffect {
        // Of a partitioned parent, servers before 14 count nothing.
        let isCountable = before.isCounted && (!before.isPartitioned || version >= 140_000)
        if isCountable, !isCounted(before, after) {
            guard let warning = warnings.first else {
                return MaintenanceEffect(.noEffect, "the server said so, and counted nothing")
            }
            return .skipped(warning)
        }
        if !isCountable, let warning = warnings.first { return .skipped(warning) }
        var effect: MaintenanceEffect
        switch action.kind {
        case .freeze: effect = try await frozen(before, after)
        case .vacuum: effect = try await vacuumed(before, after)
        case .analyze, .reindex, .leftover: effect = MaintenanceEffect(.done, "statistics are new")
        }
        if let warning = warnings.first { effect.detail += "; warning: \(warning)" }
        return effect
    }

    private func frozen(_ before: TableReading, _ after: TableReading) async throws(PostgresFault)
        -> MaintenanceEffect
    {
        let (old, new) = (before.state, after.state)
        guard ProvenEffect.isFrozen(old, new) else {
            let ages = "its age stays at \(new.xidAge), of multixacts at \(new.multixactAge)"
            return MaintenanceEffect(.noEffect, ages + (try await held()))
        }
        if let toast = try await passedOver(after) { return MaintenanceEffect(.noEffect, toast) }
        guard before.frozen != after.frozen || before.multixact != after.multixact else {
            return MaintenanceEffect(.done, "it was frozen already: age \(new.xidAge)")
        }
        let ages =
            "age \(old.xidAge) → \(new.xidAge), of multixacts \(old.multixactAge) → \(new.multixactAge)"
        let isHeld = new.xidAge > old.xidAge / 2 && new.xidAge > ProvenEffect.youngAge
        return MaintenanceEffect(.done, ages + (isHeld ? try await held() : ""))
    }

    /// That the TOAST table stays as old as it was, in words; the server passes over one that somebody has locked, and does
    /// not even warn (`vacuum_open_relation` in vacuum.c).
    private func passedOver(_ after: TableReading) async throws(PostgresFault) -> String? {
        guard after.toast != 0, let toast = try await reader.table(after.toast),
            toast.state.xidAge > after.state.xidAge + ProvenEffect.youngAge
        else { return nil }
        var who = try await vacuumAtWork(after.toast)
        if who == nil { who = try await holders(of: after.toast).map { "\($0) has it locked" } }
        return
            "its TOAST table was passed over, and its age stays at \(toast.state.xidAge)\(who.map { ": \($0)" } ?? "")"
    }

    private func vacuumed(_ before: TableReading, _ after: TableReading) async throws(PostgresFault)
        -> MaintenanceEffect
    {
        let (old, new) = (before.state, after.state)
        // After a VACUUM the server's count of dead rows is of those that it could not remove.
        let isVisible = after.allVisiblePages > before.allVisiblePages * 11 / 10
        guard ProvenEffect.isVacuumed(old, new, isVisible: isVisible) else {
            return MaintenanceEffect(
                .noEffect, "\(new.deadRows) dead rows cannot be removed yet\(try await held())")
        }
        var detail =
            "dead rows \(old.deadRows) → \(new.deadRows), pages visible to all "
            + "\(before.allVisiblePages) → \(after.allVisiblePages)"
        if new.size != old.size { detail += ", size \(old.size) → \(new.size)" }
        if new.deadRows > 0 { detail += try await held() }
        return MaintenanceEffect(.done, detail)
    }

    /// Who holds rows back, as the end of a sentence.
    private func held() async throws(PostgresFault) -> String {
        let blockers = try await reader.blockers(olderThan: .zero)
        let oldest = blockers.found.first {
            !$0.catalogsOnly || action.table.schema == "pg_catalog"
        }
        if let oldest { return ": held by \(oldest.words)" }
        return blockers.hidden > 0
            ? ": by whom is hidden, the role may not see \(blockers.hidden) sessions (it needs pg_monitor)"
            : ""
    }
}

extension Blocker {
    /// Who it is, for people.
    var words: String {
        let who = MaintenanceWatch.session(pid: pid.map(Int64.init), name: name, role: user)
        let since = seconds.map { ", for \(Int64($0))s" } ?? ""
        return "\(kind.rawValue) \(who)\(since), \(xidAge) transactions back"
    }
}
