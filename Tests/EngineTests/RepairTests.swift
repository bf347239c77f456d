import ArchiveFormat
import Faults
import FoundationEssentials
import Jobs
import Measures
import TestKit
import Testing

@testable import Engine

@Suite struct `Repairing what dead processes left` {
    private let bench = Bench()

    private func repair() -> Repair {
        Repair(book: bench.book, liveness: bench.liveness, ambient: bench.clock.ambient())
    }

    private func begin(
        _ number: UInt32, machine: String = "m1", host: String = "db1", pid: Int32 = 7,
        state: String = "/state", start: Date = Sets.night(-1)
    ) async throws {
        let run = RunRecord(
            id: ManualClock.id(number), job: "nightly", kind: .backup, trigger: .hand,
            owner: Owner(machine: machine, host: host, pid: pid, stateDirectory: state), startedAt: start)
        #expect(try await bench.book.twin.begin(run) == .begun)
        try await bench.book.twin.record(
            AttemptRecord(
                run: run.id, number: 1, startedAt: start, endedAt: start, outcome: .failed, summary: "lost"),
            lease: nil)
        try await bench.book.twin.record(AttemptRecord(run: run.id, number: 2, startedAt: start), lease: nil)
        for (ordinal, step) in [StepState.done, .running].enumerated() {
            try await bench.book.twin.record(
                StepRecord(
                    run: run.id, attempt: 2, ordinal: ordinal + 1, name: .dump, target: "main",
                    database: "shop",
                    startedAt: start, state: step), lease: nil)
        }
    }

    @Test func `ends the runs whose process is gone, with their steps and attempts`() async throws {
        try await begin(1)
        let ended = try await repair().endAbandoned()
        let run = try #require(ended.first)
        #expect(run.summary == "process 7 on db1 ended in the middle of it")
        #expect(run.state == .ended(.failed))
        #expect(run.endedAt == bench.clock.now)
        #expect(try await bench.rows == ended)
        let steps = try await bench.book.steps(of: run.id)
        #expect(steps.map(\.state) == [.done, .cancelled])
        #expect(steps.map(\.detail) == ["", "its process is gone"])
        let attempts = try await bench.book.attempts(of: run.id)
        #expect(attempts.map(\.outcome) == [.failed, .failed])
        #expect(attempts.map(\.summary) == ["lost", run.summary])
        #expect(try await repair().endAbandoned().isEmpty)
    }

    @Test func `ends what the same state directory began in other containers`() async throws {
        try await begin(1, host: "3f2a", pid: 1)
        try await begin(2, host: "9c41", pid: 12, state: "/mnt/state")
        #expect(
            try await repair().endAbandoned().map(\.summary).sorted() == [
                "process 1 on 3f2a ended in the middle of it", "process 12 on 9c41 ended in the middle of it",
            ])
    }

    @Test func `leaves alone what lives, and what another state directory has begun`() async throws {
        try await begin(1)
        try await begin(2, machine: "m2")
        let alive = try await bench.liveness.hold(run: ManualClock.id(1))
        #expect(try await repair().endAbandoned().isEmpty)
        await alive.release()
        #expect(try await repair().endAbandoned().map(\.id) == [ManualClock.id(1)])
    }

    @Test func `a run that was killed does not block the next`() async throws {
        try await begin(1)
        _ = try await bench.liveness.hold(run: ManualClock.id(1))
        _ = try await bench.liveness.hold(job: "nightly", for: ManualClock.id(1))
        bench.liveness.kill(run: ManualClock.id(1))
        #expect(try await repair().endAbandoned().count == 1)
        let next = try await bench.claim()
        let ended = await bench.second().perform(next, job: Schedules.job(), attemptsMade: 0)
        #expect(ended.state == .ended(.succeeded))
    }

    @Test func `nothing ends before it began`() async throws {
        try await begin(1, start: Sets.night(3))
        let run = try #require(try await repair().endAbandoned().first)
        #expect(run.endedAt == Sets.night(3))
        #expect(try await bench.book.steps(of: run.id).last?.endedAt == Sets.night(3))
    }

    @Test(arguments: [WatchedBook.Call.runs, .steps, .attempts])
    func `what cannot be read is a fault`(call: WatchedBook.Call) async throws {
        try await begin(1)
        bench.book.fail(call)
        await #expect(throws: WatchedBook.down) { try await repair().endAbandoned() }
    }

    @Test func `records sets that are unknown, and marks those that are gone`() async throws {
        _ = try await bench.launch()
        let set = try #require(try await bench.sets.first)
        #expect(try await repair().reconcile(bench.store) == (0, 0))
        let other = Bench()
        let repairOther = Repair(book: other.book, liveness: other.liveness, ambient: other.clock.ambient())
        #expect(try await repairOther.reconcile(bench.store) == (1, 0))
        #expect(try await other.book.backups(target: nil) == [BackupRecord(set)])
        bench.clock.advance(by: .seconds(60))
        let later = try await bench.launch()
        try await bench.store.remove(set)
        #expect(try await repair().recordUnknown(bench.store) == 0)
        #expect(try await bench.book.backups(target: nil).count == 2)
        #expect(try await repair().reconcile(bench.store) == (0, 1))
        #expect(try await bench.book.backups(target: nil).map(\.run) == [later.id])
        #expect(await bench.book.twin.removal(of: set.manifest.id) == "not found in the store")
        #expect(try await repair().reconcile(MemoryBackupStore(name: "second")) == (0, 0))
    }

    @Test func `a store that holds nothing is taken for one that is not mounted`() async throws {
        _ = try await bench.launch()
        #expect(try await repair().reconcile(MemoryBackupStore()) == (0, 0))
        #expect(try await bench.book.backups(target: nil).count == 1)
    }

    @Test(arguments: [0, 1])
    func `a set that is there and cannot be read is not gone`(above: Int) async throws {
        let bench = Bench(databases: ["app", "shop", "users"])
        _ = try await bench.launch()
        for set in try await bench.sets where set.manifest.database.name != "users" {
            try await bench.store.remove(set)
            guard set.manifest.database.name == "app" else { continue }
            let path = set.path.split(separator: "/").dropLast(above).joined(separator: "/")
            bench.store.add(stranger: .init(path: path, reason: "it cannot be read"))
        }
        let repair = Repair(book: bench.book, liveness: bench.liveness, ambient: bench.clock.ambient())
        #expect(try await repair.markGone(bench.store) == 1)
        #expect(try await bench.book.backups(target: nil).map(\.database).sorted() == ["app", "users"])
    }

    @Test func `a set that was marked and is found again is listed again`() async throws {
        _ = try await bench.launch()
        let set = try #require(try await bench.sets.first)
        try await bench.book.markRemoved(set.manifest.id, at: Sets.night(0), reason: "not found in the store")
        #expect(try await repair().reconcile(bench.store) == (1, 0))
        #expect(try await bench.book.backups(target: nil) == [BackupRecord(set)])
    }

    @Test func `a set that is published meanwhile is not taken for gone`() async throws {
        // The run is only there to publish a set; what it says is not looked at.
        let store = LateStore(bench.store) { [bench] in _ = try? await bench.launch() }
        #expect(try await repair().reconcile(store) == (1, 0))
        #expect(try await bench.book.backups(target: nil).count == 1)
    }
}

/// A store to which something is added just before it is listed.
private final class LateStore: BackupStore {
    private let store: MemoryBackupStore
    private let before: @Sendable () async -> Void

    init(_ store: MemoryBackupStore, before: @escaping @Sendable () async -> Void) {
        self.store = store
        self.before = before
    }

    var name: String { store.name }
    func open() async throws(AnyFault) -> [String] { try await store.open() }
    func freeSpace() async throws(AnyFault) -> ByteCount { try await store.freeSpace() }
    func beginIncoming(run: UUID, target: String, database: String) async throws(AnyFault) -> any IncomingSet
    {
        try await store.beginIncoming(run: run, target: target, database: database)
    }
    func sets() async throws(AnyFault) -> StoreListing {
        await before()
        return try await store.sets()
    }
    func remove(_ set: StoredSet) async throws(AnyFault) { try await store.remove(set) }
    func hold(_ set: StoredSet, reason: String?) async throws(AnyFault) {
        try await store.hold(set, reason: reason)
    }
    func mark(_ set: StoredSet, damaged: String?) async throws(AnyFault) {
        try await store.mark(set, damaged: damaged)
    }
    func prove(_ set: StoredSet, _ proof: Manifest.Proof) async throws(AnyFault) -> StoredSet {
        try await store.prove(set, proof)
    }
    func noteVerified(_ set: StoredSet, level: Manifest.Verification.Level, at: Date)
        async throws(AnyFault) -> StoredSet
    {
        try await store.noteVerified(set, level: level, at: at)
    }
}
