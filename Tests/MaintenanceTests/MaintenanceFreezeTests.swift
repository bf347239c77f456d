import Databases
import Engine
import FoundationEssentials
import Jobs
import Policy
import Postgres
import TestKit
import Testing

/// One after the other: they burn the transaction ids of one server, and the last of them has autovacuum freeze all of it.
@Suite(.serialized, .timeLimit(.minutes(10))) struct `Freezing, and autovacuum at work` {
    @Test(arguments: await TemporaryServer.versions())
    func `ages fall, unless somebody holds them up`(version: Int) async throws {
        let bed = try await MaintenanceBed(version: version, on: .freezing)
        try await bed.table()
        let report = try await bed.session("report")
        try await report.query("BEGIN ISOLATION LEVEL REPEATABLE READ")
        try await report.query("SELECT 1")
        let first = try await bed.perform(.freeze, "t")
        #expect(first.result == .done, "\(first)")
        try await bed.burn(12_000)
        let held = try await bed.perform(.freeze, "t")
        #expect(held.result == .noEffect && held.detail.contains("held by"), "\(held)")
        #expect(held.detail.contains("report (pid \(await report.backendProcess)"), "\(held)")
        #expect(try #require(held.after).xidAge > 10_000)
        await report.close()
        let effect = try await bed.perform(.freeze, "t")
        #expect(effect.result == .done && effect.statement.contains("FREEZE"), "\(effect)")
        #expect(try #require(effect.before).xidAge > 10_000 && (try #require(effect.after)).xidAge < 5_000)
        let toast = try #require(try await bed.facts().relation("t").map { table in table.oid })
        let facts = try #require(try await bed.facts().relations.first { $0.owner == toast })
        #expect(try #require(facts.xidAge) < 5_000, "its TOAST table with it")
        try await bed.close()
    }

    @Test func `a TOAST table that the server passed over is told of`() async throws {
        let bed = try await MaintenanceBed(on: .freezing)
        try await bed.table()
        try await bed.run(
            "ALTER TABLE t ALTER filler SET STORAGE EXTERNAL",
            "UPDATE t SET filler = repeat('x', 8000) WHERE id <= 100")
        let toast = try #require(
            try await bed.value("SELECT reltoastrelid::regclass::text FROM pg_class WHERE relname = 't'"))
        try await bed.burn(12_000)
        let other = try await bed.session("another")
        try await other.query("SET vacuum_cost_delay = 100")
        try await other.query("SET vacuum_cost_limit = 1")
        let vacuum = Task {
            try await other.query("VACUUM (DISABLE_PAGE_SKIPPING) \(toast)", limit: .seconds(120))
        }
        #expect(
            try await Fact.comes {
                try await bed.value(
                    "SELECT count(*) FROM pg_stat_progress_vacuum WHERE phase = 'scanning heap'")
                    != "0"
            })
        let effect = try await bed.perform(.freeze, "t")
        #expect(effect.result == .noEffect, "\(effect)")
        #expect(effect.detail.hasPrefix("its TOAST table was passed over"), "\(effect)")
        #expect(effect.detail.contains("another VACUUM is on it"), "\(effect)")
        vacuum.cancel()
        _ = await vacuum.result
        await other.close()
        #expect(try await bed.perform(.freeze, "t").result == .done)
        try await bed.close()
    }

    @Test(arguments: await TemporaryServer.versions())
    func `multixacts are counted and frozen as well`(version: Int) async throws {
        let bed = try await MaintenanceBed(version: version, on: .freezing)
        try await bed.table(rows: 10)
        let other = try await bed.session()
        for _ in 0..<20 {
            try await other.query("BEGIN")
            try await other.query("SELECT * FROM t WHERE id = 1 FOR SHARE")
            try await bed.run("SELECT * FROM t WHERE id = 1 FOR SHARE")
            try await other.query("COMMIT")
        }
        await other.close()
        let before = try #require(try await bed.facts().relation("t"))
        #expect(try #require(before.multixactAge) >= 20)
        let effect = try await bed.perform(.freeze, "t")
        #expect(effect.result == .done, "\(effect)")
        #expect(try #require(effect.before).multixactAge >= 20 && effect.after?.multixactAge == 0)
        try await bed.close()
    }

    @Test(arguments: await TemporaryServer.versions())
    func `a table that autovacuum is on is left to it`(version: Int) async throws {
        let bed = try await MaintenanceBed(version: version, on: .freezing)
        try await bed.table(rows: 20_000, dead: 10_000)
        try await bed.run(
            """
            ALTER TABLE t SET (autovacuum_enabled = on, autovacuum_vacuum_cost_delay = 100,
                autovacuum_vacuum_cost_limit = 1)
            """)
        let worker = try #require(
            try await Fact.value { try await bed.facts().relation("t")?.autovacuum })
        #expect(!worker.preventsWraparound)
        for kind in [MaintenanceClass.vacuum, .analyze] {
            let effect = try await bed.perform(kind, "t")
            #expect(effect.result == .skipped, "\(effect)")
            #expect(effect.detail == "autovacuum or another VACUUM is on it (pid \(worker.pid))")
        }
        let rebuilt = try await bed.perform(.reindex, "t_id")
        #expect(rebuilt.result == .skipped && rebuilt.detail.contains("pid \(worker.pid)"), "\(rebuilt)")
        // A role that may not see what it is still sees its lock.
        let plain = try await bed.plainRole()
        #expect(try await bed.facts(as: plain).relation("t")?.autovacuum?.pid == worker.pid)
        #expect(
            try await bed.value("SELECT count(*) FROM pg_stat_progress_vacuum WHERE pid = \(worker.pid)")
                == "1",
            "it goes on")
        try await bed.close()
    }

    @Test(arguments: await TemporaryServer.versions())
    func `one against wraparound is told from others`(version: Int) async throws {
        let bed = try await MaintenanceBed(version: version, on: .freezing)
        #expect(try await bed.facts().thresholds.freezeMaxAge == 100_000)
        try await bed.table(rows: 20_000)
        try await bed.run(
            "ALTER TABLE t SET (autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1)")
        try await bed.burn(101_000)
        let worker = try #require(
            try await Fact.value { try await bed.facts().relation("t")?.autovacuum })
        #expect(worker.preventsWraparound)
        let effect = try await bed.perform(.vacuum, "t")
        #expect(effect.result == .skipped && effect.detail.contains("to prevent a wraparound"), "\(effect)")
        try await bed.close()
    }

    @Test func `a freeze is not given up for the autovacuum that would begin it anew`() async throws {
        let bed = try await MaintenanceBed(on: .freezing)
        try await bed.table(rows: 20_000)
        let action = try await bed.action(.freeze, "t")
        let freeze = Task { await bed.perform(action, gently: MaintenanceBed.slow) }
        #expect(try await bed.waits(in: "scanning heap"))
        try await bed.burn(101_000)
        #expect(try await bed.hasWaiting("a.backend_type = 'autovacuum worker'"))
        #expect(try await bed.phase() != nil, "it goes on")
        freeze.cancel()
        let effect = await freeze.value
        #expect(effect.detail.hasPrefix("the run was stopped"), "\(effect)")
        try await bed.close()
    }
}
