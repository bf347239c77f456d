import FoundationEssentials
import Jobs
import TestKit
import Testing

@testable import Engine

@Suite struct `Observing nothing` {
    @Test func `changes nothing of a run`() async throws {
        let bench = Bench()
        let supervisor = bench.second(observer: NoObserver())
        let run = try await bench.claim()
        let ended = await supervisor.perform(run, job: Schedules.job(), attemptsMade: 0)
        #expect(ended.state == .ended(.succeeded))
        #expect(bench.diary.lines("note:").isEmpty)
    }
}
