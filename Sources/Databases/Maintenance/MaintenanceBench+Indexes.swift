import Engine
import Faults
import Measures
import Policy
import Postgres

/// REINDEX INDEX CONCURRENTLY, and what an interrupted one leaves.
extension MaintenanceBench {
    func rebuild() async throws(PostgresFault) -> MaintenanceEffect {
        if let why = RebuildRule.refusal(version: version) { return .skipped(why) }
        guard let before = try await index(action.oid) else { return .skipped("it was dropped meanwhile") }
        if let why = try await obstacle(before) { return .skipped(why) }
        var confirmed: String?
        switch try await confirm(before) {
        case .confirmed(let seen): confirmed = seen
        case .refused(let effect): return effect
        case .unasked: break
        }
        let invalid = Set(try await invalidIndexes(before.table).map(\.oid))
        let rule = WatchRule(
            kind: .rebuild, yieldAfter: work.gently.yieldAfter, lockTimeout: work.gently.lockTimeout,
            limit: work.gently.statementTimeout, pace: work.pace)
        let ending = await supervise(MaintenanceStatement.reindex(before.name), rule)
        var effect: MaintenanceEffect
        switch ending.result {
        case .success: effect = try await rebuilt(before, ending)
        case .failure(let fault):
            effect = trouble(fault, ending)
            await tidy(after: before, knowing: invalid, &effect)
        }
        if let confirmed { effect.detail += "; \(confirmed)" }
        effect.before = before.state
        effect.took = ending.took
        effect.statement = ending.sql
        return effect
    }

    private func index(_ oid: UInt32) async throws(PostgresFault) -> IndexReading? {
        try await reader.indexes(where: MaintenanceQueries.byNumber, [.integer(Int64(oid))]).first
    }

    private func index(_ name: QualifiedName) async throws(PostgresFault) -> IndexReading? {
        try await reader.indexes(
            where: MaintenanceQueries.byName, [.text(name.schema), .text(name.name)]
        ).first
    }

    private func invalidIndexes(_ table: UInt32) async throws(PostgresFault) -> [IndexReading] {
        try await reader.indexes(where: MaintenanceQueries.invalidOfTable, [.integer(Int64(table))])
    }

    /// Why it cannot be rebuilt now, or would be in vain.
    private func obstacle(_ index: IndexReading) async throws(PostgresFault) -> String? {
        if index.isTemporary { return "it is of another session's temporary table" }
        if index.isPartitioned { return "it has no storage of its own: its partitions' are rebuilt" }
        if index.isExclusion { return "an exclusion constraint's index cannot be rebuilt concurrently" }
        if index.table < MaintenanceReader.systemOIDMax {
            return "a system catalog's index cannot be rebuilt concurrently"
        }
        let free = try await reader.places()[index.tablespace]
        if let why = RebuildRule.refusal(size: index.state.size, free: free) { return why }
        let busy = try await reader.busy()
        if busy.relations.contains(Int64(index.table)) || busy.relations.contains(Int64(index.oid)) {
            return "its table is worked on: \(try await holders(of: index.table) ?? "an index is built")"
        }
        // It waits for every older snapshot of the database: what is old already may stay for hours.
        let old = try await reader.sessions(olderThan: work.gently.yieldAfter).first { $0.hasSnapshot }
        return old.map { "it would wait for \($0.blocker.words)" }
    }

    // MARK: Proof

    private func rebuilt(_ before: IndexReading, _ ending: Ending) async throws(PostgresFault)
        -> MaintenanceEffect
    {
        guard let after = try await index(before.name) else { return .skipped("it was dropped meanwhile") }
        var effect: MaintenanceEffect
        if after.state.fileNode == before.state.fileNode {
            let why = ending.warnings.first ?? "the server said so, and the index has the same file as before"
            effect = MaintenanceEffect(.noEffect, why)
        } else if !after.isValid {
            effect = MaintenanceEffect(.noEffect, "the index is invalid")
        } else {
            effect = MaintenanceEffect(.done, "size \(before.state.size) → \(after.state.size)")
        }
        effect.after = after.state
        if effect.result == .done, action.options.analyzesAfter || after.isExpression {
            effect.detail += "; \(try await analyzeAfter(after))"
        }
        return effect
    }

    /// The statistics of an expression are those of its index, and go with it.
    private func analyzeAfter(_ index: IndexReading) async throws(PostgresFault) -> String {
        if let why = await reasonToStop() { return "its statistics are to be made anew, not begun: \(why)" }
        let sql = MaintenanceStatement(version: version, gently: work.gently)
            .analyze(index.tableName)
        let ending = try await supervise(skippingLocked: sql, of: index.table)
        switch ending.result {
        case .success:
            let problem = ending.warnings.first
            return problem.map { "its statistics are to be made anew: \($0)" } ?? "statistics made anew"
        case .failure(let fault):
            return "its statistics are to be made anew: \(trouble(fault, ending).detail)"
        }
    }

    // MARK: Leftovers

    /// Drops what our own rebuild left, as far as that is possible at once, and says what stays.
    private func tidy(
        after before: IndexReading, knowing known: Set<UInt32>, _ effect: inout MaintenanceEffect
    ) async {
        do throws(PostgresFault) {
            try await waitForEnd()
            let left = try await invalidIndexes(before.table).filter {
                !known.contains($0.oid) && LeftoverName.isLeftover($0.name.name, of: before.name.name)
            }
            effect.after = try await index(before.name)?.state
            guard !left.isEmpty else { return }
            guard let connection = try await connectionToTidy() else {
                effect.leftovers = left.map(\.name)
                effect.detail += "; it left \(Self.list(effect.leftovers))"
                return
            }
            for index in left {
                let gone = await drop(index, limit: work.pace.tidyLimit, on: connection, note: StopNote())
                if gone.result != .done { effect.leftovers.append(index.name) }
            }
            if connection !== worker { await connection.close() }
            let dropped = left.map(\.name).filter { !effect.leftovers.contains($0) }
            if !dropped.isEmpty { effect.detail += "; dropped its leftover \(Self.list(dropped))" }
            if !effect.leftovers.isEmpty { effect.detail += "; it left \(Self.list(effect.leftovers))" }
        } catch {
            effect.leavesUnknown = true
            effect.detail += "; what it left could not be looked for: \(error.summary)"
        }
    }

    /// The worker, or one like it where it was cut off; nil where there is none to be had.
    private func connectionToTidy() async throws(PostgresFault) -> Connection? {
        if await worker.isOpen { return worker }
        // Without a connection the leftover stays and is named, which is what the caller says.
        return try? await work.openWorker()
    }

    /// A session that was cut off may live for a moment more, with its locks.
    private func waitForEnd() async throws(PostgresFault) {
        guard await !worker.isOpen else { return }
        for _ in 0..<100 {
            let here = try await watcher.query(MaintenanceQueries.isConnected, [.integer(Int64(process))])
            guard try here.one().boolean("here") else { return }
            // Nobody cancels this task.
            try? await Task.sleep(for: .milliseconds(100))
        }
    }

    private static func list(_ names: [QualifiedName]) -> String {
        names.map(\.text).joined(separator: ", ")
    }

    func dropLeftover() async throws(PostgresFault) -> MaintenanceEffect {
        guard let before = try await index(action.oid) else { return .skipped("it is gone already") }
        var effect = await drop(before, limit: work.pace.dropLimit, on: worker, note: work.note)
        effect.before = before.state
        return effect
    }

    /// Drops an invalid index, after a last look whether it is one that nobody builds.
    private func drop(
        _ index: IndexReading, limit: Duration, on connection: Connection, note: StopNote
    ) async -> MaintenanceEffect {
        do throws(PostgresFault) {
            guard let now = try await self.index(index.oid) else { return .skipped("it is gone already") }
            if now.isValid { return .skipped("it is valid") }
            let busy = try await reader.busy()
            if busy.relations.contains(Int64(now.oid)) || busy.relations.contains(Int64(now.table)) {
                return .skipped(
                    "somebody works on it or its table: \(try await holders(of: now.table) ?? "an index is built")"
                )
            }
            let rule = WatchRule(
                kind: .plain, yieldAfter: work.gently.yieldAfter, lockTimeout: nil, limit: limit,
                pace: work.pace)
            let ending = await supervise(
                MaintenanceStatement.drop(now.name), rule, on: connection, note: note)
            var effect: MaintenanceEffect
            switch ending.result {
            case .success:
                effect =
                    try await self.index(now.oid) == nil
                    ? MaintenanceEffect(.done, "dropped, \(now.state.size)")
                    : MaintenanceEffect(.noEffect, "the server said so, and it is still there")
            case .failure(let fault):
                effect = trouble(fault, ending)
                if let holders = ending.report.holders { effect.detail += "; it waited for \(holders)" }
            }
            effect.took = ending.took
            effect.statement = ending.sql
            return effect
        } catch {
            return MaintenanceEffect(.failed, error.summary, fault: AnyFault(error))
        }
    }
}
