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

@Suite(.serialized, .timeLimit(.minutes(10))) struct `VACUUM and ANALYZE, proven` {
    @Test(arguments: await TemporaryServer.versions())
    func `remove dead rows and say how many`(version: Int) async throws {
        let bed = try await MaintenanceBed(version: version)
        try await bed.table(rows: 1000, dead: 400)
        let gently = Gentleness(costDelay: 0, bufferLimit: ByteCount(1 << 20))
        let effect = try await bed.perform(.vacuum, "t", gently: gently)
        #expect(effect.result == .done, "\(effect)")
        #expect(effect.before?.deadRows == 400 && effect.after?.deadRows == 0)
        #expect(effect.detail.hasPrefix("dead rows 400 → 0"))
        #expect(effect.statement.hasPrefix("VACUUM (SKIP_LOCKED, TRUNCATE false, PARALLEL 0"))
        #expect(effect.statement.contains("BUFFER_USAGE_LIMIT '1024 kB'") == (version >= 16))
        #expect(effect.statement.hasSuffix(#" "public"."t""#) && effect.took > .zero)
        #expect(try await bed.value("SELECT pg_stat_get_vacuum_count('t'::regclass)") == "1")
        let analyzed = try await bed.perform(.analyze, "t")
        #expect(analyzed.result == .done && analyzed.detail == "statistics are new", "\(analyzed)")
        let off = try await bed.perform(.vacuum, "t", MaintenanceOptions(skipsIndexes: true))
        #expect(off.result == .done && off.statement.contains("INDEX_CLEANUP false"), "\(off)")
        try await bed.close()
    }

    @Test(arguments: await TemporaryServer.versions())
    func `leave the end of the file unless they may cut it`(version: Int) async throws {
        let bed = try await MaintenanceBed(version: version)
        try await bed.table(rows: 2000)
        try await bed.run("DELETE FROM t WHERE id > 100")
        let kept = try await bed.perform(.vacuum, "t")
        #expect(kept.result == .done && kept.before?.size == kept.after?.size, "\(kept)")
        var gently = MaintenanceBed.quick
        gently.truncates = true
        let cut = try await bed.perform(.vacuum, "t", gently: gently)
        #expect(try #require(cut.after).size < (try #require(cut.before)).size, "\(cut)")
        try await bed.close()
    }

    @Test(arguments: await TemporaryServer.versions())
    func `an old snapshot makes VACUUM vain, and is named`(version: Int) async throws {
        let bed = try await MaintenanceBed(version: version)
        try await bed.table()
        let report = try await bed.session("report")
        try await report.query("BEGIN ISOLATION LEVEL REPEATABLE READ")
        try await report.query("SELECT 1")
        try await bed.run("DELETE FROM t WHERE id <= 400")
        let effect = try await bed.perform(.vacuum, "t")
        #expect(effect.result == .noEffect, "\(effect)")
        #expect(effect.detail.hasPrefix("400 dead rows cannot be removed yet: held by"))
        #expect(effect.detail.contains("report (pid \(await report.backendProcess)"))
        await report.close()
        try await bed.close()
    }

    @Test(arguments: await TemporaryServer.versions())
    func `a table that one may not maintain is skipped, whatever the tag says`(version: Int) async throws {
        let bed = try await MaintenanceBed(version: version)
        try await bed.table(dead: 10)
        let plain = try await bed.plainRole()
        for kind in [MaintenanceClass.vacuum, .analyze, .freeze] {
            let effect = try await bed.perform(kind, "t", as: plain)
            #expect(effect.result == .skipped, "\(effect)")
            #expect(effect.detail.contains("permission") || effect.detail.contains("only"), "\(effect)")
        }
        let rebuilt = try await bed.perform(.reindex, "t_id", as: plain)
        #expect(rebuilt.result == .failed && rebuilt.fault?.code == "server.permission", "\(rebuilt)")
        try await bed.close()
    }

    @Test(arguments: await TemporaryServer.versions())
    func `a locked table is skipped, and who has it is named`(version: Int) async throws {
        let bed = try await MaintenanceBed(version: version)
        try await bed.table(dead: 10)
        let other = try await bed.session("migration")
        try await other.query("BEGIN")
        try await other.query("LOCK TABLE t IN SHARE MODE")
        for kind in [MaintenanceClass.vacuum, .analyze] {
            let effect = try await bed.perform(kind, "t")
            #expect(effect.result == .skipped, "\(effect)")
            #expect(effect.detail.hasPrefix("its lock was not free: migration (pid "), "\(effect)")
        }
        let rebuilt = try await bed.perform(.reindex, "t_id")
        #expect(rebuilt.result == .skipped && rebuilt.detail.contains("migration"), "\(rebuilt)")
        try await other.query("ROLLBACK")
        #expect(try await bed.perform(.vacuum, "t").result == .done)
        await other.close()
        try await bed.close()
    }

    @Test(arguments: await TemporaryServer.versions())
    func `whoever waits for our lock gets it`(version: Int) async throws {
        let bed = try await MaintenanceBed(version: version)
        try await bed.table(rows: 20_000, dead: 10_000)
        let other = try await bed.session("migration")
        async let effect = bed.perform(.vacuum, "t", gently: MaintenanceBed.slow)
        #expect(try await Fact.comes { try await bed.phase() == "scanning heap" })
        try await other.query("ALTER TABLE t ADD COLUMN more int", limit: .seconds(120))
        let ended = try await effect
        #expect(ended.result == .cancelled, "\(ended)")
        #expect(ended.detail.hasPrefix("others waited for its lock: migration (pid "), "\(ended)")
        await other.close()
        try await bed.close()
    }

    @Test(
        arguments: ["scanning heap", "vacuuming indexes", "vacuuming heap"], await TemporaryServer.versions())
    func `stop when told to, whatever they are doing`(phase: String, version: Int) async throws {
        let bed = try await MaintenanceBed(version: version)
        try await bed.table(rows: 4000, dead: 3000)
        // Only a page that is made dirty costs anything, and that 0.4 s: a phase is long if its pages were clean before.
        try await bed.run(
            "ALTER DATABASE \(bed.database) SET vacuum_cost_page_hit = 0",
            "ALTER DATABASE \(bed.database) SET vacuum_cost_page_miss = 0",
            "ALTER DATABASE \(bed.database) SET vacuum_cost_page_dirty = 10000")
        let watch = try await PhaseWatch(bed, stopsAt: phase)
        let pin = phase == "scanning heap" ? nil : try await pinnedIndex(bed)
        if pin == nil { try await bed.run("CHECKPOINT") }
        async let ending = bed.perform(.vacuum, "t", gently: MaintenanceBed.slow, watch: watch.ask)
        if phase == "vacuuming heap" {
            #expect(try await bed.waits(in: "vacuuming indexes"))
            try await bed.run("CHECKPOINT")
            await pin?.close()
        }
        let effect = try await ending
        #expect(watch.wasSeen)
        #expect(effect.result == .cancelled && effect.detail.hasPrefix("the window ends"), "\(effect)")
        #expect(try await Fact.comes { try await bed.phase() == nil })
        await pin?.close()
        let next = try await bed.perform(.vacuum, "t")
        #expect(next.result == .done, "nothing is in the way of the next: \(next)")
        await watch.close()
        try await bed.close()
    }

    /// A session in the middle of reading the index `t_id` alone, which keeps VACUUM from passing a page of it
    /// (`LockBufferForCleanup` in bufmgr.c).
    private func pinnedIndex(_ bed: MaintenanceBed) async throws -> Connection {
        let session = try await bed.session("reader")
        for sql in [
            "SET enable_seqscan = off", "SET enable_bitmapscan = off", "BEGIN",
            "DECLARE reading CURSOR FOR SELECT id FROM t WHERE id > 0 ORDER BY id", "FETCH 1 FROM reading",
        ] { try await session.query(sql) }
        return session
    }

    @Test func `a stopped run ends its statement and still answers`() async throws {
        let bed = try await MaintenanceBed()
        try await bed.table(rows: 20_000, dead: 10_000)
        let action = try await bed.action(.vacuum, "t")
        let task = Task { await bed.perform(action, gently: MaintenanceBed.slow) }
        #expect(try await Fact.comes { try await bed.phase() != nil })
        task.cancel()
        let effect = await task.value
        #expect(effect.result == .cancelled && effect.detail.hasPrefix("the run was stopped"), "\(effect)")
        #expect(effect.before?.deadRows == 10_000)
        #expect(try await Fact.comes { try await bed.phase() == nil })
        try await bed.close()
    }

    @Test func `takes no longer than it may`() async throws {
        let bed = try await MaintenanceBed()
        try await bed.table(rows: 20_000, dead: 10_000)
        var gently = MaintenanceBed.slow
        gently.statementTimeout = .milliseconds(200)
        let effect = try await bed.perform(.vacuum, "t", gently: gently)
        #expect(effect.result == .cancelled && effect.detail.hasPrefix("it took longer than"), "\(effect)")
        try await bed.close()
    }

    @Test func `nothing is begun once there is a reason to stop`() async throws {
        let bed = try await MaintenanceBed()
        try await bed.table(dead: 10)
        let effect = try await bed.perform(.vacuum, "t") { "a dump has started" }
        #expect(effect.result == .skipped && effect.detail == "not begun: a dump has started")
        #expect(try await bed.value("SELECT pg_stat_get_vacuum_count('t'::regclass)") == "0")
        try await bed.close()
    }

    @Test func `a table that is gone is skipped, and one that goes in the middle`() async throws {
        let bed = try await MaintenanceBed()
        try await bed.table(rows: 20_000, dead: 10_000)
        let action = try await bed.action(.vacuum, "t")
        let index = try await bed.action(.reindex, "t_id")
        async let effect = bed.perform(action, gently: MaintenanceBed.slow)
        #expect(try await Fact.comes { try await bed.phase() != nil })
        try await bed.run("DROP TABLE t")
        #expect(await effect.result == .cancelled)
        for action in [action, index] {
            let gone = await bed.perform(action)
            #expect(gone.result == .skipped && gone.detail == "it was dropped meanwhile", "\(gone)")
        }
        try await bed.close()
    }

    @Test func `a session that is ended by somebody is a failure with its reason`() async throws {
        let bed = try await MaintenanceBed()
        try await bed.table(rows: 20_000, dead: 10_000)
        let action = try await bed.action(.vacuum, "t")
        async let effect = bed.perform(action, gently: MaintenanceBed.slow)
        #expect(try await Fact.comes { try await bed.phase() != nil })
        try await bed.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_progress_vacuum WHERE datname = current_database()"
        )
        let ended = await effect
        #expect(ended.result == .failed && ended.fault?.code == "connection.lost", "\(ended)")
        async let second = bed.perform(action, gently: MaintenanceBed.slow)
        #expect(try await Fact.comes { try await bed.phase() != nil })
        try await bed.run(
            "SELECT pg_cancel_backend(pid) FROM pg_stat_progress_vacuum WHERE datname = current_database()")
        let cancelled = await second
        #expect(cancelled.result == .cancelled)
        #expect(cancelled.detail.hasPrefix("somebody cancelled it on the server"), "\(cancelled)")
        try await bed.close()
    }

    @Test func `nothing goes on that nobody watches`() async throws {
        let bed = try await MaintenanceBed()
        try await bed.table(rows: 20_000, dead: 10_000)
        let action = try await bed.action(.vacuum, "t")
        async let effect = bed.perform(action, gently: MaintenanceBed.slow)
        #expect(try await Fact.comes { try await bed.phase() != nil })
        try await bed.run(
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND application_name = 'pgvigil'
                AND pid NOT IN (SELECT pid FROM pg_stat_progress_vacuum)
            """)
        let ended = await effect
        #expect(ended.result == .cancelled, "\(ended)")
        #expect(ended.detail.hasPrefix("the connection that watched it was lost"), "\(ended)")
        #expect(try await Fact.comes { try await bed.phase() == nil })
        try await bed.close()
    }

    @Test(arguments: await TemporaryServer.versions())
    func `quote every name`(version: Int) async throws {
        let bed = try await MaintenanceBed(version: version)
        try await bed.run(
            #"CREATE SCHEMA "My ""Schema""#, #"CREATE TABLE "My ""Schema"."T.a'b\" (id int)"#,
            #"CREATE INDEX "I ""x" ON "My ""Schema"."T.a'b\" (id)"#,
            #"INSERT INTO "My ""Schema"."T.a'b\" SELECT generate_series(1, 100)"#)
        let facts = try await bed.facts()
        let table = try #require(facts.relation(#"T.a'b\"#))
        let index = try #require(facts.index(#"I "x"#))
        for (kind, oid) in [
            (MaintenanceClass.vacuum, table.oid), (.analyze, table.oid), (.reindex, index.oid),
        ] {
            let effect = await bed.perform(
                MaintenanceAction(
                    kind: kind, oid: oid, object: table.name, table: table.name, reason: "", urgency: 0,
                    size: .zero))
            #expect(effect.result == .done, "\(effect)")
        }
        try await bed.close()
    }

    @Test(arguments: await TemporaryServer.versions())
    func `make statistics of a partitioned parent, which nobody else does`(version: Int) async throws {
        let bed = try await MaintenanceBed(version: version)
        try await bed.run(
            "CREATE TABLE parent (id int) PARTITION BY RANGE (id)",
            "CREATE TABLE leaf PARTITION OF parent FOR VALUES FROM (0) TO (1000) WITH (autovacuum_enabled = off)",
            "INSERT INTO parent SELECT generate_series(0, 999)")
        try await bed.count()
        #expect(
            try await Fact.comes { try await bed.facts().relation("parent")?.modifiedSinceAnalyze == 1000 })
        #expect(try await bed.value("SELECT count(*) FROM pg_stats WHERE tablename = 'parent'") == "0")
        let effect = try await bed.perform(.analyze, "parent")
        #expect(effect.result == .done, "\(effect)")
        #expect(try await bed.value("SELECT count(*) FROM pg_stats WHERE tablename = 'parent'") == "1")
        let parent = try #require(
            try await Fact.value {
                let parent = try await bed.facts().relation("parent")
                return parent?.modifiedSinceAnalyze == 0 ? parent : nil
            })
        #expect(parent.lastVacuum == nil)
        #expect(parent.lastAnalyze != nil, "from 14 on")
        #expect(try await bed.facts().relation("leaf")?.lastAnalyze != nil, "its leaves with it")
        try await bed.close()
    }
}
