import Databases
import Engine
import FoundationEssentials
import Jobs
import Measures
import Policy
import Postgres
import Synchronization
import TestKit
import Testing

/// A database of one test's own, with the port that maintains it.
final class MaintenanceBed: Sendable {
    let server: TemporaryServer
    let database: String
    let admin: Connection
    let port = MaintenanceServer(pace: MaintenanceBed.pace)

    /// Fast enough for tests.
    static let pace = MaintenancePace(
        lookEvery: .milliseconds(20), blindMax: .milliseconds(200), builtPatience: .milliseconds(100),
        swappedPatience: .seconds(60), tidyLimit: .milliseconds(600), dropLimit: .milliseconds(600))

    init(version: Int? = nil, on purpose: ServerPurpose = .anything) async throws {
        server = try await MaintenanceServers.all.server(version, purpose)
        database = server.newDatabaseName()
        let root = try await Connection.open(server.connectionInfo().options())
        try await root.query("CREATE DATABASE \(database)")
        await root.close()
        admin = try await Connection.open(
            server.connectionInfo(database: database).options(
                applicationName: "test", statementLimit: .seconds(300)))
    }

    var info: ConnectionInfo { server.connectionInfo(database: database) }
    var target: Target { Target(name: "shop", connection: server.connectionInfo(), origin: "test") }

    /// The same server as another role.
    func target(as role: String) -> Target {
        Target(name: "shop", connection: server.cluster.connectionInfo(role: role), origin: "test")
    }

    func run(_ statements: String...) async throws {
        for statement in statements { try await admin.query(statement) }
    }

    /// The first value of the first row.
    @discardableResult
    func value(_ sql: String) async throws -> String? {
        try await admin.query(sql).firstValue
    }

    func session(_ application: String = "other", role: String? = nil) async throws -> Connection {
        var info = info
        if let role { info["user"] = role }
        return try await Connection.open(info.options(applicationName: application))
    }

    /// Ends what the test used.
    func close() async throws {
        await admin.close()
        let root = try await Connection.open(server.connectionInfo().options())
        try await root.query("DROP DATABASE IF EXISTS \(database) WITH (FORCE)")
        await root.close()
    }

    /// A login role of its own without any privilege; gone with the server.
    func plainRole() async throws -> String {
        let name = "plain_\(database)"
        try await run("CREATE ROLE \(name) LOGIN")
        return name
    }

    // MARK: Through the port

    func facts(as role: String? = nil) async throws -> MaintenanceFacts {
        try await port.facts(of: role.map { target(as: $0) } ?? target, database: database)
    }

    func oid(_ name: String) async throws -> UInt32 {
        let text = try await value("SELECT '\(name.replacing("'", with: "''"))'::regclass::oid::bigint")
        return UInt32(text ?? "") ?? 0
    }

    func action(
        _ kind: MaintenanceClass, _ name: String, _ options: MaintenanceOptions = MaintenanceOptions()
    ) async throws -> MaintenanceAction {
        let oid = try await oid(name)
        let names = QualifiedName("public", name)
        return MaintenanceAction(
            kind: kind, oid: oid, object: names, table: names, reason: "test", urgency: 1, size: .zero,
            options: options)
    }

    func perform(
        _ kind: MaintenanceClass, _ name: String, _ options: MaintenanceOptions = MaintenanceOptions(),
        as role: String? = nil, gently: Gentleness = MaintenanceBed.quick,
        watch: @escaping @Sendable () async -> String? = { nil }
    ) async throws -> MaintenanceEffect {
        let action = try await action(kind, name, options)
        return await perform(action, as: role, gently: gently, watch: watch)
    }

    func perform(
        _ action: MaintenanceAction, as role: String? = nil, gently: Gentleness = MaintenanceBed.quick,
        watch: @escaping @Sendable () async -> String? = { nil }
    ) async -> MaintenanceEffect {
        await port.perform(
            action, on: role.map { target(as: $0) } ?? target, database: database, gently: gently,
            watch: watch)
    }

    /// At full speed, and impatient.
    static let quick = Gentleness(
        costDelay: 0, lockTimeout: .milliseconds(300), yieldAfter: .milliseconds(300))
    /// A tenth of a second a page at least, so that a test has time to meet it.
    static let slow = Gentleness(
        costDelay: 100, costLimit: 1, lockTimeout: .milliseconds(300), yieldAfter: .milliseconds(300))

    // MARK: Fixtures

    /// A table that autovacuum leaves alone, with an index, whose first `dead` of `rows` rows are dead.
    func table(_ name: String = "t", rows: Int = 1000, dead: Int = 0) async throws {
        try await run(
            "CREATE TABLE \(name) (id int, filler text) WITH (autovacuum_enabled = off)",
            "INSERT INTO \(name) SELECT i, repeat('x', 100) FROM generate_series(1, \(rows)) i",
            "CREATE INDEX \(name)_id ON \(name) (id)")
        if dead > 0 { try await run("DELETE FROM \(name) WHERE id <= \(dead)") }
        try await count()
        #expect(
            try await Fact.comes {
                try await value("SELECT pg_stat_get_dead_tuples('\(name)'::regclass) >= \(dead)") == "t"
            })
    }

    /// Has the server's statistics know at once what the test's session has done.
    func count() async throws {
        if version >= 15 { try await run("SELECT pg_stat_force_next_flush()") }
    }

    /// The server's major version.
    var version: Int { server.cluster.major }

    /// The same table, with an index `slow` of an expression that pgvigil's session cannot build as long as the session
    /// `gate` keeps it from it; that session is in no transaction, so a rebuild does not wait for it otherwise.
    func gatedIndex(rows: Int = 100) async throws -> Connection {
        try await table(rows: rows)
        try await run(
            """
            CREATE FUNCTION public.slowly(n int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$
            BEGIN
                IF pg_catalog.current_setting('application_name') = 'pgvigil' THEN
                    PERFORM pg_catalog.pg_advisory_xact_lock_shared(1);
                END IF;
                RETURN n;
            END $$
            """,
            "CREATE INDEX slow ON t (public.slowly(id))")
        let gate = try await session("gate")
        try await gate.query("SELECT pg_advisory_lock(1)")
        return gate
    }

    /// Waits until pgvigil's statement is in a phase.
    func waits(in phase: String) async throws -> Bool {
        try await Fact.comes(within: .seconds(120)) { try await self.phase()?.hasPrefix(phase) ?? false }
    }

    /// Whether somebody waits for the table `t` for longer than ``quick`` and ``slow`` let anybody wait; `who` is a condition on
    /// `pg_stat_activity`.
    func hasWaiting(_ who: String) async throws -> Bool {
        try await Fact.comes(within: .seconds(60)) {
            try await value(
                """
                SELECT count(*) > 0 FROM pg_locks l JOIN pg_stat_activity a USING (pid)
                WHERE NOT l.granted AND l.relation = 't'::regclass AND \(who)
                    AND l.waitstart < clock_timestamp() - interval '1 s'
                """) == "t"
        }
    }

    /// Burns transaction ids.
    func burn(_ count: Int) async throws {
        try await run(
            """
            DO $$ BEGIN FOR i IN 1..\(count) LOOP PERFORM txid_current(); COMMIT; END LOOP; END $$
            """)
    }

    /// What the progress views say of the phase of pgvigil's statement in this database.
    func phase() async throws -> String? {
        try await value(
            """
            SELECT phase FROM pg_stat_progress_create_index WHERE datname = current_database()
            UNION ALL SELECT phase FROM pg_stat_progress_vacuum WHERE datname = current_database()
            """)
    }
}

extension MaintenanceFacts {
    func relation(_ name: String) -> RelationFacts? { relations.first { $0.name.name == name } }
    func index(_ name: String) -> IndexFacts? { indexes.first { $0.name.name == name } }
}

/// Says why to stop once a phase was seen.
final class PhaseWatch: Sendable {
    private let bed: MaintenanceBed
    private let phase: String
    private let session: Connection
    private let seen = Mutex<Bool>(false)

    init(_ bed: MaintenanceBed, stopsAt phase: String) async throws {
        self.bed = bed
        self.phase = phase
        session = try await bed.session("watch")
    }

    var wasSeen: Bool { seen.withLock { $0 } }

    var ask: @Sendable () async -> String? {
        { [self] in
            guard !wasSeen else { return "the window ends" }
            let sql = """
                SELECT phase FROM pg_stat_progress_create_index WHERE datname = current_database()
                UNION ALL SELECT phase FROM pg_stat_progress_vacuum WHERE datname = current_database()
                """
            // A question that is cut off sees nothing.
            let now = try? await session.query(sql).firstValue
            guard let now, now.hasPrefix(phase) else { return nil }
            seen.withLock { $0 = true }
            return "the window ends"
        }
    }

    func close() async { await session.close() }
}
