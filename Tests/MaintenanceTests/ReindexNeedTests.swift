import Databases
import Engine
import Jobs
import Measures
import Policy
import Postgres
import TestKit
import Testing

@Suite(.serialized, .timeLimit(.minutes(10))) struct `Before an index is rebuilt` {
    private static let asked = MaintenanceOptions(confirmsAbove: 2)

    /// Whether the extension can be made; it comes with the server's own contributions, which not every build has.
    private func hasExtension(_ bed: MaintenanceBed) async throws -> Bool {
        try await bed.value("SELECT count(*) FROM pg_available_extensions WHERE name = 'pgstattuple'") == "1"
    }

    /// The index `t_id` on as many rows as it was built for, and `hollow`, of which a tenth is left.
    private func indexes(_ bed: MaintenanceBed) async throws {
        try await bed.table(rows: 20_000)
        try await bed.table("hollow", rows: 20_000)
        try await bed.run("DELETE FROM hollow WHERE id % 10 <> 0", "VACUUM hollow")
    }

    @Test(arguments: await TemporaryServer.versions())
    func `pgstattuple has the last word, in whatever schema it is`(version: Int) async throws {
        let bed = try await MaintenanceBed(version: version)
        try await indexes(bed)
        if try await hasExtension(bed) {
            try await bed.run(#"CREATE SCHEMA "Odd ""x""#, #"CREATE EXTENSION pgstattuple SCHEMA "Odd ""x""#)
            let file = try await bed.facts().index("t_id")?.fileNode
            let full = try await bed.perform(.reindex, "t_id", Self.asked)
            #expect(full.result == .skipped, "\(full)")
            #expect(full.detail.hasPrefix("pgstattuple finds no bloat: leaves "), "\(full)")
            #expect(try await bed.facts().index("t_id")?.fileNode == file)
            let hollow = try await bed.perform(.reindex, "hollow_id", Self.asked)
            #expect(hollow.result == .done, "\(hollow)")
            #expect(hollow.detail.contains("; pgstattuple confirms it: leaves "), "\(hollow)")
            #expect(
                try await bed.perform(.reindex, "t_id").result == .done, "nobody asks it of what was measured"
            )
        } else {
            let guessed = try await bed.perform(.reindex, "t_id", Self.asked)
            #expect(guessed.result == .done && !guessed.detail.contains("pgstattuple"), "\(guessed)")
        }
        try await bed.close()
    }

    @Test(arguments: await TemporaryServer.versions())
    func `pgstattuple is asked only by who may, and nobody else of its name`(version: Int) async throws {
        let bed = try await MaintenanceBed(version: version)
        try await indexes(bed)
        let role = try await bed.plainRole()
        try await bed.run("ALTER TABLE t OWNER TO \(role)", "GRANT CREATE ON SCHEMA public TO \(role)")
        // A function of somebody's that only looks like it is never called.
        try await bed.run(
            """
            CREATE FUNCTION public.pgstatindex(regclass) RETURNS TABLE (index_size bigint) LANGUAGE plpgsql AS $$
            BEGIN RAISE EXCEPTION 'it was called'; END $$
            """)
        let without = try await bed.perform(.reindex, "t_id", Self.asked)
        #expect(without.result == .done && !without.detail.contains("pgstattuple"), "\(without)")
        if try await hasExtension(bed) {
            try await bed.run("DROP FUNCTION public.pgstatindex(regclass)", "CREATE EXTENSION pgstattuple")
            let plain = try await bed.perform(.reindex, "t_id", Self.asked, as: role)
            #expect(plain.result == .done && !plain.detail.contains("pgstattuple"), "\(plain)")
            try await bed.run("GRANT pg_stat_scan_tables TO \(role)")
            let granted = try await bed.perform(.reindex, "t_id", Self.asked, as: role)
            #expect(granted.result == .skipped && granted.detail.contains("no bloat"), "\(granted)")
        }
        try await bed.close()
    }

    @Test(arguments: await TemporaryServer.versions())
    func `its fill factor is what a rebuild would make of it`(version: Int) async throws {
        let bed = try await MaintenanceBed(version: version)
        try await bed.table(rows: 20_000)
        try await bed.run("CREATE INDEX loose ON t (id) WITH (fillfactor = 40)")
        if try await hasExtension(bed) {
            try await bed.run("CREATE EXTENSION pgstattuple")
            let effect = try await bed.perform(.reindex, "loose", Self.asked)
            #expect(effect.result == .skipped && effect.detail.contains("leaves 40 % full"), "\(effect)")
        }
        try await bed.close()
    }

    @Test(arguments: await TemporaryServer.versions())
    func `its disk must have room for a second one`(version: Int) async throws {
        let bed = try await MaintenanceBed(version: version)
        try await bed.table(rows: 20_000)
        let full = MaintenanceServer(pace: MaintenanceBed.pace) { _ in ByteCount(64 << 10) }
        let action = try await bed.action(.reindex, "t_id")
        func perform(_ port: MaintenanceServer) async -> MaintenanceEffect {
            await port.perform(
                action, on: bed.target, database: bed.database, gently: MaintenanceBed.quick
            ) { nil }
        }
        let facts = try await full.facts(of: bed.target, database: bed.database)
        let index = try #require(facts.index("t_id"))
        #expect(index.freeSpace == ByteCount(64 << 10))
        let refused = await perform(full)
        #expect(refused.result == .skipped, "\(refused)")
        #expect(
            refused.detail
                == "its new copy may take as much as it has, \(index.size), and \(ByteCount(64 << 10)) are free on its disk"
        )
        #expect(try await bed.facts().index("t_id")?.fileNode == index.fileNode)
        // Where it is not known, or there is room, it is done.
        #expect(await perform(MaintenanceServer(pace: MaintenanceBed.pace) { _ in nil }).result == .done)
        try await bed.close()
    }
}
