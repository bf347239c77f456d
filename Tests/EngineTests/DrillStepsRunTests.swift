import ArchiveFormat
import Faults
import FoundationEssentials
import Jobs
import Measures
import TestKit
import Testing

@testable import Engine

@Suite struct `A drill on its way` {
    /// Makes a step last until it is cancelled.
    private static let holds: [(step: String, hold: @Sendable (DrillBench) -> Void)] = [
        ("check-set", { $0.archives.answer(.hangs) }),
        ("server", { $0.throwaway.holdUp("facts") }),
        ("globals", { $0.throwaway.holdUp("perform") }),
        ("restore", { $0.queue("pg_restore", .init(hangs: true)) }),
        ("analyze", { $0.queue("vacuumdb", .init(hangs: true)) }),
        ("prove", { $0.throwaway.holdUp("content") }),
        ("prove", { $0.throwaway.holdUp("state") }),
        ("prove", { $0.queue("pg_dump", .init(hangs: true)) }),
        ("prove", { $0.queue("pg_dumpall", .init(hangs: true)) }),
        ("prove", { $0.throwaway.holdUp("checkIndexes") }),
    ]

    @Test(arguments: holds.indices)
    func `a stop in any step ends it, with nothing left and nothing claimed`(_ index: Int) async throws {
        let (step, hold) = Self.holds[index]
        let bench = DrillBench()
        try await bench.publish()
        hold(bench)
        let reason: StopReason = index.isMultiple(of: 2) ? .cancelled : .timedOut
        let run = try await bench.perform(
            DrillBench.job(.drill(DrillSpec()), attempts: 3), stop: reason,
            once: { [diary = bench.diary] in !diary.lines("note: \(step) main/shop started").isEmpty })
        #expect(run.state == .ended(reason == .timedOut ? .timedOut : .cancelled))
        #expect(try await bench.steps().last == "\(step) cancelled")
        #expect(try await bench.drills.isEmpty)
        #expect(try await bench.sets.first?.manifest.proof == nil)
        #expect(bench.leftovers == [])
    }

    @Test func `goes over several, one that fails keeps no other from its turn`() async throws {
        let bench = DrillBench()
        for name in ["app", "blog", "shop"] { try await bench.publish(name) }
        bench.queue("vacuumdb", .init(), .failure("vacuumdb: error: no memory"), .init())
        let run = await bench.drill()
        #expect(run.state == .ended(.couldNotVerify))
        #expect(run.summary.hasPrefix("2 proven, 1 not verified: "))
        let drills = try await bench.drills
        #expect(drills.map(\.ordinal) == [1, 2, 3])
        #expect(drills.map(\.database) == ["app", "blog", "shop"])
        #expect(drills.map(\.verdict) == [.proven, .couldNotVerify, .proven])
        #expect(bench.throwaway.stops == 3 && bench.leftovers == [])
    }

    @Test func `one that could not be verified has had its turn as well`() async throws {
        let bench = DrillBench()
        for name in ["app", "shop"] { try await bench.publish(name) }
        bench.queue("vacuumdb", .failure("vacuumdb: error: no memory"), .init())
        let half = DrillSpec(backup: .rotate(share: 1, of: 2))
        _ = await bench.drill(half)
        _ = await bench.drill(half, id: UUID())
        let drills = try await bench.drills
        #expect(Set(drills.map(\.verdict)) == [.couldNotVerify, .proven])
        #expect(Set(drills.map(\.database)) == ["app", "shop"])
    }

    @Test func `another attempt is another drill with a record of its own`() async throws {
        let bench = DrillBench()
        try await bench.publish("app")
        try await bench.publish("shop")
        bench.servers.failStarts(with: MemoryServer.unreachable("it"))
        async let done = bench.drill(attempts: 2)
        #expect(
            try await Fact.comes {
                // Nothing else but the pause between attempts lasts a minute.
                if bench.clock.sleepers.contains(.seconds(60)) { bench.clock.advance(by: .seconds(60)) }
                return try await bench.drills.count == 3
            })
        let run = await done
        #expect(run.state == .ended(.succeeded), "\(run.summary)")
        let drills = try await bench.drills
        #expect(
            drills.map { "\($0.ordinal) \($0.database) \($0.verdict.rawValue)" } == [
                "1 app could not verify", "2 shop proven", "3 app proven",
            ])
        #expect(drills.last?.findings.contains { $0.found.contains("does not answer") } == false)
        #expect(try await bench.sets.allSatisfy { $0.manifest.proof?.verdict == .proven })
    }

    @Test func `what an earlier process recorded of the run stays beside what follows`() async throws {
        let bench = DrillBench()
        try await bench.publish()
        #expect(await bench.drill(attempts: 2).state == .ended(.succeeded))
        let again = DrillBench.job(.drill(DrillSpec()), attempts: 2)
        _ = await bench.perform(again, attemptsMade: 1)
        #expect(try await bench.drills.map(\.ordinal) == [1, 2])
    }

    @Test func `tells how far the restore is`() async throws {
        let bench = DrillBench()
        try await bench.publish()
        bench.throwaway.put(
            readings: [
                RestoreReading(copying: ["public.customer": 4], building: [], size: ByteCount(9)),
                RestoreReading(
                    copying: ["odd name.Line;Items": 9], building: ["public.customer"], size: ByteCount(9)),
            ], diskUsed: ByteCount(1 << 20))
        bench.watch { [bench] call in
            guard call.executable.hasSuffix("pg_restore") else { return }
            // Why it never came does not matter: the expectations below tell.
            _ = try? await Fact.comes {
                bench.clock.advance(by: .seconds(1))
                return bench.diary.lines("note: restoring").count >= 2
            }
        }
        let run = await bench.drill()
        #expect(run.state == .ended(.succeeded))
        let told = bench.diary.lines("note: restoring")
        #expect(told[0].hasPrefix("note: restoring main/shop, 4 of "))
        #expect(told[1].hasPrefix("note: restoring main/shop, "))
        #expect(bench.diary.lines("note: checking main/shop").count == 1)
    }

    @Test func `stops at the bound that the job sets on the disk`() async throws {
        let bench = DrillBench()
        try await bench.publish()
        bench.throwaway.put(readings: [], diskUsed: ByteCount(2 << 30))
        bench.queue("pg_restore", .init(hangs: true))
        async let done = bench.drill(DrillSpec(diskMax: ByteCount(1 << 30)))
        #expect(
            try await Fact.comes {
                bench.clock.advance(by: .seconds(1))
                return bench.throwaway.stops > 0
            })
        let run = await done
        #expect(run.state == .ended(.couldNotVerify))
        #expect(run.summary.contains("has taken 2.00 GiB, and the job allows 1.00 GiB"), "\(run.summary)")
        #expect(try await bench.drills.map(\.verdict) == [.couldNotVerify])
        #expect(bench.leftovers == [])
        let narrow = DrillBench()
        try await narrow.publish { $0.database.size = 4 << 30 }
        let refused = await narrow.drill(DrillSpec(diskMax: ByteCount(1 << 30)))
        #expect(
            refused.summary.contains("needs about 5.20 GiB, and the job allows 1.00 GiB"),
            "\(refused.summary)")
        #expect(narrow.servers.wishes.isEmpty)
    }

    @Test func `on a target's server it has a database of its own, and takes it away again`() async throws {
        let bench = DrillBench()
        try await bench.publish()
        let over = try #require(UUID(uuidString: "0badcafe-0000-4000-8000-000000000000"))
        #expect(await bench.drill(DrillSpec(databases: ["none"]), id: over).state != .ended(.succeeded))
        for name in [
            "pgvigil_drill_0badcafe_1", "pgvigil_drill_deadbeef_1", "pgvigil_drill_0badcafe", "shop",
        ] {
            bench.spare.put(DrillBench.database, as: name)
        }
        let run = await bench.drill(DrillSpec(location: .target("spare")))
        #expect(run.state == .ended(.succeeded), "\(run.summary)")
        let performed = bench.spare.performed.map(\.sql)
        #expect(
            performed.first == "DROP DATABASE \"pgvigil_drill_0badcafe_1\" WITH (FORCE)",
            "of one that is over")
        #expect(!performed.contains { $0.contains("deadbeef") }, "of another catalog's, perhaps at work")
        #expect(!performed.contains { $0.contains("\"pgvigil_drill_0badcafe\"") }, "of somebody else's")
        #expect(performed.contains { $0.hasPrefix("CREATE DATABASE \"pgvigil_drill_00000000_1\"") })
        #expect(performed.last == "DROP DATABASE IF EXISTS \"pgvigil_drill_00000000_1\"")
        #expect(!performed.contains { $0.contains("CREATE ROLE") || $0.contains("\"shop\"") })
        #expect(bench.servers.wishes.isEmpty && bench.leftovers == [])
        let lost = await bench.drill(DrillSpec(location: .target("nowhere")), id: UUID())
        #expect(lost.summary.contains("no target matches 'nowhere'"))
    }

    @Test func `tables above the bound are counted, and one in turn is read`() async throws {
        let bench = DrillBench()
        try await bench.publish()
        let spec = DrillSpec(contentMax: ByteCount(10))
        #expect(await bench.drill(spec).state == .ended(.succeeded))
        let notes = try await bench.drills.first?.findings.filter { $0.check == "content" } ?? []
        #expect(notes.map(\.isFault) == [false, false], "\(notes)")
        #expect(notes.contains { $0.found.hasPrefix("only counted, for it has more than 10 B of data") })
        #expect(
            notes.contains { $0.found == "read in its turn, 1 of 2 tables with more than 10 B of data" })
        let counted = bench.throwaway.calls.filter { $0.hasPrefix("rowCount") }
        #expect(counted.count == 1)
    }

    @Test(arguments: [1, 7, 14, 28, 30])
    func `every table has its turn, whatever the days between drills`(_ step: Int) {
        for count in 1...24 {
            var turns: Set<Int> = []
            for drill in 0..<(count * 5) {
                turns.insert(ContentProof.turn(of: 20_000 + drill * step, among: count))
            }
            #expect(turns == Set(0..<count), "\(count) tables, every \(step) days")
        }
    }
}
