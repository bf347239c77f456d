import Catalog
import Databases
import Postgres
import TestKit
import Testing

/// PgBouncer gives each transaction any of its connections, so whatever lasts longer than one is lost or stays behind.
@Suite(.enabled(if: Pooler.program != nil, "needs the package pgbouncer"))
struct `The catalog behind a pooler` {
    @Test func `is made, and does what every record does`() async throws {
        let server = try await TemporaryServer.shared()
        let pooler = try Pooler(server)
        let database = server.newDatabaseName()
        // A pooler has no database that does not exist yet to connect to.
        try await Connection.open(server.connectionInfo().options()).query("CREATE DATABASE \(database)")
        var options = server.connectionInfo(database: database).options()
        options.parameters.append(("host", pooler.directory))
        // PgBouncer refuses start-up parameters that it does not know.
        options.parameters.append(("options", ""))
        #expect(try await Fact.comes { pooler.isReady })
        let book = try await CatalogBook.open(options)
        let expire = try await expiry(options)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for check in RunBookConformance.allCases { group.addTask { try await check.check(book) } }
            for check in DaemonBookConformance.allCases {
                group.addTask { try await check.check(book, expire: expire) }
            }
            try await group.waitForAll()
        }
        #expect(try await CatalogAdmin(options).migrate() == [])
    }
}
