import Postgres

/// Looks from a second connection at a statement of ours, and cancels it when ``WatchRule`` says so.
struct MaintenanceWatch {
    /// What the watch saw, once the statement has ended.
    struct Report: Sendable {
        /// Why it cancelled; nil if it did not.
        var reason: StopReason?
        var holders: String?
        var phase: String?
    }

    /// A look may take so long on any server that answers at all.
    private static let shortestLook = Duration.seconds(2)

    let connection: Connection
    let pace: MaintenancePace
    let note: StopNote

    /// Watches the session `pid` until the task is cancelled, or it has cancelled the statement itself.
    func run(
        _ pid: Int, _ rule: WatchRule, cancel: @escaping @Sendable () -> Void
    ) async -> Report {
        let begun = ContinuousClock.now
        var rule = rule
        var lastLook = begun
        while true {
            // Ends early when the statement has ended, which the next line sees.
            try? await Task.sleep(for: pace.lookEvery)
            guard !Task.isCancelled else { break }
            var reason: StopReason?
            do throws(PostgresFault) {
                let reading = try await look(pid)
                lastLook = .now
                reason = rule.look(reading, reason: note.reason, at: begun.duration(to: lastLook))
            } catch {
                let blind = lastLook.duration(to: .now)
                if !Task.isCancelled, blind >= pace.blindMax { reason = note.reason ?? .unwatched }
            }
            guard let reason else { continue }
            cancel()
            return Report(reason: reason, holders: rule.holders, phase: rule.phase)
        }
        return Report(reason: nil, holders: rule.holders, phase: rule.phase)
    }

    private func look(_ pid: Int) async throws(PostgresFault) -> WatchReading {
        var reading = WatchReading()
        var holders: [String] = []
        let rows = try await connection.query(
            MaintenanceQueries.watch, [.integer(Int64(pid))], limit: max(pace.blindMax, Self.shortestLook))
        for row in rows {
            switch try row.text("what") {
            case "phase": reading.phase = try row.text("name")
            case "waiter": reading.waiters[try row.integer("pid")] = try Self.session(row)
            case "autovacuum":
                reading.waiters[try row.integer("pid")] = try Self.session(row)
                reading.autovacuums.insert(try row.integer("pid"))
            case "snapshot":
                if MaintenanceReader.isDump(try row.text("name")) { reading.dump = try Self.session(row) }
            default: holders.append(try Self.session(row))
            }
        }
        reading.holders = holders.isEmpty ? nil : holders.sorted().joined(separator: ", ")
        return reading
    }

    /// Who it is, for people: `psql (pid 4711, user app)`.
    static func session(_ row: Rows.Row) throws(PostgresFault) -> String {
        session(pid: try row.integer("pid"), name: try row.text("name"), role: try row.text("role"))
    }

    static func session(pid: Int64?, name: String, role: String) -> String {
        let details = [pid.map { "pid \($0)" }, role.isEmpty ? nil : "user \(role)"].compactMap { $0 }
        let name = name.isEmpty ? "a session" : name
        return details.isEmpty ? name : "\(name) (\(details.joined(separator: ", ")))"
    }
}
