import ArchiveFormat
import Faults
import FoundationEssentials
import Jobs
import Policy
import TestKit
import Testing

@testable import Engine

@Suite(.timeLimit(.minutes(2))) struct `Resuming a run` {
    private static let job = Schedules.job(
        retry: RetryPolicy(attemptsMax: 3, backoffMin: .zero, backoffMax: .zero))

    /// A process that stops existing at a write: it never comes back from it.
    private func crash(_ bench: Bench, at index: Int) async throws -> RunRecord {
        let count = Guarded(0)
        bench.book.watch { [diary = bench.diary] write in
            diary.write("book: \(Diary.render(write))")
            let isDead = count.withLock { count in
                count += 1
                return count > index
            }
            // Nobody wakes it: this clock is its own.
            if isDead { await ManualClock().sleep(.seconds(1)) }
        }
        let run = try await bench.claim(Self.job)
        let process = Task { await bench.supervisor.perform(run, job: Self.job, attemptsMade: 0) }
        #expect(try await Fact.comes { count.withLock { $0 } > index })
        bench.liveness.kill(run: run.id)
        _ = process
        return run
    }

    @Test func `after a crash at any write saves exactly the rest`() async throws {
        let whole = Bench(databases: ["app", "shop"])
        _ = await whole.supervisor.perform(try await whole.claim(Self.job), job: Self.job, attemptsMade: 0)
        let writes = whole.diary.lines("book:")
        #expect(writes.count == 32)
        for (index, write) in writes.enumerated() {
            let bench = Bench(databases: ["app", "shop"])
            let claimed = try await crash(bench, at: index)
            bench.book.watch { _ in }
            let repair = Repair(
                book: bench.book, liveness: bench.liveness, ambient: bench.clock.ambient())
            let made = try await repair.closeOpenParts(of: claimed, summary: "its process is gone")
            #expect(made == (index < 2 ? 0 : 1), "\(write)")
            let steps = try await bench.book.steps(of: claimed.id)
            #expect(steps.allSatisfy { $0.state != .running }, "\(write)")
            #expect(try await bench.book.attempts(of: claimed.id).allSatisfy { $0.outcome != nil })
            let before = Set(try await bench.sets.map(\.path))

            bench.clock.advance(by: .seconds(60))
            let row = try #require(try await bench.rows.first)
            let ended = await bench.second().perform(row, job: Self.job, attemptsMade: made)
            #expect(ended.state == .ended(.succeeded), "\(write): \(ended.summary)")
            let sets = try await bench.sets
            #expect(sets.map(\.manifest.database.name).sorted() == ["app", "shop"], "\(write)")
            #expect(Set(sets.map(\.path)).isSuperset(of: before))
            #expect(
                Set(try await bench.book.backups(target: nil).map(\.path)) == Set(sets.map(\.path)),
                "\(write)")
            let attempts = try await bench.book.attempts(of: claimed.id)
            #expect(attempts.map(\.number) == Array(1...(made + 1)), "\(write)")
            #expect(attempts.last?.outcome == .succeeded)
        }
    }

    @Test func `without an attempt left fails and does nothing`() async throws {
        let bench = Bench()
        let run = await bench.supervisor.perform(
            try await bench.claim(Self.job), job: Self.job, attemptsMade: 3)
        #expect(run.state == .ended(.failed))
        #expect(run.summary == "its process ended in attempt 3, which was the last")
        #expect(bench.server.calls.isEmpty)
    }

    @Test func `after the deadline fails and does nothing`() async throws {
        let bench = Bench()
        let claimed = try await bench.claim(Self.job, deadline: bench.clock.now + 60)
        bench.clock.advance(by: .seconds(61))
        let run = await bench.supervisor.perform(claimed, job: Self.job, attemptsMade: 1)
        #expect(run.summary == "its process ended in attempt 1; late= has run out for another attempt")
        #expect(bench.server.calls.isEmpty)
    }

    @Test func `counts what another store of the same name has, by its record alone`() async throws {
        let bench = Bench(databases: ["app", "shop"])
        let claimed = try await bench.claim(Self.job)
        let other = Bench(databases: ["app"])
        _ = await other.supervisor.perform(try await other.claim(Self.job), job: Self.job, attemptsMade: 0)
        for set in try await other.sets { try await bench.book.twin.record(BackupRecord(set)) }
        let run = await bench.supervisor.perform(claimed, job: Self.job, attemptsMade: 1)
        #expect(run.summary == "2 saved and verified: main/app, main/shop")
        #expect(try await bench.sets.map(\.manifest.database.name) == ["shop"])
    }

    @Test func `knows what was saved from the store alone while the catalog is down`() async throws {
        let bench = Bench(databases: ["app", "shop"])
        bench.programs.queue("pg_dump", .init([Programs.archive]), .failure("pg_dump: error: lost"))
        let first = await bench.supervisor.perform(
            try await bench.claim(), job: Schedules.job(), attemptsMade: 0)
        #expect(try await bench.sets.count == 1)
        await bench.book.twin.fail(with: WatchedBook.down)
        bench.clock.advance(by: .seconds(60))
        let run = await bench.supervisor.perform(first, job: Self.job, attemptsMade: 1)
        #expect(run.state == .ended(.succeeded))
        #expect(try await bench.sets.count == 2)
    }
}
