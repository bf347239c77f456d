import FoundationEssentials
import Jobs
import Measures
import TestKit
import Testing

@testable import Engine

@Suite struct `What metrics remember of jobs` {
    private func run(
        _ state: RunState, job: String = "nightly", start: Double = 0, took: Double? = 60
    ) -> RunRecord {
        RunRecord(
            id: UUID(), job: job, kind: .backup, trigger: .hand, owner: LoopBench.owner(1), state: state,
            startedAt: Sets.night(0) + start, endedAt: took.map { Sets.night(0) + start + $0 })
    }

    private func metrics(_ tally: JobTally, unfinished: [RunRecord] = []) throws -> JobMetrics {
        try #require(tally.metrics(of: [Schedules.job()], unfinished: unfinished).first)
    }

    @Test func `counts what ends from now on, and only knows what was before`() throws {
        var tally = JobTally()
        tally.learn([run(.ended(.failed), start: 3_600), run(.ended(.succeeded))])
        var metrics = try metrics(tally)
        #expect(metrics.ended.isEmpty)
        #expect(metrics.lastOutcome == .failed && metrics.lastEndedAt == Sets.night(0) + 3_660)
        #expect(metrics.lastSuccessAt == Sets.night(0) + 60 && metrics.lastDurationSeconds == 60)
        #expect(tally.lastSuccess == ["nightly": Sets.night(0)])
        tally.note(run(.ended(.succeeded), start: 7_200, took: 90), bytes: 4_096)
        tally.note(run(.ended(.missed), start: 7_400, took: nil))
        metrics = try self.metrics(tally)
        #expect(metrics.ended == [.succeeded: 1, .missed: 1])
        #expect(metrics.lastOutcome == .missed)
        #expect(metrics.lastSuccessAt == Sets.night(0) + 7_290 && metrics.lastBytes == 4_096)
    }

    @Test func `learns what other daemons did and what it saved, again and again, without counting`() throws {
        var tally = JobTally()
        tally.note(run(.ended(.failed)), bytes: nil)
        let theirs = run(.ended(.succeeded), start: 3_600)
        var set = BackupRecord(try Sets.stored(day: 0))
        set.run = theirs.id
        set.size = ByteCount(700)
        var other = set
        other.size = ByteCount(42)
        for _ in 1...2 { tally.learn([theirs, run(.ended(.succeeded))], backups: [set, other]) }
        var metrics = try metrics(tally)
        #expect(metrics.ended == [.failed: 1])
        #expect(metrics.lastOutcome == .succeeded && metrics.lastBytes == 742)
        #expect(tally.succeeded == ["nightly"])
        // The size is of the last success and of no other.
        tally.note(run(.ended(.succeeded), start: 9_000))
        metrics = try self.metrics(tally)
        #expect(metrics.lastBytes == nil)
    }

    @Test func `what ended earlier and is told later does not become the last`() throws {
        var tally = JobTally()
        tally.note(run(.ended(.succeeded), start: 3_600), bytes: 10)
        tally.note(run(.ended(.failed)))
        tally.note(run(.ended(.succeeded)), bytes: 20)
        let metrics = try metrics(tally)
        #expect(metrics.lastOutcome == .succeeded && metrics.lastBytes == 10)
        #expect(metrics.ended == [.succeeded: 2, .failed: 1])
    }

    @Test func `tells of every configured job what waits and what is under way`() throws {
        var tally = JobTally()
        tally.note(run(.running))
        let unfinished = [
            run(.waiting), run(.waiting), run(.running), run(.ended(.failed)), run(.waiting, job: "gone"),
        ]
        let all = tally.metrics(of: [Schedules.job(), Schedules.job("idle")], unfinished: unfinished)
        #expect(all.map(\.job) == ["idle", "nightly"])
        #expect(all.map(\.waiting) == [0, 2] && all.map(\.running) == [0, 1])
        #expect(all.allSatisfy { $0.lastOutcome == nil && $0.ended.isEmpty })
    }
}
