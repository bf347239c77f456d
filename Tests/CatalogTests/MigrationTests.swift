import Catalog
import Databases
import Faults
import FoundationEssentials
import Jobs
import Postgres
import TestKit
import Testing

@Suite struct `Migrating the catalog` {
    @Test(arguments: await TemporaryServer.versions())
    func `makes database and schema once, and then changes nothing`(version: Int) async throws {
        let options = try await freshOptions(version)
        let admin = CatalogAdmin(options)
        let before = try await admin.status()
        #expect(
            before.state == .missing && before.serverVersion == nil && before.database == options["dbname"])
        #expect(try await admin.migrate() == Migration.all)
        #expect(try await admin.migrate() == [])
        let after = try await admin.status()
        #expect(after.state == .current(Migration.all.count))
        #expect((after.serverVersion ?? 0) / 10_000 == version)
        let connection = try await Connection.open(options)
        let properties = try await connection.query(
            "SELECT datcollate AS c, pg_encoding_to_char(encoding) AS e FROM pg_database WHERE datname = current_database()"
        )
        #expect(try properties.one().text("c") == "C" && properties.one().text("e") == "UTF8")
    }

    @Test func `is done once by many at the same time`() async throws {
        let options = try await freshOptions()
        let applied = try await withThrowingTaskGroup(of: [Migration].self) { group in
            for _ in 0..<6 { group.addTask { try await CatalogAdmin(options, migrations: three).migrate() } }
            return try await group.reduce([], +)
        }
        #expect(applied.map(\.number).sorted() == [1, 2, 3])
    }

    @Test func `applies what is missing, in order`() async throws {
        let options = try await freshOptions()
        try await CatalogAdmin(options, migrations: Array(three.prefix(1))).migrate()
        let admin = CatalogAdmin(options, migrations: three)
        #expect(try await admin.status().state == .behind(applied: [1], missing: [2, 3]))
        #expect(try await admin.migrate().map(\.number) == [2, 3])
        #expect(try await admin.status().state == .current(3))
    }

    @Test func `that fails leaves the catalog as it was, and can be done again`() async throws {
        let options = try await freshOptions()
        let broken =
            three.prefix(1) + [
                Migration(
                    number: 2, name: "broken", script: "CREATE TABLE pgvigil.half (n int); SELECT 1 / 0;")
            ]
        let fault = await #expect(throws: CatalogFault.self) {
            try await CatalogAdmin(options, migrations: Array(broken)).migrate()
        }
        #expect(fault?.summary.contains("division by zero") ?? false)
        #expect(
            try await CatalogAdmin(options, migrations: three).status().state
                == .behind(applied: [1], missing: [2, 3]))
        #expect(try await CatalogAdmin(options, migrations: three).migrate().map(\.number) == [2, 3])
    }

    @Test func `refuses a catalog of a newer program`() async throws {
        let options = try await freshOptions()
        try await CatalogAdmin(options, migrations: three).migrate()
        let older = CatalogAdmin(options, migrations: Array(three.prefix(1)))
        #expect(try await older.status().state == .newer(found: 3, known: 1))
        let fault = await #expect(throws: CatalogFault.self) { try await older.migrate() }
        #expect(fault?.code == "catalog.newer")
    }

    @Test func `refuses a catalog that another edition of a change has made`() async throws {
        let options = try await freshOptions()
        try await CatalogAdmin(options, migrations: three).migrate()
        var edited = three
        edited[1].script += " "
        let admin = CatalogAdmin(options, migrations: edited)
        #expect(try await admin.status().state == .edited(number: 2, name: "second"))
        let fault = await #expect(throws: CatalogFault.self) { try await admin.migrate() }
        #expect(fault?.code == "catalog.edited")
    }

    @Test func `is refused where it was not asked for`() async throws {
        let options = try await freshOptions()
        let missing = await #expect(throws: CatalogFault.self) {
            try await CatalogBook.open(options, migrate: false)
        }
        #expect(missing?.code == "server.database-missing")
        let connection = try await Connection.open(maintenance(options))
        try await connection.query("CREATE DATABASE \(options["dbname"] ?? "")")
        let behind = await #expect(throws: CatalogFault.self) {
            try await CatalogBook.open(options, migrate: false)
        }
        #expect(behind == .behind(address: options.address, missing: Migration.all.map(\.number)))
    }

    @Test func `says what the role may not`() async throws {
        var options = try await freshOptions()
        let database = options["dbname"] ?? ""
        let admin = try await Connection.open(maintenance(options))
        try await admin.query("CREATE ROLE keeper_\(database) LOGIN")
        options.parameters.append(("user", "keeper_\(database)"))
        let noDatabase = await #expect(throws: CatalogFault.self) {
            try await CatalogAdmin(options).migrate()
        }
        #expect(noDatabase == .mayNotCreateDatabase(database: database, address: options.address))
        try await admin.query("CREATE DATABASE \(database)")
        let noSchema = await #expect(throws: CatalogFault.self) { try await CatalogAdmin(options).migrate() }
        #expect(noSchema?.code == "catalog.may-not-migrate")
        #expect(noSchema?.summary.contains("permission denied for database") ?? false)
        try await admin.query("GRANT CREATE ON DATABASE \(database) TO keeper_\(database)")
        try await CatalogAdmin(options).migrate()
    }

    @Test func `tells its faults in one line with a remedy`() {
        let address = "db.example:5432"
        let faults: [CatalogFault] = [
            .server(.unreachable(address: address, cause: "Connection refused")),
            .serverTooOld(address: address, major: 11),
            .mayNotCreateDatabase(database: "pgvigil", address: address),
            .mayNotMigrate(address: address, cause: "permission denied for database pgvigil"),
            .behind(address: address, missing: [2, 3]),
            .newer(address: address, found: 7, known: 1),
            .edited(address: address, number: 1, name: "runs and backup sets"),
            .runUnknown(UUID(uuidString: "5d6f1d4e-0000-4000-8000-000000000001") ?? UUID()),
            .runTakenOver(UUID(uuidString: "5d6f1d4e-0000-4000-8000-000000000001") ?? UUID()),
            .leaseLost(daemon: UUID(uuidString: "5d6f1d4e-0000-4000-8000-000000000002") ?? UUID()),
            .unknownValue(column: "outcome", value: "fine"),
        ]
        Golden.expect(faults.map(FaultLine.render).joined(separator: "\n"), "faults")
    }

    private let three = [
        Migration(number: 1, name: "first", script: "CREATE TABLE pgvigil.one (n int);"),
        Migration(
            number: 2, name: "second", script: "CREATE TABLE pgvigil.two (n int); SELECT pg_sleep(0.05);"),
        Migration(number: 3, name: "third", script: "DROP TABLE pgvigil.one;"),
    ]

    private func maintenance(_ options: ConnectionOptions) -> ConnectionOptions {
        var copy = options
        copy.parameters.append(("dbname", "postgres"))
        return copy
    }
}
