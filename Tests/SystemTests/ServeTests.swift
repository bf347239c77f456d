import Databases
import FoundationEssentials
import Glibc
import Jobs
import TestKit
import Testing

@Suite struct `Serving a crontab` {
    /// A scene in which `nightly-backup` is due every other second.
    private static func play(
        _ crontab: String = "*/2 * * * * *  nightly-backup\n",
        _ body: (Scene, ConnectionInfo) async throws -> Void
    ) async throws {
        let (_, source) = try await Sample.database()
        try await Scene.play { scene in
            try scene.settings(
                catalog: try await Sample.catalog(), target: source, more: "daemon: {lease: 10s, grace: 1s}\n"
            )
            try scene.job("keep: {last: 2}")
            try scene.write("cron/often.cron", "CRON_TZ=UTC\n\(crontab)")
            try await body(scene, source)
        }
    }

    /// The runs that serve has told of, by their outcomes, the first first.
    private static func ended(_ run: ChildRun) -> [RunRow] {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return run.outputSoFar.split(separator: "\n").compactMap { line in
            // The last line may be on its way.
            let event = try? decoder.decode(EventRow.self, from: Data(line.utf8))
            return event?.event == "ended" ? event?.run : nil
        }
    }

    @Test(arguments: ["*/2 * * * * *", "@every 2s"])
    func `fires every slot, and the record tells which`(pattern: String) async throws {
        try await Self.play("\(pattern)  nightly-backup\n") { scene, _ in
            let run = try scene.start(["serve", "--json"])
            let fired = try await Fact.comes { Self.ended(run).count >= 2 || !run.isRunning }
            run.signal(SIGTERM)
            let end = try await run.end()
            #expect(fired && end.status == 0, "\(end)")
            let runs = try await scene.runs()
            #expect(runs.count >= 2 && runs.allSatisfy { $0.outcome != "running" })
            for run in runs {
                #expect(
                    (run.job, run.trigger, run.pattern, run.zone) == (
                        "nightly-backup", "slot", pattern, "UTC"
                    ))
                let slot = try #require(run.slot)
                #expect(slot.timeIntervalSince1970.truncatingRemainder(dividingBy: 2) == 0, "\(run)")
                #expect(run.started.timeIntervalSince(slot) < 60)
            }
            #expect(Set(runs.compactMap(\.slot)).count == runs.count, "a slot ran twice")
            #expect(
                runs.contains { $0.outcome == "succeeded" } && scene.sets.count <= 2 && scene.sets.count >= 1)
        }
    }

    @Test func `tells what it waits for, and ends with 0 when it is asked to`() async throws {
        try await Self.play("30 1 * * *  nightly-backup  late=2h\n") { scene, _ in
            for signal in [SIGTERM, SIGINT] {
                let run = try scene.start(["serve"])
                let said = "cron/often.cron:2:1: nightly-backup 30 1 * * *"
                #expect(try await Fact.comes { run.errorsSoFar.contains(said) || !run.isRunning })
                run.signal(signal)
                let end = try await run.end()
                #expect(end.status == 0 && end.output == "", "\(end)")
                #expect(end.errors.contains("next 20") && end.errors.contains("01:30:00 +00:00"), "\(end)")
            }
            #expect(try await scene.runs().isEmpty)
        }
    }

    @Test func `skips a slot while the run before is under way, and says why`() async throws {
        try await Self.play { scene, source in
            let blockade = try await Blockade.lock(source)
            let run = try scene.start(["serve", "--json"])
            _ = try await blockade.arrivals()
            #expect(try await Fact.comes { Self.ended(run).count >= 2 || !run.isRunning })
            let skipped = Self.ended(run)
            #expect(
                skipped.allSatisfy { $0.outcome == "skipped" && $0.summary.contains("still under way") },
                "\(skipped)")
            await blockade.lift()
            #expect(
                try await Fact.comes {
                    Self.ended(run).contains { $0.outcome == "succeeded" } || !run.isRunning
                })
            run.signal(SIGTERM)
            let end = try await run.end()
            #expect(end.status == 0, "\(end)")
            let runs = try await scene.runs()
            #expect(runs.contains { $0.outcome == "skipped" } && runs.contains { $0.outcome == "succeeded" })
            #expect(Set(runs.compactMap(\.slot)).count == runs.count)
        }
    }

    @Test func `is stopped in the middle of a dump, and leaves nothing half`() async throws {
        try await Self.play { scene, source in
            let blockade = try await Blockade.lock(source)
            let run = try scene.start(["serve"])
            _ = try await blockade.arrivals()
            let family = ProcessTable.family(of: run.pid)
            run.signal(SIGTERM)
            let end = try await run.end()
            #expect(end.status == 0, "\(end)")
            #expect(family.filter(ProcessTable.lives).isEmpty)
            #expect(scene.sets.isEmpty && scene.incoming.isEmpty)
            let runs = try await scene.runs()
            #expect(
                runs.contains { $0.outcome == "cancelled" } && runs.allSatisfy { $0.ended != nil }, "\(runs)")
            await blockade.lift()
        }
    }

    @Test func `ends what a killed one left running when it starts again`() async throws {
        try await Self.play { scene, source in
            let blockade = try await Blockade.lock(source)
            let run = try scene.start(["serve"])
            _ = try await blockade.arrivals()
            let family = ProcessTable.family(of: run.pid)
            run.signal(SIGKILL)
            _ = try await run.end()
            #expect(try await Fact.comes { family.filter(ProcessTable.lives).isEmpty })
            await blockade.lift()
            let again = try scene.start(["serve", "--json"])
            #expect(
                try await Fact.comes {
                    Self.ended(again).contains { $0.outcome == "succeeded" } || !again.isRunning
                })
            again.signal(SIGTERM)
            let end = try await again.end()
            #expect(end.status == 0, "\(end)")
            let runs = try await scene.runs()
            #expect(
                runs.contains { $0.outcome == "failed" && $0.summary.contains("process \(run.pid)") },
                "\(runs)")
            #expect(runs.allSatisfy { $0.outcome != "running" })
            #expect(scene.incoming.isEmpty)
        }
    }

    @Test func `goes on when its server goes away and comes back`() async throws {
        try await Scene.play { scene in
            let binaries = await TemporaryServer.installed()
            func start() async throws -> LocalCluster {
                try await LocalCluster.ensureRunning(
                    at: "\(scene.path)/server", binaries: Array(binaries.prefix(1)), purpose: .throwaway)
            }
            let server = try await start()
            try scene.settings(catalog: try await Sample.catalog(), target: server.connectionInfo())
            try scene.job("keep: {last: 2}")
            try scene.write("cron/often.cron", "*/2 * * * * *  nightly-backup\n")
            let run = try scene.start(["serve", "--json"])
            func waitFor(_ outcome: String, after count: Int) async throws {
                let came = try await Fact.comes {
                    Self.ended(run).dropFirst(count).contains { $0.outcome == outcome } || !run.isRunning
                }
                #expect(came && run.isRunning, "no '\(outcome)': \(run.outputSoFar) \(run.errorsSoFar)")
            }
            try await waitFor("succeeded", after: 0)
            try await server.stop()
            try await waitFor("failed", after: Self.ended(run).count)
            let back = try await start()
            try await waitFor("succeeded", after: Self.ended(run).count)
            run.signal(SIGTERM)
            #expect(try await run.end().status == 0)
            try await back.stop()
            let failed = try #require(try await scene.runs().first { $0.outcome == "failed" })
            #expect(
                failed.summary.contains("main") && failed.summary.contains("\(scene.path)/server"),
                "\(failed)")
        }
    }

    @Test func `with nothing to fire is refused`() async throws {
        try await Self.play("# nothing\n") { scene, _ in
            let end = try await scene.pgvigil("serve")
            #expect(end.status == 2 && end.complaints.count == 1, "\(end)")
            #expect(end.errors.contains("no crontab") && end.errors.contains("cron/nights.cron"), "\(end)")
            let plan = try await scene.pgvigil("plan")
            let said = "No slot, since no crontab in \(scene.config)/cron schedules anything.\n"
            #expect(plan.output == said, "\(plan)")
        }
    }

    @Test func `says when it fires tonight`() async throws {
        let crontab = """
            30 1 * * *   nightly-backup  window=nights
            0 12 * * *   nightly-backup  window=nights

            """
        try await Self.play(crontab) { scene, source in
            try scene.settings(
                catalog: try await Sample.catalog(), target: source,
                more: "windows: {nights: \"22:00-06:00\"}\n")
            let slots = try await scene.read([SlotRow].self, "plan")
            #expect(
                slots.count == 2 && slots.allSatisfy { $0.window == "nights" && $0.expectedSeconds == nil })
            #expect(
                Dictionary(slots.map { ($0.pattern, $0.open) }, uniquingKeysWith: { first, _ in first })
                    == ["30 1 * * *": true, "0 12 * * *": false])
            let text = try await scene.pgvigil("plan")
            #expect(
                text.output.contains("nights (closed)") && text.output.contains("not known yet"), "\(text)")
            let week = try await scene.pgvigil("plan", "--hours", "168")
            let lines = week.output.split(separator: "\n").filter { $0.contains("not known yet") }
            #expect(lines.count == 14 && lines.count { $0.contains("will be missed") } == 7, "\(week)")
            #expect(week.output.contains("window 'nights' is closed until"), "\(week)")
        }
    }
}
