import Databases
import Engine
import Faults
import FoundationEssentials
import Measures
import Postgres
import TestKit
import Testing

@Suite(.enabled(if: SecondProcess.part == nil)) struct `The state of a restored database` {
    @Test(arguments: await TemporaryServer.versions())
    func `tells what is not as it should be`(version: Int) async throws {
        let drill = try await DrillServer(version: version)
        try await drill.perform(
            "CREATE ROLE shop", "CREATE ROLE reader",
            "CREATE DATABASE \"Shop 1\" OWNER shop TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'",
            "ALTER DATABASE \"Shop 1\" SET search_path = app, public",
            "ALTER DATABASE \"Shop 1\" SET default_transaction_read_only = off",
            "GRANT CONNECT ON DATABASE \"Shop 1\" TO reader")
        try await drill.perform(
            "CREATE SCHEMA app", "CREATE TABLE app.\"Big Orders\" (id serial PRIMARY KEY, n int)",
            "INSERT INTO app.\"Big Orders\" (n) SELECT i % 3 FROM generate_series(1, 10) i",
            "CREATE SEQUENCE app.\"never Called\" START 5",
            "SELECT setval('app.\"never Called\"', 77, false)",
            "CREATE MATERIALIZED VIEW app.full_view AS SELECT 1",
            "CREATE MATERIALIZED VIEW app.empty_view AS SELECT 1 WITH NO DATA",
            "ALTER TABLE app.\"Big Orders\" ADD CONSTRAINT positive CHECK (n >= 0) NOT VALID",
            "CREATE DOMAIN app.short AS text",
            "ALTER DOMAIN app.short ADD CONSTRAINT brief CHECK (length(VALUE) < 9) NOT VALID",
            in: "Shop 1")
        let build = "CREATE UNIQUE INDEX CONCURRENTLY broken ON app.\"Big Orders\" (n)"
        guard case .refused("23505", _) = try await drill.server.perform([build], in: "Shop 1")[0] else {
            Issue.record("the index was to fail")
            return
        }
        let state = try await drill.server.state(of: "Shop 1")
        #expect(state.owner == "shop" && state.encoding == "UTF8" && state.collate == "C")
        #expect(state.localeProvider == "c" && state.icuLocale == nil)
        #expect(state.acl == "{=Tc/shop,reader=c/shop,shop=CTc/shop}")
        #expect(state.settings == ["default_transaction_read_only=off", "search_path=app, public"])
        #expect(state.extensions == ["plpgsql": "1.0"])
        #expect(
            state.sequences == [
                .init(schema: "app", name: "Big Orders_id_seq", lastValue: 10, isCalled: true),
                .init(schema: "app", name: "never Called", lastValue: 77, isCalled: false),
            ])
        #expect(state.materializedViews == ["app.full_view": true, "app.empty_view": false])
        #expect(state.invalidIndexes == ["app.broken"])
        #expect(state.notValidConstraints == ["app.Big Orders.positive", "app.short.brief"])
        #expect(state.size.bytes > 5 << 20)
        await drill.server.stop()
    }

    @Test func `holds more sequences than one statement reads`() async throws {
        let drill = try await DrillServer(version: 15)
        try await drill.perform(
            "DO $$ BEGIN FOR i IN 1..450 LOOP EXECUTE format('CREATE SEQUENCE s%s START %s', i, i); END LOOP; END $$"
        )
        let sequences = try await drill.server.state(of: "postgres").sequences
        #expect(sequences.count == 450)
        #expect(sequences.allSatisfy { $0.name == "s\($0.lastValue)" && !$0.isCalled })
        await drill.server.stop()
    }
}
