import FoundationEssentials
import Jobs
import TestKit
import Testing

@testable import Engine

@Suite struct `Observing nothing` {
    @Test func `changes nothing of a run`() async throws {
        let bench = Bench()
        let ports = BackupPorts(
            book: bench.book, server: bench.server, tools: bench.tools, store: bench.store,
            verifier: bench.verifier,
            ambient: bench.clock.ambient(), zoneOffset: { _ in 0 })
        let job = Schedules.job()
        guard case .backup(let spec) = job.work else { return }
        let run = BackupRun(
            id: ManualClock.id(1), job: job, spec: spec, targets: bench.settings.targets,
            limits: bench.settings.limits,
            trigger: .hand, ports: ports)
        #expect(await run.begin() == .begun)
        #expect(await run.perform().run.state == .ended(.succeeded))
        #expect(bench.diary.lines("note:").isEmpty)
    }
}
