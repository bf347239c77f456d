import Engine
import Faults
import Policy
import Postgres

/// Two connections to one database: one that works, one that looks.
struct MaintenanceBench {
    let work: MaintenanceWork
    let worker: Connection
    /// Its process, which a connection that was cut off does not tell any more.
    let process: Int
    let watcher: Connection
    let version: Int
    var action: MaintenanceAction { work.action }
    var reader: MaintenanceReader {
        MaintenanceReader(connection: watcher, version: version, freeSpace: work.freeSpace)
    }

    func effect() async -> MaintenanceEffect {
        do throws(PostgresFault) {
            if try await watcher.query(MaintenanceQueries.server).one().boolean("recovery") {
                return .skipped("the server is a standby")
            }
            if let why = await reasonToStop() { return .skipped("not begun: \(why)") }
            switch action.kind {
            case .vacuum, .freeze, .analyze: return try await tidyTable()
            case .reindex: return try await rebuild()
            case .leftover: return try await dropLeftover()
            }
        } catch {
            return MaintenanceEffect(.failed, error.summary, fault: AnyFault(error))
        }
    }

    /// Asks before the statement is sent.
    func reasonToStop() async -> String? {
        if let reason = work.note.reason { return reason.text }
        guard let why = await work.watch() else { return nil }
        work.note.tell(.told(why))
        return why
    }

    // MARK: Statements

    /// How a statement ended.
    struct Ending {
        var sql: String
        var result: Result<Rows, PostgresFault>
        var report: MaintenanceWatch.Report
        var took: Duration

        /// SKIP_LOCKED is told by a warning and the tag of success.
        var wasLocked: Bool {
            guard case .success(let rows) = result else { return false }
            return rows.notices.contains { $0.sqlState == "55P03" }
        }

        var warnings: [String] {
            guard case .success(let rows) = result else { return [] }
            return rows.notices.filter(\.isWarning).map(\.message)
        }
    }

    /// Does one statement by itself, looked at from the other connection.
    ///
    /// - Parameters:
    ///   - connection: The worker, unless another has to stand in.
    ///   - note: Who may stop it.
    func supervise(
        _ sql: String, _ rule: WatchRule, on connection: Connection? = nil, note: StopNote? = nil
    ) async -> Ending {
        let connection = connection ?? worker
        let note = note ?? work.note
        let pid = await connection.backendProcess
        let begun = ContinuousClock.now
        let statement = Task { () async -> Result<Rows, PostgresFault> in
            do throws(PostgresFault) {
                return .success(try await connection.query(sql, limit: MaintenanceSession.workLimit))
            } catch {
                return .failure(error)
            }
        }
        let watch = MaintenanceWatch(connection: watcher, pace: work.pace, note: note)
        let looking = Task { await watch.run(pid, rule) { statement.cancel() } }
        let asking = Task { await ask(note) }
        let result = await statement.value
        let took = begun.duration(to: .now)
        looking.cancel()
        asking.cancel()
        await asking.value
        return Ending(sql: sql, result: result, report: await looking.value, took: took)
    }

    /// A rule for what is not concurrent; an emergency gives way to nobody.
    var plainRule: WatchRule {
        let kind = action.kind == .analyze ? WatchRule.Kind.plain : .vacuum
        guard action.fit != .emergency else { return WatchRule(kind: kind, yieldAfter: nil, pace: work.pace) }
        return WatchRule(
            kind: kind, yieldAfter: work.gently.yieldAfter, limit: work.gently.statementTimeout,
            pace: work.pace)
    }

    /// Asks guards and the like, apart from the looks: an answer of theirs may take seconds.
    private func ask(_ note: StopNote) async {
        while !Task.isCancelled, note.reason == nil {
            let why = await work.watch()
            // What a cancelled question answers means nothing.
            guard !Task.isCancelled else { return }
            if let why { note.tell(.told(why)) }
            // Ends early when the statement has ended.
            try? await Task.sleep(for: work.pace.lookEvery)
        }
    }

    // MARK: Ends that are none of success

    /// What a statement that ended with an error came to.
    func trouble(_ fault: PostgresFault, _ ending: Ending) -> MaintenanceEffect {
        var effect: MaintenanceEffect
        if fault == .cancelled, let reason = ending.report.reason {
            effect = .cut(short: reason)
            if let phase = ending.report.phase { effect.detail += "; it was \(phase)" }
        } else {
            effect = refused(fault, ending)
        }
        effect.took = ending.took
        effect.statement = ending.sql
        return effect
    }

    private func refused(_ fault: PostgresFault, _ ending: Ending) -> MaintenanceEffect {
        switch fault.sqlState {
        // undefined_table, undefined_object, and what a relation dropped in the middle gives.
        case "42P01", "42704", "3F000": return .skipped("it was dropped meanwhile")
        case "55P03":
            return .skipped("its lock was not free: \(ending.report.holders ?? "somebody holds it")")
        case "25006": return .skipped("the server is a standby")
        case "57014": return MaintenanceEffect(.cancelled, "somebody cancelled it on the server")
        default: return MaintenanceEffect(.failed, fault.summary, fault: AnyFault(fault))
        }
    }
}

extension MaintenanceEffect {
    static func skipped(_ why: String) -> MaintenanceEffect { MaintenanceEffect(.skipped, why) }

    /// Of a statement that we cancelled ourselves: what did not even get its lock was skipped.
    fileprivate static func cut(short reason: StopReason) -> MaintenanceEffect {
        switch reason {
        case .lockTaken: .skipped(reason.text)
        case .told, .waiter, .tooLong, .unwatched: MaintenanceEffect(.cancelled, reason.text)
        }
    }
}
