import Databases
import Engine
import Faults
import FoundationEssentials
import Postgres
import TestKit
import Testing

@testable import Catalog

@Suite struct `The book of events` {
    @Test(arguments: await TemporaryServer.versions())
    func `in PostgreSQL does what every book of events does`(version: Int) async throws {
        let options = try await freshOptions(version)
        try await CatalogAdmin(options).migrate()
        // Two daemons on one catalog: what one writes the other reads.
        let book = CatalogEvents(options)
        for check in EventBookConformance.allCases where check != .forgets { try await check.check(book) }
        let other = CatalogEvents(options)
        try await EventBookConformance.claimsOnce.check(TwoBooks(one: book, other: other))
        try await EventBookConformance.letsOneWin.check(TwoBooks(one: book, other: other))
        try await EventBookConformance.forgets.check(book)
        await book.close()
        await other.close()
    }

    @Test func `finds open events and due deliveries by an index`() async throws {
        let options = try await freshOptions()
        try await CatalogAdmin(options).migrate()
        let connection = try await Connection.open(options)
        // Enough to make the planner choose; its choice is what is tested.
        try await connection.run(
            script: """
                INSERT INTO pgvigil.event (id, kind, subject, opened_at, closed_at, count, told, reminders, remind_at,
                    causes, text, version)
                SELECT md5(n::text)::uuid, 'failure', 'job/' || n % 50, now(), CASE WHEN n > 50 THEN now() END, 1, 1, 0,
                    now(), '{}', '', 1
                FROM generate_series(1, 20000) n;
                INSERT INTO pgvigil.delivery (id, channel, occasion, subject, title, message, state, settled_at)
                SELECT md5(n::text)::uuid, 'c' || n % 3, 'failure', '', '', '{}',
                    CASE WHEN n > 50 THEN 'delivered' ELSE 'waiting' END, CASE WHEN n > 50 THEN now() END
                FROM generate_series(1, 20000) n;
                ANALYZE pgvigil.event;
                ANALYZE pgvigil.delivery;
                """)
        let now = SQLValue.integer(Int64(EventSamples.start.timeIntervalSince1970) * 1_000_000)
        let statements: [(String, [SQLValue])] = [
            (EventStatements.open, [.array(["job/7"])]), (EventStatements.untold, [now, 10]),
            (EventStatements.claim, ["c1", 8, 1000, .text(UUID().uuidString)]),
            (EventStatements.deliveries, [20]),
            (EventStatements.deliveriesForget, [.integer(30 * 86_400_000_000)]),
        ]
        for (statement, values) in statements {
            let plan = try await connection.query("EXPLAIN " + statement, values).texts("QUERY PLAN")
                .joined(separator: "\n")
            #expect(!plan.contains("Seq Scan"), "\(statement):\n\(plan)")
        }
    }

    @Test func `says what it cannot read, and that its server is away`() async throws {
        let server = try await TemporaryServer.start()
        let options = server.connectionInfo(database: "pgvigil").options()
        try await CatalogAdmin(options).migrate()
        let book = CatalogEvents(options)
        try await book.post([EventSamples.delivery(channel: "c")])
        let vandal = try await Connection.open(options)
        try await vandal.query("UPDATE pgvigil.delivery SET message = '{\"party\": 1}'")
        let fault = await #expect(throws: AnyFault.self) {
            try await book.claim(channel: "c", limit: 1, for: .seconds(1), claim: UUID())
        }
        #expect(fault?.code == "catalog.unknown-value")
        await book.close()
        await vandal.close()
        try await server.cluster.stop()
        let away = await #expect(throws: AnyFault.self) { try await book.open(subjects: ["x"]) }
        #expect(away?.code == "server.unreachable")
    }
}

/// Two books by turns, as two daemons use one catalog.
private struct TwoBooks: EventBook {
    let one: CatalogEvents
    let other: CatalogEvents

    private var any: CatalogEvents { Bool.random() ? one : other }

    func open(subjects: [String]) async throws(AnyFault) -> [OpenEvent] {
        try await any.open(subjects: subjects)
    }

    func remindersDue(at now: Date, limit: Int) async throws(AnyFault) -> [OpenEvent] {
        try await any.remindersDue(at: now, limit: limit)
    }

    func apply(_ change: EventChange, deliveries: [NewDelivery]) async throws(AnyFault) -> Bool {
        try await any.apply(change, deliveries: deliveries)
    }

    func post(_ deliveries: [NewDelivery]) async throws(AnyFault) { try await any.post(deliveries) }

    func claim(
        channel: String, limit: Int, for time: Duration, claim: UUID
    ) async throws(AnyFault) -> [Delivery] {
        try await any.claim(channel: channel, limit: limit, for: time, claim: claim)
    }

    func settle(_ delivery: UUID, claim: UUID, _ end: DeliveryEnd) async throws(AnyFault) {
        try await any.settle(delivery, claim: claim, end)
    }

    func deliveries(limit: Int) async throws(AnyFault) -> [DeliveryRecord] {
        try await any.deliveries(limit: limit)
    }

    func forget(olderThan age: Duration) async throws(AnyFault) { try await any.forget(olderThan: age) }
}
