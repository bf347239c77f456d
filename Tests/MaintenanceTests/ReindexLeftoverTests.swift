import Databases
import Engine
import Faults
import FoundationEssentials
import Jobs
import Measures
import Policy
import Postgres
import TestKit
import Testing

@Suite(.serialized, .timeLimit(.minutes(10))) struct `What an interrupted REINDEX CONCURRENTLY leaves` {
    private func invalid(_ bed: MaintenanceBed) async throws -> [String] {
        try await bed.facts().indexes.filter { !$0.isValid }.map(\.name.name)
    }

    @Test(arguments: await TemporaryServer.versions())
    func `is the old index once the new one is in use`(version: Int) async throws {
        let bed = try await MaintenanceBed(version: version)
        let gate = try await bed.gatedIndex()
        let reader = try await bed.session("reader")
        let action = try await bed.action(.reindex, "slow")
        async let ending = bed.perform(action)
        #expect(try await bed.waits(in: "building index"))
        try await reader.query("BEGIN")
        try await reader.run(script: "SELECT count(*) FROM t")
        await gate.close()
        #expect(try await bed.waits(in: "waiting for readers before marking dead"))
        try await bed.run(
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_progress_create_index
            WHERE datname = current_database()
            """)
        let effect = await ending
        #expect(effect.result == .failed && effect.fault?.code == "connection.lost", "\(effect)")
        // The reader is in the way of dropping it.
        #expect(effect.leftovers.map(\.name) == ["slow_ccold"], "\(effect)")
        #expect(effect.detail.hasSuffix("; it left public.slow_ccold"), "\(effect)")
        #expect(try await invalid(bed) == ["slow_ccold"])
        #expect(try await bed.facts().index("slow")?.isValid == true)
        try await reader.query("COMMIT")
        let dropped = try await bed.perform(.leftover, "slow_ccold")
        #expect(dropped.result == .done, "\(dropped)")
        #expect(try await invalid(bed) == [])
        await reader.close()
        try await bed.close()
    }

    /// Names are cut between characters, so that they have 63 bytes with the suffix.
    @Test(
        arguments: [String(repeating: "i", count: 63), "x" + String(repeating: "ö", count: 30) + "y"],
        await TemporaryServer.versions())
    func `is known by its name however long that is`(name: String, version: Int) async throws {
        let bed = try await MaintenanceBed(version: version)
        let gate = try await bed.gatedIndex()
        try await bed.run("ALTER INDEX slow RENAME TO \(name)")
        let watch = try await PhaseWatch(bed, stopsAt: "building index")
        let effect = try await bed.perform(.reindex, name, watch: watch.ask)
        #expect(effect.result == .cancelled && effect.leftovers.isEmpty, "\(effect)")
        let leftover = LeftoverName.cut(name, before: "_ccnew")
        #expect(effect.detail.hasSuffix("; dropped its leftover public.\(leftover)"), "\(effect)")
        #expect(try await invalid(bed) == [])
        await gate.close()
        await watch.close()
        try await bed.close()
    }

    /// `kill -9` of the whole program: nobody is left who would tidy up, and the next night goes by its own record.
    @Test(arguments: await TemporaryServer.versions())
    func `is planned to be dropped by the record of the rebuild alone`(version: Int) async throws {
        let bed = try await MaintenanceBed(version: version)
        try await bed.table()
        let name = QualifiedName("public", "t_id_ccnew")
        try await bed.run("CREATE INDEX t_id_ccnew ON t (id)")
        try await bed.run("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 't_id_ccnew'::regclass")
        try await bed.run("ANALYZE t")
        let facts = try await bed.facts()
        let stranger = MaintenancePlan.make(facts: facts)
        #expect(
            !stranger.actions.contains { $0.kind == .leftover }
                && stranger.notices.contains { $0.contains("not of our making") })
        let begun = PastMaintenance(
            kind: .reindex, object: QualifiedName("public", "t_id"), table: QualifiedName("public", "t"),
            at: facts.takenAt - 3600, size: .zero, took: .zero, end: .open)
        let ours = MaintenancePlan.make(facts: facts, history: MaintenanceHistory([begun]))
        let action = try #require(ours.actions.first { $0.kind == .leftover })
        #expect(action.object == name)
        #expect(await bed.perform(action).result == .done)
        #expect(try await invalid(bed) == [])
        try await bed.close()
    }

    @Test(arguments: await TemporaryServer.versions())
    func `a second leftover has a number, and a stranger's index is not touched`(version: Int) async throws {
        let bed = try await MaintenanceBed(version: version)
        let gate = try await bed.gatedIndex()
        // Somebody else's, of an earlier night: of the same name, and not ours to drop in passing.
        try await bed.run("CREATE INDEX slow_ccnew ON t (id)")
        try await bed.run("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'slow_ccnew'::regclass")
        let watch = try await PhaseWatch(bed, stopsAt: "building index")
        let effect = try await bed.perform(.reindex, "slow", watch: watch.ask)
        #expect(effect.result == .cancelled, "\(effect)")
        #expect(effect.detail.hasSuffix("; dropped its leftover public.slow_ccnew1"), "\(effect)")
        #expect(try await invalid(bed) == ["slow_ccnew"])
        await watch.close()
        await gate.close()
        try await bed.close()
    }

    @Test(arguments: await TemporaryServer.versions())
    func `an index that somebody builds is no leftover, nor is one that is valid`(version: Int) async throws {
        let bed = try await MaintenanceBed(version: version)
        try await bed.table()
        let writer = try await bed.session("writer")
        try await writer.query("BEGIN")
        try await writer.query("INSERT INTO t VALUES (0, '')")
        let builder = try await bed.session("builder")
        let build = Task { try await builder.query("CREATE INDEX CONCURRENTLY t_id_ccnew ON t (id)") }
        #expect(try await Fact.comes { try await bed.phase() == "waiting for writers before build" })
        let facts = try await bed.facts()
        let index = try #require(facts.index("t_id_ccnew"))
        #expect(!index.isValid && index.isBusy)
        let plain = try await bed.plainRole()
        #expect(try await bed.facts(as: plain).index("t_id_ccnew")?.isBusy == true, "by its lock")
        let effect = try await bed.perform(.leftover, "t_id_ccnew")
        #expect(effect.result == .skipped && effect.detail.contains("somebody works on it"), "\(effect)")
        try await writer.query("COMMIT")
        _ = try await build.value
        let valid = try await bed.perform(.leftover, "t_id_ccnew")
        #expect(valid.result == .skipped && valid.detail == "it is valid", "\(valid)")
        let action = try await bed.action(.leftover, "t_id_ccnew")
        try await bed.run("DROP INDEX t_id_ccnew")
        #expect(await bed.perform(action).detail == "it is gone already")
        await writer.close()
        await builder.close()
        try await bed.close()
    }
}
