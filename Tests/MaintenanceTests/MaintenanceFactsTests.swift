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

@Suite(.serialized, .timeLimit(.minutes(10))) struct `Reading what a database needs` {
    @Test(arguments: await TemporaryServer.versions())
    func `tells tables, TOAST tables, catalogs, parents and their names apart`(version: Int) async throws {
        let bed = try await MaintenanceBed(version: version)
        try await bed.run(
            #"CREATE SCHEMA "Odd ""Schema""#,
            #"CREATE TABLE "Odd ""Schema"."Ünï.t'" (id int, big text) WITH (autovacuum_enabled = off)"#,
            "CREATE TABLE parent (id int) PARTITION BY RANGE (id)",
            "CREATE TABLE leaf PARTITION OF parent FOR VALUES FROM (0) TO (1000000)",
            "CREATE MATERIALIZED VIEW matview AS SELECT 1 AS n")
        let facts = try await bed.facts()
        #expect(facts.database == bed.database && facts.version / 10_000 == version && !facts.isInRecovery)
        let odd = try #require(facts.relation("Ünï.t'"))
        #expect(odd.name.schema == #"Odd "Schema"# && odd.kind == .table && odd.mayMaintain)
        let toast = try #require(facts.relations.first { $0.owner == odd.oid })
        #expect(toast.kind == .toast && toast.name.schema == "pg_toast" && toast.xidAge != nil)
        #expect(facts.relation("parent")?.kind == .partitioned)
        #expect(facts.relation("parent")?.xidAge == nil)
        #expect(facts.relation("matview")?.kind == .materializedView)
        let catalog = try #require(facts.relation("pg_class"))
        #expect(catalog.kind == .systemCatalog && catalog.size > .zero)
        #expect(try #require(catalog.multixactAge) >= 0)
        let index = try #require(facts.index("pg_class_oid_index"))
        #expect(index.isOfSystem && index.method == "btree" && index.fileNode > 0)
        #expect(facts.relations.allSatisfy { $0.autovacuum == nil || $0.autovacuum?.pid ?? 0 > 0 })
        try await bed.close()
    }

    @Test(arguments: await TemporaryServer.versions())
    func `goes by a table's own parameters, and a TOAST table by its table's`(version: Int) async throws {
        let bed = try await MaintenanceBed(version: version)
        try await bed.run(
            """
            CREATE TABLE own (t text) WITH (autovacuum_vacuum_scale_factor = 0.01,
                autovacuum_vacuum_threshold = 7, autovacuum_analyze_scale_factor = 0.5,
                autovacuum_vacuum_insert_threshold = -1)
            """,
            "CREATE TABLE pair (t text) WITH (autovacuum_vacuum_threshold = 9, toast.autovacuum_vacuum_threshold = 11)",
            "CREATE TABLE plain (t text)")
        if version >= 18 { try await bed.run("ALTER TABLE own SET (autovacuum_vacuum_max_threshold = 500)") }
        try await bed.run(
            "ALTER TABLE own SET (autovacuum_freeze_max_age = 150000000)",
            """
            ALTER TABLE pair SET (autovacuum_multixact_freeze_max_age = 90000000,
                toast.autovacuum_freeze_max_age = 120000000)
            """)
        let facts = try await bed.facts()
        let own = try #require(facts.relation("own"))
        #expect(own.freezeMaxAge == 150_000_000 && own.multixactFreezeMaxAge == nil)
        let ownToast = try #require(facts.relations.first { $0.owner == own.oid })
        #expect(ownToast.freezeMaxAge == 150_000_000)
        #expect(facts.relation("plain")?.freezeMaxAge == nil)
        #expect(
            own.parameters
                == AutovacuumParameters(
                    vacuumThreshold: 7, vacuumScale: 0.01, vacuumMax: version >= 18 ? 500 : -1,
                    insertThreshold: -1, analyzeScale: 0.5))
        #expect(ownToast.parameters == own.parameters)
        let both = try #require(facts.relation("pair"))
        #expect(both.parameters.vacuumThreshold == 9)
        #expect(both.freezeMaxAge == nil && both.multixactFreezeMaxAge == 90_000_000)
        let toast = try #require(facts.relations.first { $0.owner == both.oid })
        #expect(toast.parameters.vacuumThreshold == 11 && toast.freezeMaxAge == 120_000_000)
        #expect(toast.multixactFreezeMaxAge == nil, "with parameters of its own it has none of its table's")
        #expect(facts.relation("plain")?.parameters == facts.thresholds.defaults)
        #expect(facts.thresholds.defaults.vacuumMax == (version >= 18 ? 100_000_000 : -1))
        #expect(facts.thresholds.freezeMaxAge == 200_000_000)
        #expect(facts.thresholds.multixactFreezeMaxAge == 400_000_000)
        #expect(facts.thresholds.failsafeAge == 1_600_000_000)
        try await bed.close()
    }

    @Test(arguments: await TemporaryServer.versions())
    func `counts dead, modified and inserted rows, a parent's by its leaves`(version: Int) async throws {
        let bed = try await MaintenanceBed(version: version)
        try await bed.table(rows: 1000, dead: 400)
        try await bed.run(
            "CREATE TABLE parent (id int) PARTITION BY RANGE (id)",
            """
            CREATE TABLE low PARTITION OF parent FOR VALUES FROM (0) TO (100)
                WITH (autovacuum_enabled = off)
            """,
            "CREATE TABLE middle PARTITION OF parent FOR VALUES FROM (100) TO (1000) PARTITION BY RANGE (id)",
            """
            CREATE TABLE high PARTITION OF middle FOR VALUES FROM (100) TO (1000)
                WITH (autovacuum_enabled = off)
            """,
            "INSERT INTO parent SELECT generate_series(0, 299)")
        try await bed.count()
        let facts = try #require(
            try await Fact.value {
                let facts = try await bed.facts()
                return facts.relation("parent")?.modifiedSinceAnalyze == 300 ? facts : nil
            })
        let table = try #require(facts.relation("t"))
        #expect(table.deadRows == 400 && table.modifiedSinceAnalyze == 1400)
        #expect(table.insertedSinceVacuum == 1000)
        #expect(table.lastVacuum == nil && table.lastAnalyze == nil)
        #expect(facts.relation("middle")?.modifiedSinceAnalyze == 200)
        #expect(
            facts.relation("parent")?.size
                == (facts.relation("low")?.size ?? .zero) + (facts.relation("high")?.size ?? .zero))
        try await bed.run("VACUUM ANALYZE t")
        let later = try #require(
            try await Fact.value {
                let relation = try await bed.facts().relation("t")
                return relation?.lastAnalyze != nil ? relation : nil
            })
        #expect(later.lastVacuum != nil && later.deadRows == 0 && later.modifiedSinceAnalyze == 0)
        #expect(later.tuples == 600 && later.allVisiblePages > 0)
        try await bed.close()
    }

    @Test(arguments: await TemporaryServer.versions())
    func `knows the free space of servers on this machine alone`(version: Int) async throws {
        let bed = try await MaintenanceBed(version: version)
        try await bed.table()
        let space = try #require(try await bed.facts().index("t_id")?.freeSpace)
        #expect(space > ByteCount(1 << 20) && space < ByteCount(1 << 60))
        // Whoever may not read where the server keeps its files is told nothing.
        let plain = try await bed.plainRole()
        #expect(try await bed.facts(as: plain).index("t_id")?.freeSpace == nil)
        let elsewhere = MaintenanceServer(pace: MaintenanceBed.pace) { _ in nil }
        let facts = try await elsewhere.facts(of: bed.target, database: bed.database)
        #expect(facts.index("t_id")?.freeSpace == nil)
        try await bed.close()
    }

    @Test(arguments: await TemporaryServer.versions())
    func `tells what kind of index it is`(version: Int) async throws {
        let bed = try await MaintenanceBed(version: version)
        try await bed.run(
            "CREATE TABLE t (id int PRIMARY KEY, name text, span int4range, EXCLUDE USING gist (span WITH &&))",
            "CREATE INDEX by_expression ON t (lower(name))", "CREATE INDEX by_hash ON t USING hash (name)",
            "CREATE TABLE p (id int) PARTITION BY RANGE (id)",
            "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10)", "CREATE INDEX of_parent ON p (id)")
        try await bed.run("INSERT INTO t VALUES (1, 'x', NULL), (2, 'x', NULL)")
        await #expect(throws: PostgresFault.self) {
            try await bed.run("CREATE UNIQUE INDEX CONCURRENTLY broken ON t (name)")
        }
        let facts = try await bed.facts()
        #expect(facts.index("by_expression")?.isExpression == true)
        #expect(facts.index("by_hash")?.method == "hash")
        #expect(facts.index("t_span_excl")?.isExclusion == true)
        let broken = try #require(facts.index("broken"))
        #expect(!broken.isValid && !broken.isBusy && broken.mayMaintain)
        let key = try #require(facts.index("t_pkey"))
        #expect(key.isValid && !key.isExpression && !key.isExclusion && !key.isOfSystem)
        #expect(key.tableName == QualifiedName("public", "t") && key.table == facts.relation("t")?.oid)
        #expect(facts.index("of_parent") == nil, "it has no storage")
        #expect(facts.index("p1_id_idx") != nil)
        try await bed.close()
    }

    @Test(arguments: await TemporaryServer.versions())
    func `is not held up by a table that somebody has locked`(version: Int) async throws {
        let bed = try await MaintenanceBed(version: version)
        try await bed.table(rows: 2000)
        try await bed.run("VACUUM t")
        let other = try await bed.session()
        try await other.query("BEGIN")
        try await other.query("LOCK TABLE t IN ACCESS EXCLUSIVE MODE")
        // It comes back while the lock is still held.
        let facts = try await bed.facts()
        #expect(try #require(facts.relation("t")).size > .zero, "by what the last VACUUM counted")
        #expect(facts.index("t_id")?.isBusy == true)
        await other.close()
        try await bed.close()
    }

    @Test(arguments: await TemporaryServer.versions())
    func `tells what the role may maintain`(version: Int) async throws {
        let bed = try await MaintenanceBed(version: version)
        let plain = try await bed.plainRole()
        try await bed.run(
            "CREATE TABLE mine (id int PRIMARY KEY)", "ALTER TABLE mine OWNER TO \(plain)",
            "CREATE TABLE yours (id int PRIMARY KEY)")
        var facts = try await bed.facts(as: plain)
        #expect(facts.relation("mine")?.mayMaintain == true && facts.index("mine_pkey")?.mayMaintain == true)
        #expect(facts.relation("yours")?.mayMaintain == false)
        #expect(facts.index("yours_pkey")?.mayMaintain == false)
        #expect(facts.relation("pg_database")?.mayMaintain == false)
        if version >= 17 {
            try await bed.run("GRANT MAINTAIN ON yours TO \(plain)")
            facts = try await bed.facts(as: plain)
            #expect(facts.relation("yours")?.mayMaintain == true)
            #expect(facts.index("yours_pkey")?.mayMaintain == true)
            try await bed.run("REVOKE MAINTAIN ON yours FROM \(plain)", "GRANT pg_maintain TO \(plain)")
            facts = try await bed.facts(as: plain)
            #expect(facts.relation("pg_database")?.mayMaintain == true)
            try await bed.run("REVOKE pg_maintain FROM \(plain)")
        }
        try await bed.run("ALTER DATABASE \(bed.database) OWNER TO \(plain)")
        facts = try await bed.facts(as: plain)
        #expect(facts.relation("yours")?.mayMaintain == true, "the database's owner may vacuum")
        #expect(facts.index("yours_pkey")?.mayMaintain == false, "and not rebuild")
        #expect(facts.relation("pg_database")?.mayMaintain == false)
        try await bed.close()
    }

    @Test func `leaves other sessions' temporary tables alone`() async throws {
        let bed = try await MaintenanceBed()
        try await bed.run("CREATE TEMPORARY TABLE passing (id int PRIMARY KEY)")
        let facts = try await bed.facts()
        let table = try #require(facts.relation("passing"))
        #expect(table.isOtherTemporary && !table.mayMaintain)
        #expect(facts.index("passing_pkey")?.mayMaintain == false)
        for (kind, name) in [(MaintenanceClass.vacuum, "passing"), (.reindex, "passing_pkey")] {
            let effect = try await bed.perform(kind, name)
            #expect(effect.result == .skipped && effect.detail.contains("temporary"))
        }
        try await bed.close()
    }

    @Test(arguments: await TemporaryServer.versions())
    func `reads a database whose role has limits on everything`(version: Int) async throws {
        let bed = try await MaintenanceBed(version: version)
        // Nineteen pages, each of which takes a tenth of a second at least: longer than every limit.
        try await bed.table(rows: 1000, dead: 100)
        let role = try await bed.plainRole()
        try await bed.run("ALTER TABLE t OWNER TO \(role)")
        var settings = ["statement_timeout": "1s", "lock_timeout": "1s"]
        settings["idle_in_transaction_session_timeout"] = "1s"
        settings["default_transaction_read_only"] = "on"
        if version >= 14 { settings["idle_session_timeout"] = "20s" }
        if version >= 17 { settings["transaction_timeout"] = "1s" }
        for (name, value) in settings { try await bed.run("ALTER ROLE \(role) SET \(name) = '\(value)'") }
        #expect(try await bed.facts(as: role).relation("t")?.mayMaintain == true)
        let effect = try await bed.perform(.vacuum, "t", as: role, gently: MaintenanceBed.slow)
        #expect(effect.result == .done && effect.took > .seconds(1), "\(effect)")
        let rebuilt = try await bed.perform(.reindex, "t_id", as: role)
        #expect(rebuilt.result == .done, "\(rebuilt)")
        try await bed.close()
    }

    @Test(.enabled(if: Pooler.program != nil))
    func `refuses a pooler`() async throws {
        let bed = try await MaintenanceBed()
        let pooler = try Pooler(bed.server)
        #expect(try await Fact.comes { pooler.isReady })
        let target = Target(name: "shop", connection: pooler.through(bed.info), origin: "test")
        let fault = await #expect(throws: AnyFault.self) {
            try await bed.port.facts(of: target, database: bed.database)
        }
        #expect(fault?.code == "server.pooled")
        try await bed.close()
    }
}
