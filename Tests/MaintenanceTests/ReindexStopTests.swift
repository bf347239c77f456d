import Databases
import Engine
import Faults
import FoundationEssentials
import Jobs
import Policy
import Postgres
import TestKit
import Testing

@Suite(.serialized, .timeLimit(.minutes(10))) struct `Stopping REINDEX CONCURRENTLY` {
    private func invalid(_ bed: MaintenanceBed) async throws -> [String] {
        try await bed.facts().indexes.filter { !$0.isValid }.map(\.name.name)
    }

    @Test(arguments: await TemporaryServer.versions())
    func `before the build it costs nothing, and nothing is left`(version: Int) async throws {
        let bed = try await MaintenanceBed(version: version)
        try await bed.table()
        let writer = try await bed.session("writer")
        try await writer.query("BEGIN")
        try await writer.query("INSERT INTO t VALUES (0, '')")
        let watch = try await PhaseWatch(bed, stopsAt: "waiting for writers before build")
        let action = try await bed.action(.reindex, "t_id")
        async let ending = bed.perform(action, watch: watch.ask)
        let effect = await ending
        #expect(watch.wasSeen)
        #expect(effect.result == .cancelled, "\(effect)")
        #expect(
            effect.detail.hasPrefix("the window ends; it was waiting for writers before build"), "\(effect)")
        // The writer is in the way of dropping it as well, so it stays and is named.
        #expect(effect.leftovers.map(\.name) == ["t_id_ccnew"] && effect.detail.contains("public.t_id_ccnew"))
        #expect(try await invalid(bed) == ["t_id_ccnew"])
        try await writer.query("ROLLBACK")
        await writer.close()
        let dropped = try await bed.perform(.leftover, "t_id_ccnew")
        #expect(dropped.result == .done && dropped.detail.hasPrefix("dropped"), "\(dropped)")
        #expect(try await invalid(bed) == [])
        await watch.close()
        try await bed.close()
    }

    @Test(arguments: await TemporaryServer.versions())
    func `in the build it obeys at once, and drops its own leftover`(version: Int) async throws {
        let bed = try await MaintenanceBed(version: version)
        let gate = try await bed.gatedIndex()
        let file = try await bed.facts().index("slow")?.fileNode
        let watch = try await PhaseWatch(bed, stopsAt: "building index")
        let effect = try await bed.perform(.reindex, "slow", watch: watch.ask)
        #expect(watch.wasSeen)
        #expect(effect.result == .cancelled && effect.detail.contains("it was building index"), "\(effect)")
        #expect(effect.detail.hasSuffix("; dropped its leftover public.slow_ccnew"), "\(effect)")
        #expect(effect.leftovers.isEmpty)
        #expect(try await invalid(bed) == [])
        #expect(try await bed.facts().index("slow")?.fileNode == file)
        await watch.close()
        await gate.close()
        try await bed.close()
    }

    @Test(arguments: await TemporaryServer.versions())
    func `what is built waits for an old snapshot for a while, and is given up then`(version: Int)
        async throws
    {
        let bed = try await MaintenanceBed(version: version)
        let gate = try await bed.gatedIndex()
        let report = try await bed.session("report")
        let watch = try await PhaseWatch(bed, stopsAt: "waiting for old snapshots")
        let action = try await bed.action(.reindex, "slow")
        async let ending = bed.perform(action, watch: watch.ask)
        #expect(try await bed.waits(in: "building index"))
        try await report.query("BEGIN ISOLATION LEVEL REPEATABLE READ")
        try await report.query("SELECT 1")
        await gate.close()
        let effect = await ending
        #expect(watch.wasSeen)
        #expect(effect.result == .cancelled, "\(effect)")
        #expect(effect.detail.contains("it was waiting for old snapshots"), "\(effect)")
        await report.close()
        await watch.close()
        try await bed.close()
    }

    @Test(arguments: await TemporaryServer.versions())
    func `what is built waits for a writer, and is finished when he ends in time`(version: Int) async throws {
        let bed = try await MaintenanceBed(version: version)
        let gate = try await bed.gatedIndex()
        var patient = MaintenanceBed.pace
        patient.builtPatience = .seconds(60)
        let port = MaintenanceServer(pace: patient)
        let writer = try await bed.session("writer")
        let watch = try await PhaseWatch(bed, stopsAt: "waiting for writers before validation")
        let action = try await bed.action(.reindex, "slow")
        async let ending = port.perform(
            action, on: bed.target, database: bed.database, gently: MaintenanceBed.quick, watch: watch.ask)
        #expect(try await bed.waits(in: "building index"))
        try await writer.query("BEGIN")
        try await writer.query("INSERT INTO t VALUES (0, '')")
        await gate.close()
        #expect(try await Fact.comes { watch.wasSeen })
        // Longer than `lock_timeout`, which counts such waits, and would throw away what was built.
        let sql = """
            SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND clock_timestamp() - waitstart > interval '600 ms')
            """
        #expect(try await Fact.comes { try await bed.value(sql) == "t" })
        try await writer.query("COMMIT")
        let effect = await ending
        #expect(effect.result == .done, "\(effect)")
        #expect(try await invalid(bed) == [])
        await writer.close()
        await watch.close()
        try await bed.close()
    }

    @Test(arguments: await TemporaryServer.versions())
    func `once the new index is in use it is finished`(version: Int) async throws {
        let bed = try await MaintenanceBed(version: version)
        let gate = try await bed.gatedIndex()
        let reader = try await bed.session("reader")
        let watch = try await PhaseWatch(bed, stopsAt: "waiting for readers before marking dead")
        let action = try await bed.action(.reindex, "slow")
        async let ending = bed.perform(action, watch: watch.ask)
        #expect(try await bed.waits(in: "building index"))
        // It holds its lock and no snapshot, which with the extended protocol the last statement would still have.
        try await reader.query("BEGIN")
        try await reader.run(script: "SELECT count(*) FROM t")
        await gate.close()
        #expect(try await Fact.comes { watch.wasSeen })
        try await reader.query("COMMIT")
        let effect = await ending
        #expect(effect.result == .done, "\(effect)")
        #expect(try await invalid(bed) == [])
        await reader.close()
        await watch.close()
        try await bed.close()
    }

    @Test(arguments: await TemporaryServer.versions())
    func `a dump that begins in the build ends it`(version: Int) async throws {
        let bed = try await MaintenanceBed(version: version)
        let gate = try await bed.gatedIndex()
        let dump = try await bed.session("pg_dump")
        let action = try await bed.action(.reindex, "slow")
        async let ending = bed.perform(action)
        #expect(try await bed.waits(in: "building index"))
        try await dump.query("BEGIN ISOLATION LEVEL REPEATABLE READ")
        try await dump.query("SELECT 1")
        let effect = await ending
        #expect(effect.result == .cancelled && effect.detail.hasPrefix("pg_dump (pid "), "\(effect)")
        await dump.close()
        await gate.close()
        try await bed.close()
    }

    @Test(arguments: await TemporaryServer.versions())
    func `whoever waits for our lock is let in`(version: Int) async throws {
        let bed = try await MaintenanceBed(version: version)
        let gate = try await bed.gatedIndex()
        let other = try await bed.session("migration")
        let action = try await bed.action(.reindex, "slow")
        async let ending = bed.perform(action)
        #expect(try await bed.waits(in: "building index"))
        try await other.query("ALTER TABLE t ADD COLUMN more int", limit: .seconds(120))
        let effect = await ending
        #expect(effect.result == .cancelled, "\(effect)")
        #expect(effect.detail.hasPrefix("others waited for its lock: migration (pid "), "\(effect)")
        await other.close()
        await gate.close()
        try await bed.close()
    }

    @Test(arguments: await TemporaryServer.versions())
    func `a session that is ended in the middle leaves nothing that is not named`(version: Int) async throws {
        let bed = try await MaintenanceBed(version: version)
        let gate = try await bed.gatedIndex()
        let action = try await bed.action(.reindex, "slow")
        async let ending = bed.perform(action)
        #expect(try await bed.waits(in: "building index"))
        try await bed.run(
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_progress_create_index
            WHERE datname = current_database()
            """)
        let effect = await ending
        #expect(effect.result == .failed && effect.fault?.code == "connection.lost", "\(effect)")
        #expect(effect.detail.hasSuffix("; dropped its leftover public.slow_ccnew"), "\(effect)")
        #expect(try await invalid(bed) == [])
        await gate.close()
        try await bed.close()
    }

    @Test(arguments: await TemporaryServer.versions())
    func `no session of ours is in a transaction beside it`(version: Int) async throws {
        let bed = try await MaintenanceBed(version: version)
        let gate = try await bed.gatedIndex()
        let action = try await bed.action(.reindex, "slow")
        async let ending = bed.perform(action)
        #expect(try await bed.waits(in: "building index"))
        let open = """
            SELECT count(*) FROM pg_stat_activity WHERE application_name = 'pgvigil'
                AND datname = current_database() AND state LIKE 'idle in transaction%'
            """
        for _ in 0..<50 { #expect(try await bed.value(open) == "0") }
        await gate.close()
        #expect(await ending.result == .done)
        try await bed.close()
    }
}
