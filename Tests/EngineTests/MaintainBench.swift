import Faults
import FoundationEssentials
import Jobs
import Measures
import Policy
import TestKit

@testable import Engine

/// Databases that need maintenance, a record and a clock, all in memory, and a supervisor on them.
final class MaintainBench: Sendable {
    let clock = ManualClock()
    let diary = Diary()
    let book: MemoryRunBook
    let journal = MemoryJournal()
    let journaled: JournaledBook
    let server = MemoryServer()
    let maintenance = MemoryMaintenance()
    let guards = MemoryGuards()
    private let settings: Settings

    init(databases: [String] = ["shop"], targets: [String] = ["main"]) {
        book = MemoryRunBook { [clock] in clock.now }
        journaled = JournaledBook(journal: journal, onNote: { [diary] in diary.observe(.journal($0)) }) {
            [book] () async throws(AnyFault) in JournaledBook.Catalog(book: book, daemons: book)
        }
        let connection = ConnectionInfo(
            parameters: [.init("host", "db.example")], password: Secret("hush-hush"))
        settings = Settings(
            catalog: .embedded, stateDirectory: "/state",
            targets: targets.map { Target(name: $0, connection: connection, origin: "test") }, stores: [],
            limits: Limits())
        for target in targets {
            server.put(MemoryServer.server(databases: databases), of: target)
            for database in databases { maintenance.put(Self.facts(database), of: target) }
        }
    }

    /// A supervisor whose runs of a slot have this schedule, beside others.
    func supervisor(_ schedules: [Schedule] = []) -> Supervisor {
        Supervisor(
            settings: settings, schedules: schedules,
            ports: Supervisor.Ports(
                book: journaled, server: server, tools: MemoryTools { _ in .init() }, stores: [:],
                verifier: MemoryVerifier(), liveness: MemoryLiveness(), guards: guards,
                restoring: Bench.nothing, maintaining: maintenance, ambient: clock.ambient(),
                zoneOffset: { _ in 0 }),
            observer: diary)
    }

    /// Does a run of a job to its end.
    func perform(
        _ job: Job, trigger: Trigger = .hand, with supervisor: Supervisor? = nil,
        id: UUID = ManualClock.id(500)
    ) async -> RunRecord {
        let run = RunRecord(
            id: id, job: job.name, kind: job.kind, trigger: trigger, owner: clock.ambient().owner,
            state: .waiting, startedAt: clock.now)
        return await (supervisor ?? self.supervisor()).perform(run, job: job, attemptsMade: 0)
    }

    /// What is recorded of a run: `ordinal kind object state: detail`.
    func actions(of run: UUID = ManualClock.id(500)) async throws -> [String] {
        try await book.maintenance(of: run).map { action in
            "\(action.ordinal) \(action.database) \(action.kind.rawValue) \(action.object.name) "
                + "\(action.state.rawValue): \(action.detail)"
        }
    }

    func steps(of run: UUID = ManualClock.id(500)) async throws -> [String] {
        try await book.steps(of: run).map { step in
            "\(step.attempt).\(step.ordinal) \(step.name.rawValue) \(step.database ?? "-") "
                + "\(step.state.rawValue): \(step.detail)"
        }
    }

    static func job(
        _ spec: MaintainSpec = MaintainSpec(), attempts: Int = 1, timeout: Duration = .seconds(86_400)
    ) -> Job {
        Job(
            name: "tidy", targets: nil, work: .maintain(spec), timeout: timeout,
            retry: RetryPolicy(attemptsMax: attempts), place: Place(file: "jobs/tidy.yaml"))
    }

    /// A database with a table that is to be vacuumed, one to be analyzed, and an index that is to be rebuilt.
    static func facts(
        _ database: String = "shop", relations: [RelationFacts]? = nil, indexes: [IndexFacts]? = nil,
        isInRecovery: Bool = false
    ) -> MaintenanceFacts {
        MaintenanceFacts(
            database: database, version: 170_006, takenAt: ManualClock().now, isInRecovery: isInRecovery,
            thresholds: ServerThresholds(),
            relations: relations ?? [bloated(1, "orders"), unanalyzed(2, "customers")],
            indexes: indexes ?? [index(11, "orders_pkey", of: 1, "orders")], blockers: [])
    }

    /// Half of its rows are dead.
    static func bloated(_ oid: UInt32, _ name: String, megabytes: Int64 = 100) -> RelationFacts {
        var facts = RelationFacts(
            oid: oid, name: QualifiedName("public", name), kind: .table, size: ByteCount(megabytes << 20))
        facts.pages = megabytes * 128
        facts.tuples = 1_000_000
        facts.deadRows = 1_000_000
        facts.lastAnalyze = ManualClock().now
        facts.lastVacuum = ManualClock().now - 40 * 86_400
        return facts
    }

    /// Half of its rows have changed since the planner looked.
    static func unanalyzed(_ oid: UInt32, _ name: String) -> RelationFacts {
        var facts = RelationFacts(
            oid: oid, name: QualifiedName("public", name), kind: .table, size: ByteCount(50 << 20))
        facts.pages = 6_400
        facts.allVisiblePages = 6_400
        facts.tuples = 500_000
        facts.modifiedSinceAnalyze = 250_000
        facts.lastAnalyze = ManualClock().now - 86_400
        facts.lastVacuum = ManualClock().now
        return facts
    }

    /// Its transaction ids are nearly as old as they may get.
    static func old(_ oid: UInt32, _ name: String) -> RelationFacts {
        var facts = unanalyzed(oid, name)
        facts.modifiedSinceAnalyze = 0
        facts.xidAge = 900_000_000
        return facts
    }

    /// Four times as large as its rows need.
    static func index(_ oid: UInt32, _ name: String, of table: UInt32, _ tableName: String) -> IndexFacts {
        IndexFacts(
            oid: oid, name: QualifiedName("public", name), table: table,
            tableName: QualifiedName("public", tableName), size: ByteCount(80 << 20), tuples: 1_000_000,
            estimatedSize: ByteCount(20 << 20), fileNode: oid)
    }
}
