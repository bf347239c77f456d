import Faults
import FoundationEssentials
import Jobs
import Policy
import TestKit
import Testing

@testable import Engine

@Suite(.timeLimit(.minutes(2))) struct `Running a command` {
    private func job(retry: RetryPolicy = RetryPolicy(), limits: [String: Duration] = [:]) -> Job {
        Job(
            name: "tidy", targets: nil, work: .command(CommandSpec(command: ["vacuumlo", "--all", "shop"])),
            timeout: .seconds(600), retry: retry, stepTimeouts: limits, place: Place(file: "jobs/tidy.yaml"))
    }

    @Test func `succeeds with status 0, and needs neither store nor target`() async throws {
        let bench = Bench()
        let run = try await bench.launch(job())
        #expect(run.state == .ended(.succeeded))
        #expect(run.kind == .command)
        #expect(run.summary == "the command ended with status 0")
        #expect(try await bench.steps(run) == ["command done"])
        let call = try #require(bench.tools.calls.first)
        #expect(call.executable == "vacuumlo" && call.arguments == ["--all", "shop"])
        #expect(call.environment["PGVIGIL_JOB"] == "tidy" && call.environment["PGVIGIL_ATTEMPT"] == "1")
        #expect(call.environment["PGVIGIL_OUTCOME"] == nil)
        #expect(bench.server.calls.isEmpty)
        // Six writes, no more: what is cheap to do must be cheap to record.
        #expect(bench.diary.lines("book:").count == 6)
    }

    @Test func `that fails is tried again, and tells its last lines`() async throws {
        let bench = Bench()
        bench.programs.queue("vacuumlo", .failure(status: 3, "one\n\n two \nthree\nfour\n"), .init())
        let retry = RetryPolicy(attemptsMax: 2, backoffMin: .seconds(60), backoffMax: .seconds(60))
        let clock = bench.clock
        let run = try await bench.launch(job(retry: retry), once: { clock.sleepers.contains(.seconds(60)) }) {
            clock.advance(by: .seconds(60))
        }
        #expect(run.state == .ended(.succeeded))
        let attempts = try await bench.book.attempts(of: run.id)
        #expect(attempts.map(\.outcome) == [.failed, .succeeded])
        #expect(attempts[0].summary == "vacuumlo ended with status 3: two | three | four")
        #expect(bench.tools.calls.map { $0.environment["PGVIGIL_ATTEMPT"] } == ["1", "2"])
        #expect(try await bench.book.steps(of: run.id)[0].fault?.code == "run.command-failed")
    }

    @Test func `that is not there fails for good`() async throws {
        let bench = Bench()
        let missing = AnyFault(
            code: "tool.not-in-path", summary: "there is no program", remedy: "Install it.")
        bench.programs.queue("vacuumlo", .init(fault: missing))
        let run = try await bench.launch(job(retry: RetryPolicy(attemptsMax: 3)))
        #expect(run.state == .ended(.failed))
        #expect(run.summary == "there is no program")
        #expect(bench.tools.calls.count == 1)
    }

    @Test func `that was killed from outside`() async throws {
        let bench = Bench()
        bench.programs.queue("vacuumlo", .init(result: ToolResult(end: .signalled(9))))
        #expect(try await bench.launch(job()).summary == "vacuumlo was ended by signal 9")
    }

    @Test(arguments: [StopReason.cancelled, .stopped(because: "window 'nights' closed"), .timedOut])
    func `is stopped`(reason: StopReason) async throws {
        let bench = Bench()
        bench.programs.queue("vacuumlo", .init(hangs: true))
        let run = try await bench.launch(job(), once: { bench.tools.running == 1 }) {
            await bench.stop(reason)
        }
        #expect(run.state == .ended(reason == .timedOut ? .timedOut : .cancelled))
        #expect(try await bench.steps(run) == ["command cancelled"])
        #expect(try await bench.book.attempts(of: run.id).count == 1)
    }

    @Test func `is stopped at its timeout, or at that of its step`() async throws {
        for limits in [[:], ["command": Duration.seconds(30)]] {
            let bench = Bench()
            bench.programs.queue("vacuumlo", .init(hangs: true))
            let clock = bench.clock
            let wait: Duration = limits["command"] ?? .seconds(600)
            let run = try await bench.launch(
                job(limits: limits), once: { bench.tools.running == 1 && clock.sleepers.contains(wait) }
            ) { clock.advance(by: wait) }
            #expect(run.state == .ended(.timedOut))
            #expect(bench.tools.running == 0)
        }
    }

    @Test func `resumed counts its earlier attempts`() async throws {
        let bench = Bench()
        let job = job(retry: RetryPolicy(attemptsMax: 2))
        bench.programs.queue("vacuumlo", .failure("lost"))
        let run = await bench.supervisor.perform(try await bench.claim(job), job: job, attemptsMade: 1)
        #expect(run.state == .ended(.failed))
        #expect(try await bench.book.attempts(of: run.id).map(\.number) == [2])
    }
}

@Suite struct `Deciding the attempts of a command` {
    private static func event(_ text: String) -> CommandMachine.Event {
        switch text {
        case "begin": .begin(attemptsMade: 0)
        case "resume": .begin(attemptsMade: 1)
        case "done": .done
        case "late": .refused(because: BackupMachine.tooLate)
        case "cancel": .stopAsked(.cancelled)
        case "timeout": .stopAsked(.timedOut)
        case "lost": .stopAsked(.leaseLost(because: "taken over"))
        case "over":
            .failed(EngineFault.stepTimedOut(.command, limit: .seconds(60)).plain)
        default: .failed(MachineScript.fault(text))
        }
    }

    private static func render(_ action: CommandMachine.Action) -> String {
        switch action {
        case .beginAttempt(let number): "attempt \(number)"
        case .run: "run"
        case .endAttempt(let outcome, let summary): "attempt \(outcome.rawValue): \(summary)"
        case .wait(let pause): "wait \(pause)"
        case .interrupt: "interrupt"
        case .end(let outcome, let summary): "end \(outcome.rawValue): \(summary)"
        }
    }

    @Test func `every event has an answer in every phase`() {
        let phases: [(name: String, events: [String])] = [
            ("idle", []), ("running", ["begin"]), ("resumed", ["resume"]), ("waiting", ["begin", "fail~"]),
            ("stopping", ["begin", "cancel"]), ("stopping while waiting", ["begin", "fail~", "cancel"]),
            ("ended", ["begin", "done"]),
        ]
        let events = [
            "begin", "resume", "done", "fail!", "fail~", "over", "late", "cancel", "timeout", "lost",
        ]
        let lines = phases.flatMap { phase -> [String] in
            var machine = CommandMachine(
                retry: RetryPolicy(attemptsMax: 2, backoffMin: .seconds(60), backoffMax: .seconds(60)),
                jitter: 1)
            for event in phase.events { _ = machine.handle(Self.event(event)) }
            return ["\(phase.name):"]
                + events.map { text in
                    var copy = machine
                    let actions = copy.handle(Self.event(text)).map(Self.render)
                    return "    \(text) → \(actions.isEmpty ? "nothing" : actions.joined(separator: " | "))"
                }
        }
        Golden.expect(lines.joined(separator: "\n"), "command-answers")
    }
}
