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

@Suite(.serialized, .timeLimit(.minutes(10))) struct `REINDEX CONCURRENTLY, proven` {
    @Test(arguments: await TemporaryServer.versions())
    func `makes another file, smaller than before`(version: Int) async throws {
        let bed = try await MaintenanceBed(version: version)
        try await bed.table(rows: 20_000)
        try await bed.run("DELETE FROM t WHERE id % 10 <> 0", "VACUUM t")
        let effect = try await bed.perform(.reindex, "t_id")
        #expect(effect.result == .done, "\(effect)")
        let (before, after) = (try #require(effect.before), try #require(effect.after))
        #expect(before.fileNode != after.fileNode && after.size.bytes * 4 < before.size.bytes)
        #expect(effect.detail == "size \(before.size) → \(after.size)" && effect.leftovers.isEmpty)
        #expect(effect.statement == #"REINDEX INDEX CONCURRENTLY "public"."t_id""#)
        #expect(try await bed.facts().index("t_id")?.fileNode == after.fileNode)
        try await bed.close()
    }

    @Test(arguments: await TemporaryServer.versions())
    func `an index of an expression has statistics afterwards`(version: Int) async throws {
        let bed = try await MaintenanceBed(version: version)
        try await bed.table()
        try await bed.run("CREATE INDEX by_length ON t (length(filler))", "ANALYZE t")
        let statistics = "SELECT count(*) FROM pg_stats WHERE tablename = 'by_length'"
        #expect(try await bed.value(statistics) == "1")
        let effect = try await bed.perform(.reindex, "by_length", MaintenanceOptions(analyzesAfter: true))
        #expect(effect.result == .done && effect.detail.hasSuffix("; statistics made anew"), "\(effect)")
        #expect(try await bed.value(statistics) == "1")
        #expect(try await bed.value("SELECT pg_stat_get_analyze_count('t'::regclass)") == "2")
        try await bed.close()
    }

    @Test(arguments: await TemporaryServer.versions())
    func `rebuilds the index of a TOAST table`(version: Int) async throws {
        let bed = try await MaintenanceBed(version: version)
        try await bed.table()
        let index = try #require(
            try await bed.facts().indexes.first { index in
                index.name.schema == "pg_toast" && !index.isOfSystem
            })
        let effect = await bed.perform(
            MaintenanceAction(
                kind: .reindex, oid: index.oid, object: index.name, table: index.tableName, reason: "",
                urgency: 0, size: .zero))
        #expect(effect.result == .done, "\(effect)")
        try await bed.close()
    }

    @Test(arguments: await TemporaryServer.versions())
    func `what cannot be rebuilt so is skipped with its reason`(version: Int) async throws {
        let bed = try await MaintenanceBed(version: version)
        try await bed.run(
            "CREATE TABLE t (span int4range, EXCLUDE USING gist (span WITH &&))",
            "CREATE TABLE p (id int) PARTITION BY RANGE (id)", "CREATE INDEX of_parent ON p (id)")
        for (name, why) in [
            ("t_span_excl", "exclusion constraint"), ("pg_class_oid_index", "system catalog"),
            ("of_parent", "no storage of its own"),
        ] {
            let effect = try await bed.perform(.reindex, name)
            #expect(effect.result == .skipped && effect.detail.contains(why), "\(effect)")
        }
        try await bed.close()
    }

    @Test(arguments: await TemporaryServer.versions())
    func `builds nothing in vain while somebody holds an old snapshot`(version: Int) async throws {
        let bed = try await MaintenanceBed(version: version)
        try await bed.table()
        let dump = try await bed.session("pg_dump")
        try await dump.query("BEGIN ISOLATION LEVEL REPEATABLE READ")
        try await dump.query("SELECT 1")
        let file = try await bed.facts().index("t_id")?.fileNode
        #expect(try await Fact.comes { try await bed.facts().blockers.contains { $0.kind == .dump } })
        let effect = try await bed.perform(.reindex, "t_id")
        #expect(effect.result == .skipped, "\(effect)")
        #expect(effect.detail.hasPrefix("it would wait for pg_dump pg_dump (pid"), "\(effect)")
        #expect(try await bed.facts().index("t_id")?.fileNode == file)
        #expect(try await bed.facts().indexes.allSatisfy(\.isValid))
        await dump.close()
        try await bed.close()
    }

    @Test(arguments: await TemporaryServer.versions())
    func `goes by the collation's version, whatever the bloat`(version: Int) async throws {
        let bed = try await MaintenanceBed(version: version)
        try await bed.run("CREATE TABLE t (id int, name text, other text)")
        try await bed.run("INSERT INTO t SELECT i, 'n' || i, 'o' FROM generate_series(1, 10) i")
        let found = try await bed.value(
            """
            SELECT quote_ident(collname) FROM pg_collation
            WHERE pg_collation_actual_version(oid) IS NOT NULL AND collencoding IN (-1, 6)
                AND collisdeterministic ORDER BY collprovider, collname LIMIT 1
            """)
        let collation = try #require(found, "no collation with a version on this machine")
        try await bed.run(
            "CREATE COLLATION mine FROM \(collation)",
            "CREATE INDEX by_column ON t (name COLLATE mine)", "CREATE INDEX by_number ON t (id)",
            "CREATE INDEX by_bytes ON t (name COLLATE mine text_pattern_ops)",
            "CREATE INDEX by_hash ON t USING hash (name COLLATE mine)",
            "CREATE INDEX by_expression ON t ((lower(name COLLATE mine)))",
            "CREATE INDEX by_condition ON t (id) WHERE name COLLATE mine > 'n5'")
        #expect(try await bed.facts().indexes.allSatisfy { !$0.hasStaleCollation })
        try await bed.run("UPDATE pg_collation SET collversion = '0.old' WHERE collname = 'mine'")
        let stale = try await bed.facts().indexes.filter(\.hasStaleCollation).map(\.name.name).sorted()
        #expect(stale == ["by_column", "by_condition", "by_expression"])
        #expect(try await bed.perform(.reindex, "by_column").result == .done)
        #expect(
            try await bed.facts().index("by_column")?.hasStaleCollation == true, "the server has no record")
        try await bed.run("ALTER COLLATION mine REFRESH VERSION")
        #expect(try await bed.facts().indexes.allSatisfy { !$0.hasStaleCollation })
        let database = try await bed.value(
            """
            SELECT pg_database_collation_actual_version(oid) FROM pg_database WHERE datname = current_database()
            """)
        if database != nil {
            try await bed.run("CREATE INDEX by_default ON t (other)")
            try await bed.run(
                "UPDATE pg_database SET datcollversion = '0.old' WHERE datname = current_database()")
            #expect(try await bed.facts().index("by_default")?.hasStaleCollation == true)
            #expect(try await bed.facts().index("by_number")?.hasStaleCollation == false)
            try await bed.run("ALTER DATABASE \(bed.database) REFRESH COLLATION VERSION")
            #expect(try await bed.facts().index("by_default")?.hasStaleCollation == false)
        }
        try await bed.close()
    }
}
