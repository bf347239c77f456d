import Engine
import Faults
import FoundationEssentials
import Testing

// MARK: - Marks and claims

extension DaemonBookConformance {
    private func key(_ bench: DaemonBench, _ pattern: String) -> ScheduleKey {
        ScheduleKey(job: bench.samples.job, zone: "Europe/Paris", pattern: pattern)
    }

    func beginsMarks(_ bench: DaemonBench) async throws {
        let (book, at) = (bench.book, bench.samples.at)
        let (old, new, run) = (key(bench, "1"), key(bench, "2"), key(bench, "3"))
        #expect(try await book.marks(of: [old], now: at(5)) == [old: at(5)])
        #expect(try await book.begin(bench.samples.run(trigger: .slot(run, at(1)))) == .begun)
        let marks = try await book.marks(of: [run, old, new, old], now: at(9))
        #expect(marks == [old: at(5), new: at(9), run: at(9)])
        #expect(try await book.marks(of: [new, old], now: at(3)) == [old: at(5), new: at(9)])
        #expect(try await book.marks(of: [], now: at(3)) == [:])
    }

    func movesMarks(_ bench: DaemonBench) async throws {
        let (book, at) = (bench.book, bench.samples.at)
        let lease = try await bench.join()
        let (one, two) = (key(bench, "1"), key(bench, "2"))
        #expect(try await book.marks(of: [one], now: at(5)) == [one: at(5)])
        for (until, mark) in [(8, 8), (7, 8), (9, 9)] {
            #expect(try await book.claim([], marks: [one: at(until), two: at(until)], lease: lease) == [:])
            #expect(try await book.marks(of: [one, two], now: at(99)) == [one: at(mark), two: at(mark)])
        }
    }

    func claimsSlots(_ bench: DaemonBench) async throws {
        let samples = bench.samples
        let lease = try await bench.join()
        var waiting = samples.run(trigger: .slot(key(bench, "1"), samples.at(0)))
        waiting.state = .waiting
        waiting.summary = "the window 'nights' opens at 22:00"
        waiting.deadline = samples.at(7200)
        waiting.standsFor = [samples.at(-200), samples.at(-100)]
        var missed = samples.run(trigger: .slot(key(bench, "1"), samples.at(-300)))
        missed.state = .ended(.missed)
        missed.endedAt = missed.startedAt
        var hand = samples.run(at: 4)
        hand.state = .waiting
        hand.stopAsked = "told so at once"
        let runs = [waiting, missed, hand]
        let starts = try await bench.book.claim(runs, marks: [key(bench, "1"): samples.at(0)], lease: lease)
        #expect(starts == [waiting.id: .begun, missed.id: .begun, hand.id: .begun])
        for var run in runs {
            run.lease = lease
            #expect(try await bench.stored(run.id) == run)
        }
        let listed = try await bench.book.runs(RunQuery(job: samples.job, waitingOnly: true), limit: 9)
        #expect(listed.map(\.id) == [hand.id, waiting.id])
        let unfinished = try await bench.book.runs(RunQuery(job: samples.job, unfinishedOnly: true), limit: 9)
        #expect(unfinished == listed)
    }

    func claimsTwice(_ bench: DaemonBench) async throws {
        let (book, samples) = (bench.book, bench.samples)
        let (mine, other) = (try await bench.join(), try await bench.join())
        func run(_ second: Int) -> RunRecord {
            var run = samples.run(at: second, trigger: .slot(key(bench, "1"), samples.at(second)))
            run.state = .waiting
            return run
        }
        let runs = (0..<5).map(run)
        let all = Dictionary(uniqueKeysWithValues: runs.map { ($0.id, RunStart.begun) })
        for _ in 0..<2 { #expect(try await book.claim(runs, marks: [:], lease: mine) == all) }
        var started = runs[0]
        started.lease = mine
        started.state = .running
        #expect(try await book.begin(started) == .begun)
        let (again, new, newer) = (run(0), run(7), run(7))
        let starts = try await book.claim([again, runs[1], new, newer], marks: [:], lease: other)
        #expect(
            starts == [
                again.id: .slotTaken(by: runs[0].id), runs[1].id: .begun, new.id: .begun,
                newer.id: .slotTaken(by: new.id),
            ])
        #expect(try await bench.stored(runs[0].id) == started, "that it runs is not taken back")
        #expect(try await bench.stored(runs[1].id)?.lease == mine, "nor is it another's")
        #expect(try await book.begin(run(7)) == .slotTaken(by: new.id))
    }

    func claimsAllOrNothing(_ bench: DaemonBench) async throws {
        let samples = bench.samples
        let (lost, left) = (try await bench.fenced(), try await bench.join())
        try await bench.book.leave(left)
        let key = key(bench, "1")
        #expect(try await bench.book.marks(of: [key], now: samples.at(0)) == [key: samples.at(0)])
        for lease in [lost, left, Lease(daemon: UUID(), epoch: 1)] {
            var run = samples.run(trigger: .slot(key, samples.at(1)))
            run.state = .waiting
            let code = await bench.code { () throws(AnyFault) in
                _ = try await bench.book.claim([run], marks: [key: samples.at(1)], lease: lease)
            }
            #expect(code == "catalog.lease-lost")
            #expect(try await bench.stored(run.id) == nil)
        }
        #expect(try await bench.book.marks(of: [key], now: samples.at(9)) == [key: samples.at(0)])
    }
}

// MARK: - Runs that wait

extension DaemonBookConformance {
    func startsWaiting(_ bench: DaemonBench) async throws {
        let lease = try await bench.join()
        var run = try await bench.waiting(lease)
        #expect(try await bench.book.begin(run) == .begun)
        #expect(try await bench.stored(run.id) == run, "that it waits can be said again")
        run.state = .running
        run.startedAt = bench.samples.at(60)
        run.summary = "late by a minute"
        run.owner.pid += 1
        var stranger = run
        stranger.lease?.epoch += 1
        let code = await bench.code { () throws(AnyFault) in _ = try await bench.book.begin(stranger) }
        #expect(code == "catalog.run-taken-over")
        #expect(try await bench.stored(run.id)?.state == .waiting)
        #expect(try await bench.book.begin(run) == .begun)
        #expect(try await bench.stored(run.id) == run)
        var again = run
        again.startedAt = bench.samples.at(90)
        #expect(try await bench.book.begin(again) == .begun)
        #expect(try await bench.stored(run.id) == run, "it starts once")
    }

    func endsWaiting(_ bench: DaemonBench) async throws {
        let lease = try await bench.join()
        var ended = try await bench.waiting(lease)
        try await bench.book.end(
            ended.id, lease: lease, outcome: .missed, summary: "the window stayed closed",
            at: bench.samples.at(5))
        var told = try await bench.waiting(lease, slot: 1)
        func missed(_ run: RunRecord) -> RunRecord {
            var run = run
            run.state = .ended(.missed)
            run.summary = "the window stayed closed"
            run.endedAt = bench.samples.at(5)
            return run
        }
        (ended, told) = (missed(ended), missed(told))
        #expect(try await bench.book.begin(told) == .begun)
        #expect(try await bench.stored(ended.id) == ended)
        #expect(try await bench.stored(told.id) == told)
        #expect(
            try await bench.book.runs(RunQuery(job: bench.samples.job, waitingOnly: true), limit: 9) == [])
    }

    func tellsReasons(_ bench: DaemonBench) async throws {
        let (mine, other) = (try await bench.join(), try await bench.join())
        var run = try await bench.waiting(mine)
        func tell(_ reason: String, _ lease: Lease) async throws -> String? {
            try await bench.book.wait(run.id, reason: reason, lease: lease)
            return try await bench.stored(run.id)?.summary
        }
        #expect(try await tell("for the window", mine) == "for the window")
        #expect(try await tell("no", other) == "for the window")
        #expect(try await tell("for a seat", mine) == "for a seat")
        run.state = .running
        #expect(try await bench.book.begin(run) == .begun)
        #expect(try await tell("too late", mine) == run.summary)
        try await bench.book.wait(UUID(), reason: "of nobody", lease: mine)
    }

    func asksToStop(_ bench: DaemonBench) async throws {
        let (mine, other) = (try await bench.join(), try await bench.join())
        let run = try await bench.waiting(mine)
        #expect(try await bench.book.askToStop(run.id, reason: "anna does") == true)
        #expect(try await bench.book.askToStop(run.id, reason: "so does bob") == true)
        #expect(try await bench.stored(run.id)?.stopAsked == "anna does", "the first reason stands")
        #expect(try await bench.news(mine)?.stops == [run.id: "anna does"])
        #expect(try await bench.news(other)?.stops == [:])
        try await bench.book.end(
            run.id, lease: mine, outcome: .cancelled, summary: "", at: bench.samples.at(1))
        #expect(try await bench.news(mine)?.stops == [:])
        #expect(try await bench.book.askToStop(run.id, reason: "late") == false)
        #expect(try await bench.book.askToStop(UUID(), reason: "nobody") == false)
    }

    func tellsDurations(_ bench: DaemonBench) async throws {
        let (book, job) = (bench.book, bench.samples.job)
        for (second, suffix) in ["a", "b", "a", "a"].enumerated() {
            var run = bench.samples.run(at: second)
            run.job = job + suffix
            #expect(try await book.begin(run) == .begun)
            let outcome: Outcome = second == 2 ? .failed : .succeeded
            try await book.end(
                run.id, lease: nil, outcome: outcome, summary: "", at: bench.samples.at(second * 101 + 10))
        }
        let jobs = [job + "b", job + "a", job + "c"]
        let all: [String: [Duration]] = [
            job + "a": [.seconds(310), .seconds(10)], job + "b": [.seconds(110)],
        ]
        #expect(try await book.durations(ofJobs: jobs, limit: 5) == all)
        let one = try await book.durations(ofJobs: jobs, limit: 1)
        #expect(one == [job + "a": [.seconds(310)], job + "b": [.seconds(110)]])
    }
}
