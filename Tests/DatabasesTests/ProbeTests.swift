import Databases
import Engine
import Faults
import FoundationEssentials
import Jobs
import Measures
import Postgres
import TestKit
import Testing

@Suite struct `Asking a server what a backup must know` {
    @Test(arguments: await TemporaryServer.versions())
    func `tells version, identifier, rights and databases`(version: Int) async throws {
        let (server, database) = try await shop(version)
        let facts = try await ServerProbe().facts(of: target(server.connectionInfo()))
        #expect(facts.major == version)
        #expect(facts.version.hasPrefix("\(version)."))
        #expect(facts.systemIdentifier.map { $0.allSatisfy(\.isNumber) } ?? false)
        #expect(!facts.inRecovery)
        #expect(facts.mayReadPasswords)
        #expect(facts.databases.contains(database) && !facts.databases.contains("template1"))
        let reader = try await ServerProbe().facts(of: target(self.reader(server, database)))
        #expect(!reader.mayReadPasswords)
    }

    @Test(arguments: await TemporaryServer.versions())
    func `tells a database's properties and what a dump will take`(version: Int) async throws {
        let (server, database) = try await shop(version)
        let facts = try await ServerProbe().facts(of: target(server.connectionInfo()), database: database)
        #expect(facts.name == database)
        #expect(facts.owner == "pgvigil")
        #expect(
            facts.encoding == "UTF8" && facts.collate == "C" && facts.ctype == "C"
                && facts.localeProvider == "c")
        #expect(facts.size.bytes > 5_000_000)
        #expect(facts.settings == ["work_mem=5MB"])
        #expect(facts.acl?.contains("reader_\(database)=c/pgvigil") ?? false)
        #expect(facts.extensions.map(\.name) == ["plpgsql"])
        #expect(facts.tables.map(\.name) == ["big", "analysed", "hidden", "masked"])
        let big = try #require(facts.tables.first)
        #expect(big.schema == "shop" && big.bytes > 400_000, "its TOAST table holds about 600 kB")
        #expect(facts.tables.first { $0.name == "analysed" }?.rows == 1000)
        #expect(facts.unreadable == [] && facts.rowSecurity == [])
    }

    @Test(arguments: await TemporaryServer.versions())
    func `names everything that the role may not read`(version: Int) async throws {
        let (server, database) = try await shop(version)
        let facts = try await ServerProbe().facts(
            of: target(self.reader(server, database)), database: database)
        #expect(
            facts.unreadable == [
                "vault (schema)", "shop.hidden (table)", "shop.numbers (sequence)", "vault.parted (table)",
                "4711 (large object)",
            ])
        #expect(facts.rowSecurity == ["shop.masked"])
    }

    @Test func `does not wait for a lock on a table that was never analysed`() async throws {
        let (server, database) = try await shop(nil)
        let info = server.connectionInfo(database: database)
        let blocker = try await Connection.open(info.options())
        let facts = try await blocker.transaction { transaction throws(PostgresFault) in
            try await transaction.query("LOCK TABLE shop.big IN ACCESS EXCLUSIVE MODE")
            do throws(AnyFault) {
                return try await ServerProbe().facts(of: target(info), database: database)
            } catch {
                throw .zeroByte
            }
        }
        #expect(facts.tables.map(\.name).contains("big"))
    }

    @Test func `names target and cause when the database is missing`() async throws {
        let server = try await TemporaryServer.shared()
        let fault = await #expect(throws: AnyFault.self) {
            try await ServerProbe().facts(of: target(server.connectionInfo()), database: "nowhere")
        }
        #expect(fault?.code == "server.database-missing")
        #expect(fault?.summary.contains("database \"nowhere\" does not exist") ?? false)
    }

    // MARK: A database with one of each

    private func target(_ info: ConnectionInfo) -> Target {
        Target(name: "shop", connection: info, origin: "test")
    }

    private func reader(_ server: TemporaryServer, _ database: String) -> ConnectionInfo {
        var info = server.connectionInfo(database: database)
        info["user"] = "reader_\(database)"
        return info
    }

    private func shop(_ version: Int?) async throws -> (TemporaryServer, String) {
        let server = try await TemporaryServer.shared(version: version)
        let database = server.newDatabaseName()
        let admin = try await Connection.open(server.connectionInfo().options())
        try await admin.query("CREATE DATABASE \(database)")
        try await admin.query("ALTER DATABASE \(database) SET work_mem = '5MB'")
        try await admin.query("CREATE ROLE reader_\(database) LOGIN")
        try await admin.query("GRANT CONNECT ON DATABASE \(database) TO reader_\(database)")
        let connection = try await Connection.open(server.connectionInfo(database: database).options())
        try await connection.run(script: Self.schema.replacing("READER", with: "reader_\(database)"))
        try await connection.query("VACUUM ANALYZE shop.analysed")
        return (server, database)
    }

    private static let schema = """
        CREATE SCHEMA shop;
        CREATE TABLE shop.big (id int PRIMARY KEY, body text);
        ALTER TABLE shop.big ALTER body SET STORAGE EXTERNAL;
        INSERT INTO shop.big SELECT n, repeat('x', 60000) FROM generate_series(1, 10) n;
        CREATE TABLE shop.analysed AS SELECT n FROM generate_series(1, 1000) n;
        CREATE TABLE shop.hidden (id int);
        CREATE TABLE shop.masked (id int);
        CREATE VIEW shop.seen AS SELECT * FROM shop.hidden;
        CREATE SEQUENCE shop.numbers;
        ALTER TABLE shop.masked ENABLE ROW LEVEL SECURITY;
        CREATE SCHEMA vault;
        CREATE TABLE vault.parted (id int) PARTITION BY RANGE (id);
        SELECT lo_create(4711);
        GRANT USAGE ON SCHEMA shop TO READER;
        GRANT SELECT ON shop.big, shop.analysed, shop.masked TO READER;
        """
}
