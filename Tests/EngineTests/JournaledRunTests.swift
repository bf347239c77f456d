import Faults
import FoundationEssentials
import Jobs
import Policy
import TestKit
import Testing

@testable import Engine

@Suite(.timeLimit(.minutes(2))) struct `A backup while the catalog is down` {
    @Test func `is published all the same, and says that its record waits in the journal`() async throws {
        let bench = Bench()
        await bench.book.twin.fail(with: WatchedBook.down)
        let run = try await bench.launch()
        #expect(await bench.journaled.atRisk == nil, "nothing is at risk")
        #expect(await bench.journaled.missing == WatchedBook.down)
        #expect(try await bench.journal.contents().entries.count == bench.journaled.pending)
        #expect(run.state == .ended(.succeeded))
        #expect(run.summary == "main/shop saved and verified")
        #expect(
            bench.diary.lines("note: record main/shop done") == [
                "note: record main/shop done: kept in the journal"
            ])
        #expect(try await bench.sets.count == 1)
        #expect(bench.diary.lines("note: not recorded") == ["note: not recorded: catalog.down"])
        // One try at the beginning, one at the end: a catalog that is down costs time limits.
        #expect(
            bench.diary.lines("book:") == ["book: begin nightly running", "book: begin nightly running"])
        #expect(bench.book.asked == 0)
    }

    @Test func `is recorded later, once`() async throws {
        let bench = Bench(databases: ["shop", "app"])
        await bench.book.twin.fail(with: WatchedBook.down)
        let first = try await bench.launch()
        bench.clock.advance(by: .seconds(86_400))
        let second = try await bench.launch()
        await bench.book.twin.fail(with: nil)
        #expect(try await bench.rows.isEmpty)
        bench.clock.advance(by: .seconds(86_400))
        let third = try await bench.launch()
        #expect([first, second, third].allSatisfy { $0.state == .ended(.succeeded) })
        #expect(try await bench.rows == [third, second, first])
        for run in [first, second, third] {
            #expect(try await bench.book.attempts(of: run.id).count == 1)
            #expect(try await bench.steps(run).count == 13)
        }
        #expect(try await bench.book.backups(target: nil).count == 6)
        let written = bench.diary.lines.count
        bench.clock.advance(by: .seconds(86_400))
        _ = try await bench.launch()
        #expect(bench.diary.lines.dropFirst(written).filter { $0.hasPrefix("book: begin") }.count == 1)
    }

    @Test func `is recorded at its end if the catalog is back by then`() async throws {
        let bench = Bench()
        bench.book.fail(.begin, .attempt, .step)
        let begins = Guarded(0)
        bench.book.watch { [book = bench.book] write in
            guard case .begin = write else { return }
            let count = begins.withLock { count in
                count += 1
                return count
            }
            if count == 2 { book.heal() }
        }
        let run = try await bench.launch()
        #expect(try await bench.rows == [run])
        #expect(try await bench.journal.contents().entries.isEmpty)
        #expect(bench.diary.lines("note: journal").count == 1, "it says that all is recorded by now")
    }

    @Test func `keeps what failed until it is written, in its order`() async throws {
        let bench = Bench()
        bench.book.fail(.step)
        let run = try await bench.launch()
        #expect(run.state == .ended(.succeeded))
        // Its row and its attempt were taken; all else has to wait for its steps.
        #expect(try await bench.rows.map(\.state) == [.running])
        bench.book.heal()
        bench.clock.advance(by: .seconds(60))
        let next = try await bench.launch()
        #expect(try await bench.rows == [next, run])
        #expect(try await bench.book.steps(of: run.id).count == 7)
    }

    @Test func `still keeps what the catalog refuses the second time, and all that came after it`()
        async throws
    {
        let bench = Bench()
        bench.book.fail(.attempt)
        let run = try await bench.launch()
        bench.book.heal()
        bench.book.watch { [book = bench.book] write in
            // Back for the row, down again for what comes after it.
            if case .attempt(let attempt) = write, attempt.run == run.id { book.fail(.attempt) }
        }
        bench.clock.advance(by: .seconds(60))
        let next = try await bench.launch()
        // What the next run does waits behind it, so that the catalog is told in order.
        #expect(try await bench.rows.map(\.state) == [.waiting, .running])
        bench.book.heal()
        bench.book.watch { _ in }
        await bench.journaled.settle()
        #expect(try await bench.rows.contains(run))
        #expect(try await bench.rows.contains(next))
    }

    @Test func `a run whose slot another one has meanwhile leaves that one's row alone`() async throws {
        let bench = Bench()
        let key = ScheduleKey(job: "nightly", zone: "UTC", pattern: "30 0 * * *")
        let trigger = Trigger.slot(key, bench.clock.now)
        await bench.book.twin.fail(with: WatchedBook.down)
        let run = try await bench.launch(trigger: trigger)
        await bench.book.twin.fail(with: nil)
        let other = RunRecord(
            id: ManualClock.id(99), job: "nightly", kind: .backup, trigger: trigger, owner: run.owner,
            startedAt: run.startedAt)
        #expect(try await bench.book.twin.begin(other) == .begun)
        bench.clock.advance(by: .seconds(60))
        let next = try await bench.launch()
        #expect(try await bench.rows == [next, other])
        #expect(try await bench.book.steps(of: run.id).isEmpty)
        // Its set is there all the same.
        #expect(try await bench.book.backups(target: nil).map(\.run) == [next.id, run.id])
    }
}
