import Databases
import Engine
import Faults
import FoundationEssentials
import Jobs
import Policy
import Postgres
import TestKit
import Testing

@Suite(.timeLimit(.minutes(3))) struct `Stopping REINDEX CONCURRENTLY` {
    /// A table whose index `slow` takes seconds to build.
    private func slowIndex(_ bed: MaintenanceBed, rows: Int = 400) async throws {
        try await bed.table(rows: rows)
        try await bed.run(
            """
            CREATE FUNCTION public.slowly(n int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$
            BEGIN
                IF pg_catalog.current_setting('application_name') = 'pgvigil' THEN
                    PERFORM pg_catalog.pg_sleep(0.01);
                END IF;
                RETURN n;
            END $$
            """,
            "CREATE INDEX slow ON t (public.slowly(id))")
    }

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
        try await slowIndex(bed)
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
        try await bed.close()
    }

    @Test(arguments: await TemporaryServer.versions())
    func `what is built waits for an old snapshot for a while, and is given up then`(version: Int)
        async throws
    {
        let bed = try await MaintenanceBed(version: version)
        try await slowIndex(bed, rows: 200)
        let report = try await bed.session("report")
        let watch = try await PhaseWatch(bed, stopsAt: "waiting for old snapshots")
        let action = try await bed.action(.reindex, "slow")
        async let ending = bed.perform(action, watch: watch.ask)
        #expect(try await Fact.comes { try await bed.phase()?.hasPrefix("building index") ?? false })
        try await report.query("BEGIN ISOLATION LEVEL REPEATABLE READ")
        try await report.query("SELECT 1")
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
        try await slowIndex(bed, rows: 200)
        var patient = MaintenanceBed.pace
        patient.builtPatience = .seconds(60)
        let port = MaintenanceServer(pace: patient)
        let writer = try await bed.session("writer")
        let watch = try await PhaseWatch(bed, stopsAt: "waiting for writers before validation")
        let action = try await bed.action(.reindex, "slow")
        async let ending = port.perform(
            action, on: bed.target, database: bed.database, gently: MaintenanceBed.quick, watch: watch.ask)
        #expect(try await Fact.comes { try await bed.phase()?.hasPrefix("building index") ?? false })
        try await writer.query("BEGIN")
        try await writer.query("INSERT INTO t VALUES (0, '')")
        #expect(try await Fact.comes { watch.wasSeen })
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
        try await slowIndex(bed, rows: 200)
        let reader = try await bed.session("reader")
        let watch = try await PhaseWatch(bed, stopsAt: "waiting for readers before marking dead")
        let action = try await bed.action(.reindex, "slow")
        async let ending = bed.perform(action, watch: watch.ask)
        #expect(try await Fact.comes { try await bed.phase()?.hasPrefix("building index") ?? false })
        // It holds its lock and no snapshot, which with the extended protocol the last statement would still have.
        try await reader.query("BEGIN")
        try await reader.run(script: "SELECT count(*) FROM t")
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
        try await slowIndex(bed)
        let dump = try await bed.session("pg_dump")
        let action = try await bed.action(.reindex, "slow")
        async let ending = bed.perform(action)
        #expect(try await Fact.comes { try await bed.phase()?.hasPrefix("building index") ?? false })
        try await dump.query("BEGIN ISOLATION LEVEL REPEATABLE READ")
        try await dump.query("SELECT 1")
        let effect = await ending
        #expect(effect.result == .cancelled && effect.detail.hasPrefix("pg_dump (pid "), "\(effect)")
        await dump.close()
        try await bed.close()
    }

    @Test(arguments: await TemporaryServer.versions())
    func `whoever waits for our lock is let in`(version: Int) async throws {
        let bed = try await MaintenanceBed(version: version)
        try await slowIndex(bed)
        let other = try await bed.session("migration")
        let action = try await bed.action(.reindex, "slow")
        async let ending = bed.perform(action)
        #expect(try await Fact.comes { try await bed.phase()?.hasPrefix("building index") ?? false })
        try await other.query("ALTER TABLE t ADD COLUMN more int", limit: .seconds(30))
        let effect = await ending
        #expect(effect.result == .cancelled, "\(effect)")
        #expect(effect.detail.hasPrefix("others waited for its lock: migration (pid "), "\(effect)")
        await other.close()
        try await bed.close()
    }

    @Test(arguments: await TemporaryServer.versions())
    func `a session that is ended in the middle leaves nothing that is not named`(version: Int) async throws {
        let bed = try await MaintenanceBed(version: version)
        try await slowIndex(bed)
        let action = try await bed.action(.reindex, "slow")
        async let ending = bed.perform(action)
        #expect(try await Fact.comes { try await bed.phase()?.hasPrefix("building index") ?? false })
        try await bed.run(
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_progress_create_index
            WHERE datname = current_database()
            """)
        let effect = await ending
        #expect(effect.result == .failed && effect.fault?.code == "connection.lost", "\(effect)")
        #expect(effect.detail.hasSuffix("; dropped its leftover public.slow_ccnew"), "\(effect)")
        #expect(try await invalid(bed) == [])
        try await bed.close()
    }

    @Test(arguments: await TemporaryServer.versions())
    func `a second leftover has a number, and a stranger's index is not touched`(version: Int) async throws {
        let bed = try await MaintenanceBed(version: version)
        try await slowIndex(bed, rows: 200)
        // Somebody else's, of an earlier night: of the same name, and not ours to drop in passing.
        try await bed.run("CREATE INDEX slow_ccnew ON t (id)")
        try await bed.run("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'slow_ccnew'::regclass")
        let watch = try await PhaseWatch(bed, stopsAt: "building index")
        let effect = try await bed.perform(.reindex, "slow", watch: watch.ask)
        #expect(effect.result == .cancelled, "\(effect)")
        #expect(effect.detail.hasSuffix("; dropped its leftover public.slow_ccnew1"), "\(effect)")
        #expect(try await invalid(bed) == ["slow_ccnew"])
        await watch.close()
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
