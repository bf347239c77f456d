package import Engine
package import Faults
import FoundationEssentials
package import Jobs
import Measures
package import Policy
import Postgres

/// Reads what guards look at: targets over one short connection each, stores, and our own host.
package actor GuardProbe: GuardPort {
    /// A reading of a server's counter that is older says nothing of now.
    private static let memoryMax = Duration.seconds(300)
    /// Two readings are at least so far apart.
    private static let apartMin = Duration.seconds(1)
    private static let host = "this host"

    /// Transactions that a server had ended, or bytes that it had logged, at a moment of our monotonic clock.
    private struct Count: Sendable {
        var number: Int64
        var at: Duration
    }

    private let ambient: Ambient
    private let connectLimit: Duration
    private let stores: [String: any BackupStore]
    private let load: @Sendable () async throws(AnyFault) -> Double
    /// A counter of a target.
    private struct Counter: Hashable {
        var kind: GuardKind
        var target: String
    }

    private var counts: [Counter: Count] = [:]

    /// - Parameters:
    ///   - connectLimit: The longest wait for an address of a target.
    ///   - stores: By their names, for `free_disk`.
    ///   - load: The one-minute load average of this host, divided by its cores.
    package init(
        ambient: Ambient, connectLimit: Duration = .seconds(10), stores: [String: any BackupStore],
        load: @escaping @Sendable () async throws(AnyFault) -> Double
    ) {
        self.ambient = ambient
        self.connectLimit = connectLimit
        self.stores = stores
        self.load = load
    }

    /// The one-minute load average of this host, divided by its cores.
    package func hostLoad() async throws(AnyFault) -> Double { try await load() }

    package func read(_ kinds: Set<GuardKind>, targets: [Target], store: String?) async -> [GuardReading] {
        let asked = GuardKind.allCases.filter { kinds.contains($0) && $0.isOfTarget }
        var readings: [GuardReading] = []
        if !asked.isEmpty {
            // A target that does not answer must not hold up what the others say.
            readings = await withTaskGroup(of: (Int, [GuardReading]).self) { group in
                for (index, target) in targets.enumerated() {
                    group.addTask { (index, await self.read(asked, of: target)) }
                }
                var answers: [(Int, [GuardReading])] = []
                for await answer in group { answers.append(answer) }
                return answers.sorted { $0.0 < $1.0 }.flatMap(\.1)
            }
        }
        if kinds.contains(.freeDisk), let store { readings.append(await freeDisk(store)) }
        if kinds.contains(.load) { readings.append(await loadOfHost()) }
        return readings
    }

    // MARK: Here

    private func freeDisk(_ name: String) async -> GuardReading {
        do throws(AnyFault) {
            guard let store = stores[name] else { throw EngineFault.storeUnknown(name).plain }
            return GuardReading(kind: .freeDisk, value: Double(try await free(store).bytes), subject: name)
        } catch {
            return GuardReading(kind: .freeDisk, value: nil, subject: name, why: error.summary)
        }
    }

    /// The folder of a store that was never written to is made, as its first run would, else that run never came.
    private func free(_ store: any BackupStore) async throws(AnyFault) -> ByteCount {
        do throws(AnyFault) {
            return try await store.freeSpace()
        } catch {
            _ = try await store.open()
            return try await store.freeSpace()
        }
    }

    private func loadOfHost() async -> GuardReading {
        do throws(AnyFault) {
            return GuardReading(kind: .load, value: try await hostLoad(), subject: Self.host)
        } catch {
            return GuardReading(kind: .load, value: nil, subject: Self.host, why: error.summary)
        }
    }

    // MARK: Targets

    private nonisolated func read(_ kinds: [GuardKind], of target: Target) async -> [GuardReading] {
        var options = target.connection.options(statementLimit: .seconds(10))
        options.connectLimit = connectLimit
        if options["dbname"] == nil {
            options = target.connection.with(database: "postgres").options(statementLimit: .seconds(10))
            options.connectLimit = connectLimit
        }
        let connection: Connection
        do throws(PostgresFault) {
            connection = try await Connection.open(options)
        } catch {
            return kinds.map {
                GuardReading(kind: $0, value: nil, subject: target.name, why: error.summary)
            }
        }
        var readings: [GuardReading] = []
        for kind in kinds {
            let answer: Answer
            do throws(PostgresFault) { answer = try await read(kind, connection, target.name) } catch {
                answer = .unknown(error.summary)
            }
            readings.append(answer.reading(kind, target.name))
        }
        await connection.close()
        return readings
    }

    /// A value, or why there is none.
    private enum Answer {
        case value(Double)
        case unknown(String)

        func reading(_ kind: GuardKind, _ target: String) -> GuardReading {
            switch self {
            case .value(let value): GuardReading(kind: kind, value: value, subject: target)
            case .unknown(let why): GuardReading(kind: kind, value: nil, subject: target, why: why)
            }
        }
    }

    private nonisolated func read(
        _ kind: GuardKind, _ connection: Connection, _ target: String
    ) async throws(PostgresFault) -> Answer {
        switch kind {
        case .activeSessions: try await Self.sessions(connection, "active")
        case .longestTransaction: try await Self.sessions(connection, "oldest")
        case .transactionsPerSecond:
            try await perSecond(kind, GuardQueries.transactions, connection, target)
        case .walRate: try await perSecond(kind, GuardQueries.walPosition, connection, target)
        case .replicationLag: try await Self.replicationLag(connection)
        case .freeDisk, .load: .unknown("it is not the target's")
        }
    }

    private static func sessions(_ connection: Connection, _ column: String) async throws(PostgresFault)
        -> Answer
    {
        let row = try await ask(connection, GuardQueries.sessions)
        let hidden = try row.integer("hidden")
        guard hidden == 0 else {
            return .unknown("the role may not see \(hidden) sessions of other roles; it needs pg_monitor")
        }
        return .value(max(0, try row.number(column)))
    }

    /// How fast a counter of the server grows.
    private nonisolated func perSecond(
        _ kind: GuardKind, _ sql: String, _ connection: Connection, _ target: String
    ) async throws(PostgresFault) -> Answer {
        let counter = Counter(kind: kind, target: target)
        var now = try await count(sql, connection)
        let remembered = await remember(now, of: counter)
        let earlier: Count
        if let remembered, now.at - remembered.at <= Self.memoryMax, now.at - remembered.at >= Self.apartMin {
            earlier = remembered
        } else {
            earlier = now
            await ambient.sleep(Self.apartMin)
            now = try await count(sql, connection)
            _ = await remember(now, of: counter)
        }
        let (seconds, grown) = ((now.at - earlier.at) / .seconds(1), now.number - earlier.number)
        guard seconds > 0 else { return .unknown("there was no time to count them twice") }
        guard grown >= 0 else { return .unknown("the server's counters were reset; ask again") }
        return .value(Double(grown) / seconds)
    }

    private nonisolated func count(_ sql: String, _ connection: Connection) async throws(PostgresFault)
        -> Count
    {
        let row = try await Self.ask(connection, sql)
        return Count(number: try row.integer("number"), at: ambient.uptime())
    }

    /// - Returns: What was known before.
    private func remember(_ count: Count, of counter: Counter) -> Count? {
        counts.updateValue(count, forKey: counter)
    }

    private static func replicationLag(_ connection: Connection) async throws(PostgresFault) -> Answer {
        if try await ask(connection, GuardQueries.inRecovery).boolean("recovery") {
            let row = try await ask(connection, GuardQueries.behind)
            guard try row.optionalText("lag") != nil else {
                return .unknown("the standby has replayed no transaction since it was started")
            }
            // `GREATEST` would pass over the null that tells of nothing replayed, so the bound is set here.
            return .value(max(0, try row.number("lag")))
        }
        let row = try await ask(connection, GuardQueries.standbys)
        let (hidden, unknown) = (try row.integer("hidden"), try row.integer("unknown"))
        guard hidden == 0 else {
            return .unknown("the role may not see how \(hidden) standbys stand; it needs pg_monitor")
        }
        guard unknown == 0 else {
            return .unknown("\(unknown) standbys are catching up and have not told how far")
        }
        return .value(max(0, try row.number("lag")))
    }

    /// Asks in a transaction that finds only what is the system's own, and leaves nothing behind in a pooler's connection.
    private static func ask(_ connection: Connection, _ sql: String) async throws(PostgresFault) -> Rows.Row {
        try await connection.transaction(mode: "READ ONLY") { transaction throws(PostgresFault) in
            try await transaction.query(ProbeQueries.searchPath)
            return try await transaction.query(sql).one()
        }
    }
}

extension GuardKind {
    /// Whether a target's server is asked for it.
    fileprivate var isOfTarget: Bool {
        switch self {
        case .activeSessions, .transactionsPerSecond, .longestTransaction, .replicationLag, .walRate: true
        case .freeDisk, .load: false
        }
    }
}
