import Catalog
import TestKit
import Testing

@Suite struct `The record of traffic` {
    @Test(arguments: TrafficBookConformance.allCases)
    func `in memory does what every record does`(check: TrafficBookConformance) async throws {
        try await check.check(MemoryTraffic())
    }

    @Test(arguments: await TemporaryServer.versions())
    func `in PostgreSQL does what every record does`(version: Int) async throws {
        let book = try await CatalogBook.open(freshOptions(version))
        for check in TrafficBookConformance.allCases { try await check.check(book) }
        await book.close()
    }
}
