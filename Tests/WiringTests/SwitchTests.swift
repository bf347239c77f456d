import Engine
import Faults
import FoundationEssentials
import Jobs
import Policy
import TestKit
import Testing

@testable import Wiring

@Suite struct `What a reload puts in its place` {
    /// Does nothing but remember who was stopped before and while it had a run.
    private actor Listener: RunExecutor {
        private(set) var stops: [StopReason] = []
        private var end: CheckedContinuation<Void, Never>?
        private(set) var isAtWork = false

        func perform(_ run: RunRecord, job: Job, attemptsMade: Int) async -> RunRecord {
            isAtWork = true
            if stops.isEmpty { await withCheckedContinuation { end = $0 } }
            return run
        }

        func stop(_ run: UUID, _ reason: StopReason) {
            stops.append(reason)
            end?.resume()
            end = nil
        }
    }

    private func run() -> RunRecord {
        RunRecord(
            id: UUID(), job: "nightly", kind: .backup, trigger: .hand,
            owner: Owner(machine: "m", host: "h", pid: 1, stateDirectory: "/s"),
            startedAt: Date(timeIntervalSince1970: 1_795_307_400))
    }

    private var job: Job {
        Job(
            name: "nightly", targets: nil, work: .backup(BackupSpec()), timeout: .seconds(60),
            retry: RetryPolicy(), place: Place(file: "jobs/nightly.yaml"))
    }

    @Test func `a stop that overtakes its run is handed on when the run arrives`() async {
        let listener = Listener()
        let executor = ExecutorSwitch(listener)
        let run = run()
        await executor.stop(run.id, .stopped(because: "window 'nights' closed"))
        #expect(await listener.stops.isEmpty)
        _ = await executor.perform(run, job: job, attemptsMade: 0)
        #expect(await listener.stops == [.stopped(because: "window 'nights' closed")])
        // It has ended, and its resumption is not stopped by what comes late.
        await executor.stop(run.id, .cancelled)
        #expect(await listener.stops.count == 1)
    }

    @Test func `a run is stopped where it began, whatever holds by now`() async throws {
        let (old, new) = (Listener(), Listener())
        let executor = ExecutorSwitch(old)
        let (run, job) = (run(), job)
        async let ended = executor.perform(run, job: job, attemptsMade: 0)
        #expect(try await Fact.comes { await old.isAtWork })
        await executor.use(new)
        await executor.stop(run.id, .cancelled)
        _ = await ended
        #expect(await old.stops == [.cancelled])
        #expect(await new.stops.isEmpty)
    }

    @Test func `guards are read with the new configuration's stores`() async {
        let (old, new) = (MemoryGuards(), MemoryGuards())
        let guards = GuardSwitch(old)
        new.put(.freeDisk, of: "cellar", 42)
        await guards.use(new)
        let readings = await guards.read([.freeDisk], targets: [], store: "cellar")
        #expect(readings.map(\.value) == [42])
        #expect(old.reads.isEmpty)
    }

    @Test func `what the catalog was told of the daemon takes a restart`() throws {
        let folder = try Folder()
        let old = try #require(folder.examine().configuration).settings
        #expect(old.needsRestart(since: old) == nil)
        var new = old
        new.labels = ["site": "fra"]
        #expect(new.needsRestart(since: old) == "labels")
        new.stateDirectory = "/elsewhere"
        #expect(new.needsRestart(since: old) == "state")
    }
}
