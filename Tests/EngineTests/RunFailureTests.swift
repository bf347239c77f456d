import ArchiveFormat
import Faults
import FoundationEssentials
import Jobs
import Measures
import Policy
import TestKit
import Testing

@testable import Engine

@Suite(.timeLimit(.minutes(2))) struct `A backup that goes wrong` {
    private static let shop = BackupItem(target: "main", database: "shop")
    private static let app = BackupItem(target: "main", database: "app")

    /// Runs a job, and expects that nothing of `shop` was published or left behind.
    private func fails(
        _ bench: Bench, _ job: Job = Schedules.job(), outcome: Outcome = .failed, code: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let run = try await bench.launch(job)
        #expect(run.state == .ended(outcome), sourceLocation: sourceLocation)
        #expect(try await bench.rows == [run], sourceLocation: sourceLocation)
        #expect(try await bench.sets.isEmpty, sourceLocation: sourceLocation)
        #expect(bench.store.incomingFolders.isEmpty, sourceLocation: sourceLocation)
        #expect(bench.store.secrets.isEmpty, sourceLocation: sourceLocation)
        let steps = try await bench.book.steps(of: run.id)
        #expect(steps.last?.fault?.code == code, sourceLocation: sourceLocation)
        #expect(
            steps.last?.state == (code == "run.interrupted" ? .cancelled : .failed),
            sourceLocation: sourceLocation)
        #expect(steps.allSatisfy { $0.state != .running }, sourceLocation: sourceLocation)
        let told = try await bench.book.attempts(of: run.id).last?.summary
        #expect(told == run.summary, sourceLocation: sourceLocation)
    }

    @Test func `a damaged archive is not published`() async throws {
        try await fails(Bench(verifier: MemoryVerifier(.damaged)), code: "backup.archive-damaged")
    }

    @Test func `an archive that cannot be judged is not published: could not verify`() async throws {
        try await fails(
            Bench(verifier: MemoryVerifier(.undecided)), outcome: .couldNotVerify,
            code: "backup.archive-undecided")
    }

    @Test func `a damaged archive is tried again`() async throws {
        let bench = Bench(verifier: MemoryVerifier(.damaged, .sound))
        bench.book.watch { [clock = bench.clock] write in
            if case .attempt(let attempt) = write, attempt.outcome != nil { clock.advance(by: .seconds(1)) }
        }
        let retry = RetryPolicy(attemptsMax: 2, backoffMin: .zero, backoffMax: .zero)
        let run = try await bench.launch(Schedules.job(retry: retry))
        #expect(run.state == .ended(.succeeded))
        #expect(try await bench.book.attempts(of: run.id).map(\.outcome) == [.failed, .succeeded])
        #expect(try await bench.sets.count == 1)
        #expect(bench.store.incomingFolders.isEmpty)
    }

    @Test func `bytes that changed on the disk are not published`() async throws {
        let bench = Bench()
        bench.store.fail(
            .readBack, with: AnyFault(code: "store.changed", summary: "changed", remedy: "None."))
        try await fails(bench, code: "store.changed")
    }

    @Test func `an archive that is not there is not published`() async throws {
        let bench = Bench()
        bench.programs.queue("pg_dump", .init())
        try await fails(
            bench, Schedules.job(spec: BackupSpec(format: .directory, verify: .hash)),
            code: "backup.archive-damaged")
    }

    @Test(arguments: ["pg_dumpall", "pg_dump"])
    func `a program that fails`(tool: String) async throws {
        let bench = Bench()
        bench.programs.queue(tool, .failure("\(tool): error: something"))
        try await fails(bench, code: "backup.tool-failed")
    }

    @Test(arguments: ["pg_dumpall", "pg_dump"])
    func `a program that cannot be started`(tool: String) async throws {
        let bench = Bench()
        bench.programs.queue(
            tool,
            .init(fault: AnyFault(code: "process.missing", summary: "no such file", remedy: "Install it.")))
        try await fails(bench, code: "process.missing")
    }

    @Test func `a program that was killed from outside`() async throws {
        let bench = Bench()
        bench.programs.queue("pg_dump", .init([Programs.archive], result: ToolResult(end: .signalled(9))))
        try await fails(bench, code: "backup.tool-failed")
    }

    @Test func `a program that was stopped`() async throws {
        let bench = Bench()
        bench.programs.queue("pg_dump", .init(result: ToolResult(end: .signalled(15), wasStopped: true)))
        try await fails(bench, code: "run.interrupted")
    }

    @Test func `an archive that ends too early although pg_dump succeeded`() async throws {
        let bench = Bench()
        bench.programs.queue("pg_dump", .init([Array(Programs.archive.dropLast(20))]))
        try await fails(bench, code: "archive.truncated")
    }

    @Test func `output that is no archive`() async throws {
        let bench = Bench()
        bench.programs.queue("pg_dump", .init([Array("-- SQL".utf8)]))
        try await fails(bench, code: "archive.not-an-archive")
    }

    @Test(arguments: [MemoryBackupStore.Call.begin, .write, .publish, .freeSpace])
    func `a store that fails`(call: MemoryBackupStore.Call) async throws {
        let bench = Bench()
        bench.store.fail(call, with: AnyFault(code: "store.broken", summary: "broken", remedy: "Mend it."))
        try await fails(bench, code: "store.broken")
    }

    @Test func `a server that is down`() async throws {
        let bench = Bench()
        bench.server.fail("main", with: MemoryServer.unreachable("main"))
        try await fails(bench, code: "postgres.unreachable")
        #expect(bench.tools.calls.isEmpty)
    }

    @Test func `a server newer than every client`() async throws {
        let bench = Bench(clients: [ClientTools(directory: "/clients/15", major: 15, version: "15.18")])
        try await fails(bench, code: "backup.no-client")
    }

    @Test func `a server without the database`() async throws {
        let bench = Bench()
        try await fails(
            bench, Schedules.job(spec: BackupSpec(databases: ["gone"])), code: "backup.database-missing")
        #expect(try await bench.rows[0].summary.contains("target 'main' has no database 'gone'"))
    }

    @Test func `a server without any database`() async throws {
        try await fails(Bench(databases: []), code: "backup.nothing-to-save")
    }

    @Test func `tables that the role may not read`() async throws {
        let bench = Bench()
        var facts = MemoryServer.database("shop")
        facts.unreadable = ["secret.keys (table)"]
        bench.server.put(facts, of: "main")
        try await fails(bench, code: "backup.unreadable")
        #expect(try await bench.rows[0].summary.contains("may not read secret.keys (table)"))
    }

    @Test func `rows that are hidden from the role`() async throws {
        let bench = Bench()
        var facts = MemoryServer.database("shop")
        facts.rowSecurity = ["public.orders"]
        bench.server.put(facts, of: "main")
        try await fails(bench, code: "backup.row-security")
        #expect(try await bench.rows[0].summary.contains("row-level security hides rows of public.orders"))
    }

    @Test func `no space for what is expected`() async throws {
        let bench = Bench(limits: Limits(freeSpaceMin: ByteCount(10 << 20)))
        bench.store.setFreeSpace(ByteCount(209 << 20))
        try await fails(bench, code: "backup.no-space")
        bench.store.setFreeSpace(ByteCount(210 << 20))
        #expect(try await bench.launch().state == .ended(.succeeded))
    }

    @Test func `the last set tells how much space is needed`() async throws {
        let bench = Bench(limits: Limits(freeSpaceMin: .zero))
        _ = try await bench.launch()
        bench.clock.advance(by: .seconds(60))
        bench.store.setFreeSpace(ByteCount(1 << 20))
        #expect(try await bench.launch().state == .ended(.succeeded))
        bench.clock.advance(by: .seconds(60))
        bench.book.fail(.lastSize)
        #expect(try await bench.launch().state == .ended(.failed))
    }

    @Test func `of one database does not stop the others`() async throws {
        let bench = Bench(databases: ["app", "shop"])
        bench.programs.queue("pg_dump", .failure("pg_dump: error: something"))
        let run = try await bench.launch()
        #expect(run.state == .ended(.failed))
        #expect(
            run.summary
                == "1 saved and verified, 1 failed; main/app: pg_dump of main/app ended with status 1: something"
        )
        #expect(try await bench.sets.map(\.manifest.database.name) == ["shop"])
    }

    @Test func `in the preflight of one database does not stop the others`() async throws {
        let bench = Bench(databases: ["app", "shop"])
        bench.server.fail(Self.app, with: MemoryServer.unreachable("main/app"))
        let run = try await bench.launch()
        #expect(run.summary == "1 saved and verified, 1 failed; main/app: main/app does not answer")
        #expect(try await bench.sets.map(\.manifest.database.name) == ["shop"])
    }

    @Test func `is tried again after a wait, and only what is not saved`() async throws {
        let bench = Bench(databases: ["app", "shop"])
        bench.programs.queue("pg_dump", .failure("pg_dump: error: the connection was lost"))
        let clock = bench.clock
        let retry = RetryPolicy(attemptsMax: 3, backoffMin: .seconds(60), backoffMax: .seconds(900))
        let run = try await bench.launch(
            Schedules.job(retry: retry), once: { clock.sleepers.contains(.seconds(60)) }
        ) {
            let saved = try await bench.sets.map(\.manifest.database.name)
            #expect(saved == ["shop"])
            clock.advance(by: .seconds(60))
        }
        #expect(run.state == .ended(.succeeded))
        #expect(try await bench.sets.map(\.manifest.database.name) == ["app", "shop"])
        #expect(bench.tools.calls.count == 6)
        #expect(bench.diary.lines("note: waiting") == ["note: waiting 60.0 seconds"])
        let attempts = try await bench.book.attempts(of: run.id)
        #expect(attempts.map(\.number) == [1, 2])
        #expect(attempts[1].startedAt == Sets.night(0) + 60)
    }

    @Test func `a target that no setting knows`() async throws {
        let bench = Bench()
        let steps = BackupSteps(
            run: RunRecord(
                id: UUID(), job: "j", kind: .backup, trigger: .hand, owner: bench.clock.ambient().owner,
                startedAt: .now),
            spec: BackupSpec(), targets: bench.settings.targets, limits: Limits(),
            book: bench.journaled,
            ports: BackupPorts(
                book: bench.journaled, server: bench.server, tools: bench.tools, store: bench.store,
                verifier: bench.verifier,
                ambient: bench.clock.ambient(), zoneOffset: { _ in 0 }))
        let unknown = await steps.perform(.preflight, target: "other", item: nil)
        #expect(unknown.event == .failed(EngineFault.targetUnknown("other").plain))
        let early = await steps.perform(.dump, target: "main", item: Self.shop)
        #expect(
            early.event
                == .failed(
                    EngineFault.surprise(item: "main/shop", summary: "no preflight came before it").plain))
        _ = await steps.perform(.preflight, target: "main", item: nil)
        for name in [StepName.dump, .publishCheck, .publish, .record] {
            let lost = await steps.perform(name, target: "main", item: Self.shop)
            #expect(
                lost.event
                    == .failed(
                        EngineFault.surprise(item: "main/shop", summary: "its incoming set is gone").plain))
        }
    }
}
