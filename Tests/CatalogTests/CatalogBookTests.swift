import Catalog
import Databases
import Engine
import Postgres
import TestKit
import Testing

@Suite struct `The record of outcomes` {
    @Test(arguments: RunBookConformance.allCases)
    func `in memory does what every record does`(check: RunBookConformance) async throws {
        try await check.check(MemoryRunBook())
    }

    @Test(arguments: await TemporaryServer.versions())
    func `in PostgreSQL does what every record does`(version: Int) async throws {
        let server = try await TemporaryServer.shared(version: version)
        let book = try await CatalogBook.open(
            server.connectionInfo(database: server.newDatabaseName()).options())
        for check in RunBookConformance.allCases { try await check.check(book) }
    }
}
