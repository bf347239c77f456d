import ArchiveFormat
import Faults
import FoundationEssentials
import Jobs
import Measures
import TestKit
import Testing

@testable import Engine

@Suite struct `Drilling a backup` {
    private static let question = "SELECT count(*) FROM customer"

    @Test func `proves it, writes that down and leaves nothing behind`() async throws {
        let bench = DrillBench()
        try await bench.publish(day: 0)
        try await bench.publish(day: 1)
        let run = await bench.drill(
            DrillSpec(assertions: [.init(sql: Self.question, expectation: .value(.equal, "3"))]))
        #expect(run.state == .ended(.succeeded))
        #expect(run.summary == "1 proven")
        #expect(
            try await bench.steps() == [
                "choose done", "check-set done", "server done", "globals done", "create done", "restore done",
                "analyze done", "prove done", "report done",
            ])
        let drill = try #require(try await bench.drills.first)
        #expect(drill.verdict == .proven && drill.level == .content && drill.ordinal == 1)
        #expect(drill.findings.filter(\.isFault).isEmpty)
        #expect(drill.recoverySeconds != nil)
        #expect(drill.takenAt == Sets.night(1), "it names the backup that it proves")
        let sets = try await bench.sets
        #expect(sets.map(\.manifest.proof?.verdict) == [.proven, nil], "and proves no other")
        #expect(sets.first?.manifest.proof?.run == run.id)
        let report = try #require(try await bench.book.report(ofDrill: 1, of: run.id))
        #expect(report.contains("as in the archive"))
        #expect(bench.leftovers == [] && bench.throwaway.stops == 1)
        #expect(bench.servers.wishes.map(\.bootstrapRole) == ["boot"])
        let performed = bench.throwaway.performed.map(\.sql)
        #expect(performed.contains { $0.hasPrefix("CREATE DATABASE") })
    }

    @Test func `proves a plain one, and one without roles`() async throws {
        let bench = DrillBench(isPlain: true, globals: nil)
        try await bench.publish { $0.format = .plain }
        let run = await bench.drill()
        #expect(run.state == .ended(.succeeded), "\(run.summary)")
        let performed = bench.throwaway.performed.map(\.sql)
        #expect(performed.contains { $0.contains("work_mem") }, "its settings come back by the manifest")
        #expect(bench.diary.lines("run: ") == ["run: psql", "run: vacuumdb"])
        #expect(
            bench.archives.calls.contains { $0.hasPrefix("unpackScript ") && $0.hasSuffix("/script.sql") })
    }

    /// What is planted into the restored database, by the check that must find it.
    private static let plants: [(check: String, plant: @Sendable (DrillBench) -> Void)] = [
        ("rows", { $0.throwaway.restored.tables["public.customer"]?.removeLast() }),
        ("rows", { $0.throwaway.restored.tables["public.nothing_yet"] = ["1"] }),
        ("rows", { $0.throwaway.restored.tables["public.customer"] = nil }),
        ("content", { $0.throwaway.restored.tables["public.customer"]?[1] = "2\tBop" }),
        ("large objects", { $0.throwaway.restored.largeObjects.removeLast() }),
        ("large objects", { $0.throwaway.restored.largeObjects[0] = "a pictuse" }),
        ("database", { $0.throwaway.restored.state.owner = "boot" }),
        ("settings", { $0.throwaway.restored.state.settings = [] }),
        ("extensions", { $0.throwaway.restored.state.extensions = [:] }),
        ("indexes", { $0.throwaway.restored.state.invalidIndexes = ["public.customer_pkey"] }),
        ("constraints", { $0.throwaway.restored.state.notValidConstraints = ["public.customer.c"] }),
        ("amcheck", { $0.throwaway.restored.indexes = IndexReport(checked: 3, damaged: ["i": "bad"]) }),
        ("roles", { $0.queue("pg_dumpall", .init([Array("CREATE ROLE boot;\n".utf8)])) }),
        // A fixture that is gone reads back as no definitions, which the test tells by itself.
        ("definition", { $0.queue("pg_dump", .init([(try? RestoreFixture.bytes("shop-18.dump")) ?? []])) }),
        (
            "restore",
            {
                $0.queue(
                    "pg_restore",
                    .failure(
                        """
                        pg_restore: error: could not execute query: ERROR:  division by zero
                        Command was: CREATE VIEW v AS SELECT 1/0;
                        """))
            }
        ),
        ("globals", { $0.throwaway.refuse("CREATE ROLE vigil", sqlState: "42501", message: "not today") }),
        (
            "assertion", { $0.throwaway.restored.answers[question] = QueryAnswer(rows: 1, value: "2") }
        ),
    ]

    @Test(arguments: plants.indices)
    func `finds what is planted, each under its check`(_ index: Int) async throws {
        let (check, plant) = Self.plants[index]
        let bench = DrillBench()
        let set = try await bench.publish()
        plant(bench)
        let run = await bench.drill(
            DrillSpec(assertions: [.init(sql: Self.question, expectation: .value(.equal, "3"))]), attempts: 3)
        #expect(run.state == .ended(.failed), "\(run.summary)")
        #expect(run.summary.hasPrefix("1 broken: main/shop: "))
        let drills = try await bench.drills
        #expect(drills.map(\.verdict) == [.broken], "and it is not tried again")
        #expect(drills.first?.findings.filter(\.isFault).map(\.check).contains(check) == true)
        #expect(try await bench.sets.first?.manifest.proof?.verdict == .broken)
        #expect(try await bench.sets.first?.path == set.path && bench.leftovers == [])
    }

    @Test func `finds that a setting of the database is refused`() async throws {
        let bench = DrillBench(isPlain: true)
        try await bench.publish { $0.format = .plain }
        bench.throwaway.refuse("work_mem", sqlState: "42501", message: "permission denied")
        #expect(await bench.drill().state == .ended(.failed))
        #expect(try await bench.drills.first?.findings.first { $0.isFault }?.check == "settings")
    }

    @Test func `finds that the set itself is damaged, and marks it`() async throws {
        let bench = DrillBench()
        try await bench.publish()
        bench.archives.answer(.damaged)
        bench.store.fail(.mark, with: nil)
        let run = await bench.drill()
        #expect(run.state == .ended(.failed))
        let set = try #require(try await bench.sets.first)
        #expect(set.damaged?.contains("checksum") == true && set.manifest.proof?.verdict == .broken)
        #expect(try await bench.drills.map(\.verdict) == [.broken])
        #expect(bench.servers.wishes.isEmpty, "no server was started for it")
        let other = DrillBench()
        try await other.publish()
        other.archives.answer(.damaged)
        other.store.fail(.mark, with: WatchedBook.down)
        #expect(await other.drill().state == .ended(.failed), "also where it takes no mark")
    }

    private static let lacks = AnyFault(
        code: "test.lacks", summary: "it cannot be done here", remedy: "None.", exitStatus: .undetermined)

    /// What goes wrong in each step without a word about the backup.
    private static let obstacles: [(step: String, plant: @Sendable (DrillBench) -> Void)] = [
        ("check-set", { $0.archives.answer(.undecided) }),
        ("check-set", { $0.archives.fail("contents", with: lacks) }),
        ("check-set", { $0.archives.fail("globals", with: lacks) }),
        ("server", { $0.servers.failStarts(with: lacks) }),
        ("server", { $0.throwaway.fail("facts", with: lacks) }),
        ("server", { $0.throwaway.change { $0.extensions["plpgsql"] = nil } }),
        (
            "server",
            {
                $0.servers.put(
                    RestoreRoom(freeSpace: ByteCount(1), memory: ByteCount(8 << 30), cores: 4))
            }
        ),
        ("server", { $0.store.fail(.begin, with: lacks) }),
        ("globals", { $0.throwaway.fail("perform", with: lacks) }),
        ("create", { $0.throwaway.refuse("CREATE DATABASE", sqlState: "22023", message: "no such locale") }),
        (
            "restore",
            {
                $0.queue(
                    "pg_restore",
                    .failure(
                        """
                        pg_restore: error: could not execute query: ERROR:  extension "postgis" is not available
                        Command was: CREATE EXTENSION postgis;
                        """))
            }
        ),
        ("restore", { $0.queue("pg_restore", .init(fault: lacks)) }),
        ("analyze", { $0.queue("vacuumdb", .failure("vacuumdb: error: out of memory")) }),
        ("prove", { $0.queue("pg_dump", .failure("pg_dump: error: no memory")) }),
        ("prove", { $0.queue("pg_dump", .init([[1, 2, 3]])) }),
        ("prove", { $0.throwaway.fail("state", with: lacks) }),
        ("prove", { $0.queue("pg_dumpall", .failure("pg_dumpall: error: no memory")) }),
        ("prove", { $0.throwaway.fail("checkIndexes", with: lacks) }),
        ("report", { $0.throwaway.fail("content", with: lacks) }),
        ("report", { $0.throwaway.fail("largeObjects", with: lacks) }),
        ("report", { $0.throwaway.restored.answers[question] = nil }),
    ]

    @Test(arguments: obstacles.indices)
    func `says what it could not verify, and takes no earlier proof away`(_ index: Int) async throws {
        let (step, plant) = Self.obstacles[index]
        let bench = DrillBench()
        let set = try await bench.publish()
        let earlier = Manifest.Proof(
            run: ManualClock.id(7), at: Sets.night(0), verdict: .proven, level: .content, server: "17.6")
        _ = try await bench.store.prove(set, earlier)
        plant(bench)
        let run = await bench.drill(
            DrillSpec(assertions: [.init(sql: Self.question, expectation: .value(.equal, "3"))]))
        #expect(run.state == .ended(.couldNotVerify), "\(run.summary)")
        #expect(run.summary.hasPrefix("1 not verified: "))
        #expect(try await bench.steps().last == "\(step) failed")
        let drills = try await bench.drills
        #expect(drills.map(\.verdict) == [.couldNotVerify])
        #expect(try await bench.book.report(ofDrill: 1, of: run.id)?.contains("could not verify") == true)
        let now = try #require(try await bench.sets.first)
        #expect(now.manifest.proof == earlier && now.damaged == nil)
        #expect(bench.leftovers == [])
    }

    @Test func `an empty database is proven only if every step was done`() async throws {
        let bench = DrillBench(isPlain: true, globals: nil)
        var empty = DrillBench.database
        (empty.tables, empty.largeObjects) = ([:], [])
        bench.archives.hold(empty)
        bench.throwaway.restored = empty
        bench.throwaway.fail("checkIndexes", with: Self.lacks)
        try await bench.publish { $0.format = .plain }
        #expect(await bench.drill().state == .ended(.couldNotVerify))
        #expect(try await bench.drills.map(\.verdict) == [.couldNotVerify])
    }

    @Test func `what is broken stays so when the rest cannot be looked at`() async throws {
        let bench = DrillBench()
        try await bench.publish()
        bench.throwaway.restored.tables["public.customer"]?.removeLast()
        bench.throwaway.fail("state", with: MemoryServer.unreachable("it"))
        let run = await bench.drill(attempts: 3)
        #expect(run.state == .ended(.failed))
        #expect(try await bench.drills.map(\.verdict) == [.broken])
    }

    @Test func `without a backup there is nothing to call green`() async throws {
        let bench = DrillBench()
        let run = await bench.drill()
        #expect(run.state == .ended(.failed))
        #expect(run.summary == "there is no backup of main in store 'local'")
        try await bench.publish("app")
        #expect(await bench.drill(DrillSpec(databases: ["shop"]), id: UUID()).state == .ended(.failed))
        #expect(await bench.drill(DrillSpec(excludeDatabases: ["a*"]), id: UUID()).state == .ended(.failed))
        #expect(await bench.drill(DrillSpec(backup: .id("ffff")), id: UUID()).state == .ended(.failed))
    }
}
