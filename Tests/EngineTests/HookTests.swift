import Faults
import FoundationEssentials
import Jobs
import Policy
import TestKit
import Testing

@testable import Engine

@Suite(.timeLimit(.minutes(2))) struct `Hooks around a run` {
    private static let hooks = Hooks(
        before: ["/hooks/before", "--mount"], after: ["/hooks/after"], onFailure: ["/hooks/alarm"],
        timeout: .seconds(120))

    private func job(_ hooks: Hooks = hooks, retry: RetryPolicy = RetryPolicy()) -> Job {
        var job = Schedules.job(timeout: .seconds(600), retry: retry)
        job.hooks = hooks
        return job
    }

    /// The calls of hooks, each with what its environment says of the run.
    private func calls(_ bench: Bench) -> [String] {
        bench.tools.calls.filter { $0.executable.hasPrefix("/hooks") }.map { call in
            ([call.executable] + call.arguments).joined(separator: " ") + ": "
                + call.environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
                .joined(separator: " ")
        }
    }

    @Test func `are told what it is about, and what became of it`() async throws {
        let bench = Bench()
        let claimed = try await bench.claim(job())
        let good = await bench.supervisor.perform(claimed, job: job(), attemptsMade: 0)
        #expect(good.state == .ended(.succeeded))
        bench.clock.advance(by: .seconds(60))
        bench.programs.queue("pg_dump", .failure("pg_dump: error: lost"))
        let bad = try await bench.launch(job())
        #expect(bad.state == .ended(.failed))
        Golden.expect(calls(bench).joined(separator: "\n"), "hook-calls")
        #expect(try await bench.steps(good).first == "before done")
        #expect(try await bench.steps(good).last == "after done")
        #expect(try await bench.steps(bad).suffix(2) == ["on-failure done", "after done"])
        #expect(try await bench.book.attempts(of: bad.id).map(\.summary) == [bad.summary])
    }

    @Test func `what programs print is stored without secrets`() async throws {
        let bench = Bench(password: "open-sesame-42")
        let said = "psql: error: postgres://backup:open-sesame-42@db.example refused\n"
        bench.programs.queue("before", .failure(said))
        bench.programs.queue("tidy", .failure(said))
        let backup = try await bench.launch(job())
        var command = Schedules.job("tidy")
        command.work = .command(CommandSpec(command: ["/bin/tidy"]))
        bench.clock.advance(by: .seconds(1))
        let tidy = try await bench.launch(command)
        for run in [backup, tidy] {
            let steps = try await bench.book.steps(of: run.id)
            let attempts = try await bench.book.attempts(of: run.id)
            let all = "\(try await bench.rows) \(steps) \(attempts) \(bench.tools.calls)"
            #expect(!all.contains("open-sesame"), "\(all)")
            #expect(run.summary.contains(Redactor.mark), "\(run.summary)")
            #expect(steps.contains { $0.fault?.summary.contains(Redactor.mark) == true }, "\(steps)")
        }
        #expect(!bench.diary.lines.joined().contains("open-sesame"))
    }

    @Test func `when before fails nothing is done`() async throws {
        let bench = Bench()
        bench.programs.queue("before", .failure(status: 32, "mount: /backup\nmount: no such device\n"))
        let run = try await bench.launch(job(retry: RetryPolicy(attemptsMax: 3)))
        #expect(run.state == .ended(.failed))
        #expect(
            run.summary == "nothing was done: hook 'before' (/hooks/before) ended with status 32: "
                + "mount: /backup | mount: no such device")
        #expect(bench.server.calls.isEmpty)
        #expect(try await bench.steps(run) == ["before failed", "on-failure done", "after done"])
        #expect(try await bench.book.steps(of: run.id)[0].fault?.code == "run.hook-failed")
        #expect(try await bench.book.attempts(of: run.id).map(\.outcome) == [.failed])
    }

    @Test func `when after or on-failure fails the outcome stays`() async throws {
        let bench = Bench()
        bench.programs.queue("after", .failure(status: 1, "no mail"), .failure(status: 1, "no mail"))
        let good = try await bench.launch(job())
        #expect(good.state == .ended(.succeeded))
        #expect(
            good.summary
                == "main/shop saved and verified; hook 'after' (/hooks/after) ended with status 1: no mail")
        bench.clock.advance(by: .seconds(60))
        bench.programs.queue("pg_dump", .failure("pg_dump: error: lost"))
        let missing = AnyFault(
            code: "tool.not-in-path", summary: "there is no program 'alarm'", remedy: "Install it.")
        bench.programs.queue("alarm", .init(fault: missing))
        let bad = try await bench.launch(job())
        #expect(bad.state == .ended(.failed))
        #expect(
            bad.summary.hasSuffix(
                "there is no program 'alarm'; hook 'after' (/hooks/after) ended with status 1: no mail"))
        #expect(try await bench.steps(bad).suffix(2) == ["on-failure failed", "after failed"])
    }

    @Test func `run after what could not start as well`() async throws {
        let bench = Bench()
        var job = job()
        job.work = .backup(BackupSpec(store: "cellar"))
        let run = await bench.supervisor.perform(try await bench.claim(job), job: job, attemptsMade: 0)
        #expect(run.summary == "there is no store 'cellar'")
        #expect(try await bench.steps(run) == ["on-failure done", "after done"])
        #expect(try await bench.book.attempts(of: run.id).map(\.outcome) == [.failed])
    }

    @Test func `come after a stop too, with half a minute each`() async throws {
        let bench = Bench()
        bench.programs.queue("pg_dump", .init(hangs: true))
        bench.programs.queue("after", .init(hangs: true))
        let clock = bench.clock
        let run = try await bench.launch(job(), once: { bench.diary.lines.contains("run: pg_dump") }) {
            await bench.stop()
            let came = try await Fact.comes {
                bench.diary.lines.contains("run: after") && clock.sleepers.contains(.seconds(30))
            }
            #expect(came)
            clock.advance(by: .seconds(30))
        }
        #expect(run.state == .ended(.cancelled))
        #expect(run.summary.hasSuffix("; step 'after' took longer than 30s"))
        #expect(try await bench.steps(run).suffix(2) == ["on-failure done", "after failed"])
    }

    @Test func `before that hangs ends with its limit, and on a stop`() async throws {
        for isStopped in [false, true] {
            let bench = Bench()
            bench.programs.queue("before", .init(hangs: true))
            let clock = bench.clock
            let run = try await bench.launch(job(), once: { clock.sleepers.contains(.seconds(120)) }) {
                if isStopped {
                    await bench.stop()
                } else {
                    clock.advance(by: .seconds(120))
                }
            }
            #expect(run.state == .ended(isStopped ? .cancelled : .failed))
            #expect(bench.server.calls.isEmpty)
            #expect(
                try await bench.steps(run) == [
                    isStopped ? "before cancelled" : "before failed", "on-failure done", "after done",
                ])
        }
    }

    @Test func `are not run for a run that is another daemon's`() async throws {
        let bench = Bench()
        bench.programs.queue("after", .init(hangs: true))
        let run = try await bench.claim(job())
        async let ended = bench.supervisor.perform(run, job: job(), attemptsMade: 0)
        #expect(try await Fact.comes { bench.diary.lines.contains("run: after") && bench.tools.running == 1 })
        await bench.supervisor.stop(run.id, .cancelled)
        #expect(bench.tools.running == 1)
        await bench.supervisor.stop(run.id, .leaseLost(because: "its lease is lost"))
        #expect(await ended.state == .ended(.succeeded))
        #expect(bench.tools.running == 0)
    }
}

@Suite(.timeLimit(.minutes(2))) struct `Limits of single steps` {
    private func job(_ limits: [String: Duration], retry: RetryPolicy = RetryPolicy()) -> Job {
        var job = Schedules.job(retry: retry)
        job.stepTimeouts = limits
        return job
    }

    @Test func `end the step, and the run has timed out`() async throws {
        let bench = Bench()
        bench.programs.queue("pg_dump", .init(hangs: true))
        let clock = bench.clock
        let run = try await bench.launch(
            job(["dump": .seconds(300)]), once: { clock.sleepers.contains(.seconds(300)) }
        ) { clock.advance(by: .seconds(300)) }
        #expect(run.state == .ended(.timedOut))
        #expect(run.summary == "0 saved and verified, 1 failed; main/shop: step 'dump' took longer than 5m")
        #expect(try await bench.steps(run).last == "dump failed")
        #expect(try await bench.book.steps(of: run.id).last?.fault?.code == "run.step-timeout")
        #expect(bench.store.incomingFolders.isEmpty)
        #expect(try await Fact.comes { clock.sleepers.isEmpty })
    }

    @Test func `may pass, so that another attempt is made`() async throws {
        let bench = Bench()
        bench.programs.queue("pg_dump", .init(hangs: true))
        let clock = bench.clock
        let retry = RetryPolicy(attemptsMax: 2, backoffMin: .zero, backoffMax: .zero)
        let run = try await bench.launch(
            job(["dump": .seconds(300)], retry: retry), once: { clock.sleepers.contains(.seconds(300)) }
        ) { clock.advance(by: .seconds(300)) }
        #expect(run.state == .ended(.succeeded))
        #expect(try await bench.book.attempts(of: run.id).map(\.outcome) == [.timedOut, .succeeded])
    }

    @Test func `with another fault beside it the run has failed`() async throws {
        let bench = Bench(databases: ["app", "shop"])
        bench.programs.queue("pg_dump", .init(hangs: true), .failure("pg_dump: error: lost"))
        let clock = bench.clock
        let run = try await bench.launch(
            job(["dump": .seconds(300)]), once: { clock.sleepers.contains(.seconds(300)) }
        ) { clock.advance(by: .seconds(300)) }
        #expect(run.state == .ended(.failed))
    }

    @Test func `say nothing of a run that is stopped`() async throws {
        let bench = Bench()
        bench.programs.queue("pg_dump", .init(hangs: true))
        let clock = bench.clock
        let run = try await bench.launch(
            job(["dump": .seconds(300)]), once: { clock.sleepers.contains(.seconds(300)) }
        ) { await bench.stop() }
        #expect(run.state == .ended(.cancelled))
        #expect(try await bench.steps(run).last == "dump cancelled")
    }
}
