package import Engine
package import Faults
package import FoundationEssentials
import Postgres

/// What several daemons agree by; each call is one statement, and so one transaction.
extension CatalogBook: DaemonBook {
    /// More orphans than this are not named at once.
    private static let orphansMax: Int64 = 1000
    /// More blockers than this are not named.
    private static let blockersMax = 20
    /// Daemons that were not seen for this long are not listed.
    private static let daemonsListedFor = Duration.seconds(7 * 86_400)
    /// More daemons than this are not listed.
    private static let daemonsMax: Int64 = 1000
    /// More places than this are not listed.
    private static let seatsMax: Int64 = 10_000

    package func register(_ daemon: DaemonRecord, for time: Duration, dead: [UUID])
        async throws(AnyFault) -> Lease
    {
        let stored = try reading { () throws(CatalogFault) in try SQLValue.json(StoredDaemon(daemon)) }
        let rows = try await write(
            Statements.daemonRegister,
            [stored, .microseconds(time), .array(dead.map { $0.uuidString.lowercased() })])
        return try reading { () throws(CatalogFault) in
            Lease(daemon: daemon.id, epoch: try rows.oneRow().whole("epoch"))
        }
    }

    package func renew(_ lease: Lease, for time: Duration, doing: String) async throws(AnyFault) -> Renewal {
        let rows = try await write(
            Statements.daemonRenew,
            lease.values + [.microseconds(time), .line(doing), .integer(Self.orphansMax)])
        return try reading { () throws(CatalogFault) in
            guard let first = rows.first else { return .lost }
            var news = Renewal.News()
            for daemon in try first.optionalJSON("peers", [StoredDaemon].self) ?? [] {
                news.peers.append(try daemon.record())
            }
            for (run, reason) in try first.optionalJSON("stops", [String: String].self) ?? [:] {
                news.stops[try UUID(stored: run, in: "run")] = reason
            }
            for row in rows where try row.optionalString("id") != nil {
                news.orphans.append(try RunRow.record(row))
            }
            return .held(news)
        }
    }

    package func leave(_ lease: Lease) async throws(AnyFault) {
        try await write(Statements.daemonLeave, lease.values)
    }

    package func marks(of schedules: [ScheduleKey], now: Date) async throws(AnyFault) -> [ScheduleKey: Date] {
        let rows = try await write(
            Statements.scheduleMarks,
            [
                .array(schedules.map(\.job)), .array(schedules.map(\.zone)),
                .array(schedules.map(\.pattern)), .microseconds(now),
            ])
        return try reading { () throws(CatalogFault) in
            var marks: [ScheduleKey: Date] = [:]
            for row in rows {
                let place = Int(clamping: try row.whole("place"))
                guard schedules.indices.contains(place - 1) else { continue }
                marks[schedules[place - 1]] = try row.date("accounted_until")
            }
            return marks
        }
    }

    package func claim(_ runs: [RunRecord], marks: [ScheduleKey: Date], lease: Lease)
        async throws(AnyFault) -> [UUID: RunStart]
    {
        let values = try reading { () throws(CatalogFault) in
            [
                try SQLValue.json(runs.enumerated().map { StoredRun($1, place: $0) }),
                try SQLValue.json(marks.map { StoredMark($0, until: $1) }),
            ]
        }
        let rows = try await write(Statements.runsClaim, values + lease.values)
        return try reading { () throws(CatalogFault) in
            guard let holders = try rows.oneRow().optionalJSON("holders", [String: String?].self) else {
                throw .leaseLost(daemon: lease.daemon)
            }
            var starts: [UUID: RunStart] = [:]
            for (text, holder) in holders {
                let run = try UUID(stored: text, in: "run")
                let other = try UUID(
                    stored: holder ?? "a conflict with no other run", in: "the slot of a run")
                starts[run] = run == other ? .begun : .slotTaken(by: other)
            }
            return starts
        }
    }

    package func take(_ run: UUID, _ seats: [Seat], lease: Lease) async throws(AnyFault) -> TakeAnswer {
        var keys: Set<String> = []
        let asked = seats.filter { keys.insert($0.key).inserted }
        let wish = try reading { () throws(CatalogFault) in try SQLValue.json(asked) }
        let rows = try await write(Statements.seatsTake, [.uuid(run)] + lease.values + [wish])
        return try reading { () throws(CatalogFault) in
            guard let blockers = try rows.oneRow().optionalJSON("blockers", [StoredBlocker].self) else {
                return .lost
            }
            return blockers.isEmpty ? .taken : .busy(blockers.prefix(Self.blockersMax).map(\.blocker))
        }
    }

    package func release(_ run: UUID, lease: Lease) async throws(AnyFault) {
        try await write(Statements.seatsRelease, [.uuid(run)] + lease.values)
    }

    package func wait(_ run: UUID, reason: String, lease: Lease) async throws(AnyFault) {
        try await write(Statements.runWait, [.uuid(run), .line(reason)] + lease.values)
    }

    package func takeOver(_ run: UUID, owner: Owner, lease: Lease) async throws(AnyFault) -> RunRecord? {
        let rows = try await write(
            Statements.runTakeOver,
            [.uuid(run)] + lease.values + [
                .line(owner.machine), .line(owner.host), .integer(Int64(owner.pid)),
                .line(owner.stateDirectory),
            ])
        return try reading { () throws(CatalogFault) in try rows.first.map(RunRow.record) }
    }

    package func askToStop(_ run: UUID, reason: String) async throws(AnyFault) -> Bool {
        try await write(Statements.runStop, [.uuid(run), .line(reason)]).isEmpty == false
    }

    package func daemons() async throws(AnyFault) -> [DaemonRecord] {
        let values: [SQLValue] = [.microseconds(Self.daemonsListedFor), .integer(Self.daemonsMax)]
        return try await read(Statements.daemons, values) { row throws(CatalogFault) in
            guard let daemon = try row.optionalJSON("daemon", StoredDaemon.self) else {
                throw .unknownValue(column: "daemon", value: "null")
            }
            return try daemon.record()
        }
    }

    package func seats() async throws(AnyFault) -> [SeatView] {
        try await read(Statements.seats, [.integer(Self.seatsMax)]) { row throws(CatalogFault) in
            SeatView(
                seat: try row.string("seat"), run: try row.string("run"), job: try row.string("job"),
                has: try row.flag("has"))
        }
    }

    package func durations(ofJobs jobs: [String], limit: Int) async throws(AnyFault) -> [String: [Duration]] {
        let rows = try await read(
            Statements.durationsOfJobs, [.array(jobs), .integer(Int64(max(0, limit)))]
        ) { row throws(CatalogFault) in
            (try row.string("job"), Duration.microseconds(try row.whole("took")))
        }
        return Dictionary(grouping: rows, by: \.0).mapValues { $0.map(\.1) }
    }
}

extension Lease {
    /// The two parameters that statements take.
    var values: [SQLValue] { [.uuid(daemon), .integer(epoch)] }
}

extension Lease? {
    /// The two parameters that statements take; NULL stands for any lease.
    var values: [SQLValue] { map(\.values) ?? [.null, .null] }
}
