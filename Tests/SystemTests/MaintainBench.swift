import Databases
import FoundationEssentials
import Jobs
import Postgres
import TestKit
import Testing

/// A plan of `maintain --plan --json`.
struct MaintainPlanRow: Decodable {
    var database: String
    var actions: [MaintainActionRow]
    var notices: [String]
    var refusal: String?

    func action(_ kind: String, _ object: String) throws -> MaintainActionRow {
        try #require(actions.first { $0.kind == kind && $0.object == object }, "\(actions)")
    }
}

/// An action of a plan, or of `runs show --json`.
struct MaintainActionRow: Decodable {
    struct State: Decodable {
        var bytes: Int64
        var deadRows: Int64
        var fileNode: UInt32
    }

    var database: String
    var kind: String
    var object: String
    var reason: String
    var result: String
    var detail: String?
    var predictedSeconds: Double?
    var statement: String?
    var before: State?
    var after: State?
}

/// A run of `runs show --json`.
struct MaintainRunRow: Decodable {
    var kind: String
    var outcome: String
    var summary: String
    var steps: [StepRow]?
    var maintenance: [MaintainActionRow]?

    func action(_ kind: String, _ object: String) throws -> MaintainActionRow {
        try #require(maintenance?.first { $0.kind == kind && $0.object == object }, "\(self)")
    }
}

/// Databases that need maintenance, and what holds it up for as long as a test wants.
enum MaintainBench {
    /// The oldest server that is here, which is the shared one, and the newest.
    static func versions() async -> [Int?] {
        let all = await TemporaryServer.versions()
        return all.count > 1 ? [nil, all.last] : [nil]
    }

    /// A job that only rebuilds indexes, whatever else there is to do.
    static let rebuilds = """
        kind: maintain
        freeze: false
        vacuum: false
        analyze: false
        reindex: {min_size: 1MiB}
        yield_after: 2m

        """

    /// A job whose VACUUM takes very long: it rests after every page.
    static let slow = """
        kind: maintain
        freeze: false
        reindex: {min_size: 1MiB}
        cost_delay: 100ms
        cost_limit: 1

        """

    /// A database of its own on the shared server of a version.
    static func database(version: Int? = nil) async throws -> ConnectionInfo {
        let server = try await TemporaryServer.shared(version: version)
        let name = server.newDatabaseName()
        try await Sample.run("create database \"\(name)\"", server.connectionInfo())
        return server.connectionInfo(database: name)
    }

    /// Plays with a database of its own as the target `main`, and with a job `tidy`.
    static func play(
        version: Int? = nil, job: String = rebuilds,
        _ body: (Scene, ConnectionInfo) async throws -> Void
    ) async throws {
        let info = try await database(version: version)
        try await Scene.play { scene in
            try scene.settings(catalog: try await Sample.catalog(), target: info)
            try scene.write("jobs/tidy.yaml", job)
            try await body(scene, info)
        }
    }

    /// Makes a table of which eleven rows of twelve were deleted, with indexes ten times as large as its rows need.
    static func bloat(_ table: String, indexes: [String], _ info: ConnectionInfo) async throws {
        let made = indexes.map { "create index \($0) on public.\(table) (id);" }
        try await Sample.run(
            """
            create table public.\(table) (id integer not null, pad text) with (autovacuum_enabled = false);
            insert into public.\(table) select n, repeat('x', 40) from generate_series(1, 120000) n;
            \(made.joined(separator: "\n"))
            delete from public.\(table) where id % 12 <> 0;
            """, info)
        try await Sample.run("vacuum public.\(table)", info)
        try await spoil(table, info)
    }

    /// Leaves dead rows in it.
    static func spoil(_ table: String, _ info: ConnectionInfo) async throws {
        try await Sample.run(
            "update public.\(table) set pad = repeat('y', 40) where id % 24 = 0; analyze public.\(table)",
            info)
    }

    /// A transaction that has written to tables, for whose end every rebuild of their indexes waits.
    static func writer(_ tables: String..., info: ConnectionInfo) async throws -> Connection {
        let connection = try await Connection.open(info.options(applicationName: "till"))
        try await connection.query("begin")
        for table in tables { try await connection.query("insert into public.\(table) values (0, 'sold')") }
        return connection
    }

    /// Waits until so many rebuilds have begun and wait for writers, each of an index of another table.
    static func rebuildsWait(_ count: Int, _ info: ConnectionInfo) async throws -> Bool {
        try await Fact.comes {
            let tables = try await Sample.texts(
                """
                select relid::text as value from pg_catalog.pg_stat_progress_create_index
                where datname = current_database() and phase = 'waiting for writers before build'
                """, info)
            return tables.count == count && Set(tables).count == count
        }
    }

    /// Waits until a VACUUM of the database is under way.
    static func vacuums(_ info: ConnectionInfo) async throws -> Bool {
        try await Fact.comes { try await isVacuumed(info) }
    }

    /// Whether a VACUUM of the database is under way.
    static func isVacuumed(_ info: ConnectionInfo) async throws -> Bool {
        try await !Sample.texts(
            """
            select pid::text as value from pg_catalog.pg_stat_progress_vacuum
            where datname = current_database()
            """, info
        ).isEmpty
    }

    /// The indexes of a database by name, and whether each is valid.
    static func indexes(_ info: ConnectionInfo) async throws -> [String: Bool] {
        let found = try await Sample.texts(
            """
            select i.indisvalid::text || ' ' || c.relname as value from pg_catalog.pg_index i
            join pg_catalog.pg_class c on c.oid = i.indexrelid
            where c.relnamespace = 'public'::regnamespace
            """, info)
        return Dictionary(
            found.map { line in
                let words = line.split(separator: " ", maxSplits: 1)
                return (String(words.last ?? ""), words.first == "true")
            }, uniquingKeysWith: { first, _ in first })
    }

    /// The file of an index, which another rebuild changes.
    static func file(_ index: String, _ info: ConnectionInfo) async throws -> String {
        try await Sample.texts(
            "select pg_relation_filenode('public.\(index)')::text as value", info
        ).first ?? "none"
    }
}
