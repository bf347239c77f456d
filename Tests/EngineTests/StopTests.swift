import Faults
import FoundationEssentials
import Jobs
import Policy
import TestKit
import Testing

@testable import Engine

@Suite(.timeLimit(.minutes(2))) struct `Stopping a backup` {
    /// Nothing is left behind of a stopped run, and its rows say so.
    private func expectStopped(
        _ bench: Bench, _ run: RunRecord, _ outcome: Outcome = .cancelled, sets: Int = 0,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        #expect(run.state == .ended(outcome), sourceLocation: sourceLocation)
        #expect(try await bench.rows == [run], sourceLocation: sourceLocation)
        #expect(bench.store.incomingFolders.isEmpty, sourceLocation: sourceLocation)
        #expect(bench.store.secrets.isEmpty, sourceLocation: sourceLocation)
        #expect(try await bench.sets.count == sets, sourceLocation: sourceLocation)
        #expect(bench.liveness.runs.isEmpty, sourceLocation: sourceLocation)
        #expect(bench.tools.running == 0, sourceLocation: sourceLocation)
    }

    @Test(arguments: ["pg_dumpall", "pg_dump"])
    func `while a program runs`(tool: String) async throws {
        let bench = Bench(password: "hunter2")
        bench.programs.queue(tool, .init([Array(Programs.archive.prefix(2_000))], hangs: true))
        let step = tool == "pg_dump" ? "dump" : "globals"
        let started = "book: step 1.\(tool == "pg_dump" ? 3 : 2) \(step) main/shop running"
        let run = try await bench.launch(once: { bench.tools.running == 1 }) {
            #expect(bench.diary.lines.contains(started))
            await bench.stop()
        }
        try await expectStopped(bench, run)
        #expect(try await bench.steps(run).last == "\(step) cancelled")
        #expect(run.summary == "stopped on request; 0 saved and verified")
    }

    @Test func `while the server is asked`() async throws {
        let bench = Bench()
        bench.server.holdUp()
        let run = try await bench.launch(once: { !bench.server.calls.isEmpty }) {
            await bench.stop()
        }
        try await expectStopped(bench, run)
        #expect(try await bench.steps(run) == ["preflight cancelled"])
        #expect(try await bench.book.steps(of: run.id)[0].fault == RunScribe.interrupted)
    }

    @Test func `while the archive is decoded`() async throws {
        let bench = Bench(verifier: MemoryVerifier(.hangs))
        let run = try await bench.launch(once: { !bench.verifier.paths.isEmpty }) {
            await bench.stop()
        }
        try await expectStopped(bench, run)
        #expect(try await bench.steps(run).last == "publish-check cancelled")
    }

    @Test func `between the databases of a preflight`() async throws {
        let bench = Bench(databases: ["app", "shop"])
        let server = StoppingServer(bench.server)
        let supervisor = bench.second(server: server)
        let run = try await bench.claim()
        server.onDatabase { await supervisor.stop(run.id, .cancelled) }
        let ended = await supervisor.perform(run, job: Schedules.job(), attemptsMade: 0)
        try await expectStopped(bench, ended)
        #expect(bench.server.calls == ["main", "main/app"])
        #expect(bench.tools.calls.isEmpty)
    }

    /// The stop comes while the step's row is written, before its work has begun: it must not be lost.
    @Test(arguments: [StepName.preflight, .globals, .dump, .publishCheck, .publish, .record, .prune])
    func `while the row of a step is written`(name: StepName) async throws {
        let bench = Bench(databases: ["shop", "app"])
        if name == .globals { bench.programs.queue("pg_dumpall", .init(hangs: true)) }
        if name == .dump { bench.programs.queue("pg_dump", .init(hangs: true)) }
        bench.book.watch { write in
            if case .step(let step) = write, step.name == name, step.state == .running {
                await bench.stop()
            }
        }
        let run = try await bench.launch()
        let saved = name == .publish || name == .record || name == .prune
        try await expectStopped(bench, run, sets: saved ? 1 : 0)
        // What is whole is published and recorded even so; nothing else is begun.
        let last = ["publish": "record done", "record": "record done", "prune": "prune done"][name.rawValue]
        #expect(try await bench.steps(run).last == last ?? "\(name.rawValue) cancelled")
        #expect(try await bench.book.backups(target: nil).count == (saved ? 1 : 0))
    }

    @Test func `while it waits for its next attempt`() async throws {
        let bench = Bench()
        bench.server.fail("main", with: MemoryServer.unreachable("main"))
        let clock = bench.clock
        let retry = RetryPolicy(attemptsMax: 2, backoffMin: .seconds(60), backoffMax: .seconds(60))
        let run = try await bench.launch(
            Schedules.job(retry: retry), once: { clock.sleepers.contains(.seconds(60)) }
        ) {
            await bench.stop()
        }
        try await expectStopped(bench, run)
        #expect(try await bench.book.attempts(of: run.id).map(\.outcome) == [.failed])
    }

    @Test func `before it waits`() async throws {
        let bench = Bench()
        bench.server.fail("main", with: MemoryServer.unreachable("main"))
        bench.book.watch { write in
            if case .attempt(let attempt) = write, attempt.outcome != nil {
                await bench.stop()
            }
        }
        let retry = RetryPolicy(attemptsMax: 2, backoffMin: .seconds(60), backoffMax: .seconds(60))
        try await expectStopped(bench, try await bench.launch(Schedules.job(retry: retry)))
    }

    @Test func `while its row is written`() async throws {
        let bench = Bench()
        bench.book.watch { write in if case .begin = write { await bench.stop() } }
        let run = try await bench.launch()
        try await expectStopped(bench, run)
        #expect(try await bench.steps(run).isEmpty)
        #expect(bench.server.calls.isEmpty)
    }

    @Test func `at its timeout`() async throws {
        let bench = Bench()
        bench.programs.queue("pg_dump", .init(hangs: true))
        let clock = bench.clock
        let run = try await bench.launch(
            Schedules.job(timeout: .seconds(600)),
            once: { bench.tools.running == 1 && clock.sleepers == [.seconds(600)] }
        ) {
            clock.advance(by: .seconds(599))
            #expect(bench.tools.running == 1)
            clock.advance(by: .seconds(1))
        }
        try await expectStopped(bench, run, .timedOut)
        #expect(run.summary == "stopped at its timeout; 0 saved and verified")
        #expect(run.endedAt == Sets.night(0) + 600)
    }

    @Test func `a run that ended in time leaves no alarm`() async throws {
        let bench = Bench()
        _ = try await bench.launch()
        #expect(try await Fact.comes { bench.clock.sleepers.isEmpty })
    }
}

/// A server that lets a test act while a database is asked.
private final class StoppingServer: ServerPort {
    private let server: MemoryServer
    private let act = Guarded<@Sendable () async -> Void>({})

    init(_ server: MemoryServer) { self.server = server }

    func onDatabase(_ act: @escaping @Sendable () async -> Void) { self.act.withLock { $0 = act } }

    func facts(of target: Target) async throws(AnyFault) -> ServerFacts { try await server.facts(of: target) }

    func facts(of target: Target, database: String) async throws(AnyFault) -> DatabaseFacts {
        await act.withLock { $0 }()
        return try await server.facts(of: target, database: database)
    }

    func holdSnapshot(of target: Target, database: String) async throws(AnyFault) -> any HeldSnapshot {
        try await server.holdSnapshot(of: target, database: database)
    }

    func shareSnapshot(
        of target: Target, database: String, connections: Int
    ) async throws(AnyFault) -> any SharedSnapshot {
        try await server.shareSnapshot(of: target, database: database, connections: connections)
    }
}
