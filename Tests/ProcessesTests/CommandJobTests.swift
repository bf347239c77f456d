import Engine
import Faults
import FoundationEssentials
import Jobs
import Policy
import TestKit
import Testing

@testable import Processes

/// Jobs of the user's own programs, with real programs and all else in memory.
@Suite(.timeLimit(.minutes(2))) struct `A job that is a real program` {
    private let fixture: Fixture
    private let clock = ManualClock()
    private let book = MemoryRunBook()

    init() throws { fixture = try Fixture() }

    private func supervisor() -> Supervisor {
        let journaled = JournaledBook(journal: MemoryJournal()) { [book] () async throws(AnyFault) in
            JournaledBook.Catalog(book: book)
        }
        return Supervisor(
            settings: Settings(catalog: .embedded, stateDirectory: "/state", targets: [], stores: []),
            ports: Supervisor.Ports(
                book: journaled, server: MemoryServer(), tools: fixture.processes, stores: [:],
                verifier: MemoryVerifier(), liveness: MemoryLiveness(),
                restoring: Supervisor.Restoring(
                    servers: MemoryRestorePort(),
                    archives: MemoryArchives(holding: MemoryRestoredDatabase(), contents: nil, globals: nil)),
                maintaining: MemoryMaintenance(), ambient: clock.ambient(),
                zoneOffset: { _ in 0 }),
            observer: NoObserver())
    }

    private func job(_ command: [String], name: String = "tidy", hooks: Hooks = Hooks()) -> Job {
        Job(
            name: name, targets: nil, work: .command(CommandSpec(command: command)), timeout: .seconds(600),
            retry: RetryPolicy(), hooks: hooks, place: Place(file: "jobs/tidy.yaml"))
    }

    private func run(_ job: Job) async throws -> RunRecord {
        await supervisor().perform(try await claim(job), job: job, attemptsMade: 0)
    }

    /// A run that waits, claimed as a daemon does it.
    private func claim(_ job: Job) async throws -> RunRecord {
        let owner = clock.ambient().owner
        let daemon = DaemonRecord(id: UUID(), role: .hand, owner: owner, version: "1", startedAt: clock.now)
        let lease = try await book.register(daemon, for: .seconds(30), dead: [])
        let run = RunRecord(
            id: UUID(), job: job.name, kind: job.kind, trigger: .hand, owner: owner, state: .waiting,
            startedAt: clock.now, lease: lease)
        #expect(try await book.claim([run], marks: [:], lease: lease) == [run.id: .begun])
        return run
    }

    @Test func `is looked for in PATH, and its hooks know the outcome`() async throws {
        let log = "\(fixture.folder)/log"
        let note = { (name: String) in
            [
                "/bin/sh", "-c",
                "echo \"\(name) $PGVIGIL_JOB $PGVIGIL_KIND [$PGVIGIL_SLOT] $PGVIGIL_OUTCOME\" >> \(log)",
            ]
        }
        let hooks = Hooks(before: note("before"), after: note("after"), onFailure: note("alarm"))
        #expect(try await run(job(["true"], hooks: hooks)).state == .ended(.succeeded))
        let bad = try await run(job(["sh", "-c", "echo it broke >&2; exit 7"], hooks: hooks))
        #expect(bad.state == .ended(.failed))
        #expect(bad.summary == "sh ended with status 7: it broke")
        #expect(
            try String(contentsOfFile: log, encoding: .utf8) == """
                before tidy command [] \n\
                after tidy command [] succeeded
                before tidy command [] \n\
                alarm tidy command [] failed
                after tidy command [] failed\n
                """)
    }

    @Test func `that is nowhere is named with the way out`() async throws {
        let run = try await run(job(["no-such-program"]))
        #expect(run.summary == "there is no program 'no-such-program' in /usr/bin:/bin")
        let fault = try #require(try await book.steps(of: run.id).first?.fault)
        #expect(fault.code == "tool.not-in-path" && !fault.mayPass)
        #expect(fault.remedy.contains("PATH is that of the daemon"))
        let relative = Fixture.processes(path: "bin:.:")
        await #expect(throws: AnyFault(ProcessFault.notInPath(program: "sh", path: "bin:.:"))) {
            try await relative.run(ToolCall(executable: "sh", arguments: []), output: .discard)
        }
    }

    @Test func `that may not be run does not hide one that may`() async throws {
        let folder = "\(fixture.folder)/first"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try "text".write(toFile: "\(folder)/true", atomically: true, encoding: .utf8)
        let result = try await Fixture.processes(path: "\(folder):/bin").run(
            ToolCall(executable: "true", arguments: []), output: .discard)
        #expect(result.succeeded)
        await #expect(throws: AnyFault(ProcessFault.notExecutable(program: "\(folder)/true"))) {
            try await Fixture.processes(path: folder).run(
                ToolCall(executable: "true", arguments: []), output: .discard)
        }
    }

    @Test func `is not taken for done when it is stopped and cleans up`() async throws {
        let mark = "\(fixture.folder)/begun"
        let supervisor = supervisor()
        let job = job(["sh", "-c", "trap 'exit 0' TERM; echo > \(mark); while :; do sleep 0.05; done"])
        let claimed = try await claim(job)
        let ended = Task { await supervisor.perform(claimed, job: job, attemptsMade: 0) }
        #expect(try await Fact.comes { FileManager.default.fileExists(atPath: mark) })
        await supervisor.stop(claimed.id, .timedOut)
        #expect(await ended.value.state == .ended(.timedOut))
        #expect(try await book.attempts(of: claimed.id).map(\.outcome) == [.timedOut])
    }

    @Test func `is stopped with all that it has started`() async throws {
        let pids = "\(fixture.folder)/pids"
        let line = "sleep 600 & echo $! > \(pids).new; mv \(pids).new \(pids); wait"
        let supervisor = supervisor()
        let job = job(["sh", "-c", line])
        let claimed = try await claim(job)
        let ended = Task { await supervisor.perform(claimed, job: job, attemptsMade: 0) }
        let pid = try await Fact.value { () -> String? in
            // It is not there yet.
            (try? String(contentsOfFile: pids, encoding: .utf8))?.split(separator: "\n").first.map(
                String.init)
        }
        await supervisor.stop(claimed.id, .cancelled)
        #expect(await ended.value.state == .ended(.cancelled))
        let child = try #require(pid)
        #expect(try await Fact.comes { !Fixture.lives(child) })
    }

    @Test func `runs beside others, each to its own end`() async throws {
        let supervisor = supervisor()
        let (workers, each) = (4, 25)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<workers {
                group.addTask { [job = job(["/bin/true"], name: "trivial-\(worker)")] in
                    for _ in 0..<each {
                        _ = await supervisor.perform(try await claim(job), job: job, attemptsMade: 0)
                    }
                }
            }
            try await group.waitForAll()
        }
        let rows = try await book.runs(RunQuery(), limit: 1_000)
        #expect(rows.count == workers * each && rows.allSatisfy { $0.state == .ended(.succeeded) })
    }
}

extension Fixture {
    fileprivate static func processes(path: String) -> ChildProcesses {
        ChildProcesses(clientDirectories: [], environment: ["PATH": path])
    }
}

@Suite struct `How busy this host is` {
    @Test func `is told for each core`() async throws {
        #expect(try HostLoad.perCore() >= 0)
        let fixture = try Fixture()
        let file = "\(fixture.folder)/loadavg"
        try "3.00 0.58 0.59 1/431 2921\n".write(toFile: file, atomically: true, encoding: .utf8)
        #expect(try HostLoad.perCore(file: file, cores: 2) == 1.5)
        #expect(try HostLoad.perCore(file: file, cores: 0) == 3)
    }

    @Test func `that cannot be read is a fault`() throws {
        let missing = #expect(throws: ProcessFault.self) { try HostLoad.perCore(file: "/no/such", cores: 2) }
        #expect(missing?.code == "host.no-load")
        #expect(
            missing?.summary == "the load of this host cannot be read: /no/such: No such file or directory")
        let empty = #expect(throws: ProcessFault.self) { try HostLoad.perCore(file: "/dev/null", cores: 2) }
        #expect(empty == .noLoad(reason: "/dev/null holds ''"))
    }
}
