import Faults
import FoundationEssentials
import Jobs
import TestKit
import Testing

@testable import Engine

@Suite(.timeLimit(.minutes(2))) struct `A journal in trouble` {
    let bench = JournalBench()

    @Test func `leaves records in memory, says so, and gets them when there is room`() async throws {
        let journal = bench.directory.second()
        let book = bench.process(journal)
        await bench.catalog.fail(with: JournalBench.down)
        journal.fail(with: JournalBench.full)
        await bench.play(bench.run(1), on: book)
        #expect(await book.atRisk == JournalBench.full)
        #expect(await book.pending == 6)
        #expect(bench.told == [.keeping(JournalBench.down), .inMemoryOnly(JournalBench.full)])
        journal.fail(with: nil)
        await bench.play(bench.run(2), on: book)
        #expect(await book.atRisk == nil)
        #expect(try await journal.contents().entries.count == 12)
        await bench.catalog.fail(with: nil)
        #expect(await book.settle() == nil)
        #expect(try await bench.rows.map(\.state) == [.ended(.succeeded), .ended(.succeeded)])
    }

    @Test func `does not keep the catalog from being told what is in memory`() async throws {
        let journal = bench.directory.second()
        let book = bench.process(journal)
        await bench.catalog.fail(with: JournalBench.down)
        _ = await book.begin(bench.run(1))
        journal.fail(with: JournalBench.full)
        await bench.play(bench.run(1), on: book)
        await bench.catalog.fail(with: nil)
        #expect(await book.settle() == nil)
        #expect(try await bench.rows.map(\.state) == [.ended(.succeeded)])
        #expect(await (book.pending, book.atRisk) == (0, nil))
    }

    @Test func `keeps no more in memory than so much, and steps give way to runs`() async throws {
        let journal = bench.directory.second()
        let book = bench.process(journal)
        await bench.catalog.fail(with: JournalBench.down)
        journal.fail(with: JournalBench.full)
        let run = bench.run(1)
        _ = await book.begin(run)
        for ordinal in 1...5_100 { await book.record(bench.step(run, ordinal), lease: nil) }
        #expect(await book.pending == 5_000)
        await book.end(run.id, lease: nil, outcome: .succeeded, summary: "", at: run.startedAt)
        #expect(await book.pending == 5_001)
        let lost = bench.told.compactMap { if case .lost(let fault) = $0 { fault } else { nil } }
        #expect(lost.map(\.code) == ["journal.memory-full"])
    }

    @Test func `of somebody else that cannot be read is told of, and in nobody's way`() async throws {
        let broken = AnyFault(code: "store.io", summary: "it cannot be read", remedy: "Look.")
        let own = BrokenNeighbour(own: bench.directory.second(), fault: broken)
        let catalog = bench.catalog
        let notes = bench.notes
        let book = JournaledBook(
            journal: own, onNote: { note in notes.withLock { $0.append(note) } },
            open: { () async throws(AnyFault) in JournaledBook.Catalog(book: catalog) })
        await bench.catalog.fail(with: JournalBench.down)
        await bench.play(bench.run(1), on: book)
        await bench.catalog.fail(with: nil)
        #expect(await book.settle() == nil)
        #expect(try await bench.rows.count == 1)
        #expect(bench.told.contains(.damaged(broken)))
    }

    @Test func `notes read like this`() {
        let fault = JournalBench.down
        let taken = JournalFault.slotTaken(run: ManualClock.id(1), job: "nightly", by: ManualClock.id(2))
        let notes: [JournalNote] = [
            .keeping(fault), .inMemoryOnly(JournalBench.full),
            .lost(AnyFault(JournalFault.memoryFull(entriesMax: 10_000))), .dropped(AnyFault(taken)),
            .damaged(fault), .replayed(12),
        ]
        Golden.expect(notes.map { "\($0)" }.joined(separator: "\n"), "journal-notes")
    }
}

/// A journal with a neighbour that cannot be read, and that somebody has to let go of.
private struct BrokenNeighbour: JournalPort {
    struct Neighbour: JournalPort {
        let fault: AnyFault
        func append(_ entries: [JournalEntry]) async throws(AnyFault) { throw fault }
        func contents() async throws(AnyFault) -> JournalContents { throw fault }
        func drop(first count: Int) async throws(AnyFault) { throw fault }
        func adopt() async throws(AnyFault) -> [any JournalPort] { [] }
        func close() async {}
    }

    let own: MemoryJournal
    let fault: AnyFault

    func append(_ entries: [JournalEntry]) async throws(AnyFault) { try await own.append(entries) }
    func contents() async throws(AnyFault) -> JournalContents { try await own.contents() }
    func drop(first count: Int) async throws(AnyFault) { try await own.drop(first: count) }
    func adopt() async throws(AnyFault) -> [any JournalPort] { [Neighbour(fault: fault)] }
    func close() async { await own.close() }
}

@Suite(.timeLimit(.minutes(2))) struct `A journal among daemons` {
    let bench = JournalBench()

    private func register(_ number: UInt32) async throws -> Lease {
        try await bench.catalog.register(
            DaemonRecord(
                id: ManualClock.id(number), role: .serve, owner: bench.clock.ambient().owner, version: "1",
                startedAt: bench.clock.now), for: .seconds(60), dead: [])
    }

    @Test func `drops what a run did that was taken over, records its sets, and tells it once`() async throws
    {
        let book = bench.process()
        let lease = try await register(900)
        let run = bench.run(1, lease: lease)
        #expect(await book.begin(run) == .begun)
        let told = Guarded(0)
        await book.watch(run.id) { told.withLock { $0 += 1 } }
        await bench.catalog.fail(with: JournalBench.down)
        await book.record(bench.attempt(run), lease: lease)
        await book.record(`What the catalog does not take`.backup(of: run))
        await bench.catalog.fail(with: nil)
        await bench.catalog.expire(lease.daemon)
        let other = try await register(901)
        let owner = bench.clock.ambient().owner
        #expect(try await bench.catalog.takeOver(run.id, owner: owner, lease: other) != nil)
        #expect(await book.settle() == nil)
        #expect(told.withLock { $0 } == 1)
        #expect(try await bench.catalog.attempts(of: run.id).isEmpty)
        #expect(try await bench.catalog.backups(target: nil).count == 1)
        await book.end(run.id, lease: lease, outcome: .failed, summary: "", at: run.startedAt)
        #expect(try await bench.rows.map(\.state) == [.running])
        let dropped = bench.told.compactMap { if case .dropped(let fault) = $0 { fault.code } else { nil } }
        #expect(dropped == ["catalog.run-taken-over"])
    }

    @Test func `tells a run that was taken over while the catalog is there`() async throws {
        let book = bench.process()
        let lease = try await register(900)
        let run = bench.run(1, lease: lease)
        #expect(await book.begin(run) == .begun)
        let told = Guarded(0)
        await book.watch(run.id) { told.withLock { $0 += 1 } }
        await bench.catalog.expire(lease.daemon)
        let other = try await register(901)
        _ = try await bench.catalog.takeOver(run.id, owner: bench.clock.ambient().owner, lease: other)
        await book.record(bench.attempt(run), lease: lease)
        #expect(told.withLock { $0 } == 1, "before the write returns")
        await book.record(bench.attempt(run), lease: lease)
        #expect(told.withLock { $0 } == 1)
        #expect(await !book.isCatalogDown)
    }
}

@Suite(.timeLimit(.minutes(2))) struct `Whatever fails in between` {
    /// What each process of a trial does next; the catalog and the disk come and go as they like.
    @Test func `each record is in the catalog once all is well again`() async throws {
        let seed = SeededRandom.seed()
        for trial in 0..<300 {
            var random = SeededRandom(seed: seed &+ UInt64(trial))
            try await play(&random, "seed \(seed &+ UInt64(trial))")
        }
    }

    private func play(_ random: inout SeededRandom, _ seed: String) async throws {
        let bench = JournalBench()
        var journal = bench.directory.second()
        var book = bench.process(journal)
        var written: [RunRecord] = []
        for number in 1...UInt32(Int.random(in: 2...8, using: &random)) {
            await bench.catalog.fail(with: Bool.random(using: &random) ? JournalBench.down : nil)
            let isFull = Int.random(in: 0..<4, using: &random) == 0
            journal.fail(with: isFull ? JournalBench.full : nil)
            let run = bench.run(number)
            written.append(run)
            if Bool.random(using: &random) {
                await bench.play(run, on: book)
            } else {
                let (one, other) = (book, bench.run(number + 100))
                written.append(other)
                async let first: Void = bench.play(run, on: one)
                async let second: Void = bench.play(other, on: one)
                async let settled = one.settle()
                _ = await (first, second, settled)
            }
            if Bool.random(using: &random) { await book.settle() }
            // A process whose journal takes nothing would lose what it has, which it says.
            if await book.atRisk == nil, Bool.random(using: &random) {
                journal.die()
                journal = bench.directory.second()
                book = bench.process(journal)
            }
        }
        await bench.catalog.fail(with: nil)
        journal.fail(with: nil)
        #expect(await book.settle() == nil, "\(seed)")
        let rows = try await bench.rows
        #expect(Set(rows.map(\.id)) == Set(written.map(\.id)), "\(seed)")
        #expect(rows.allSatisfy { $0.state == .ended(.succeeded) }, "\(seed)")
        for run in written {
            #expect(try await bench.catalog.attempts(of: run.id).map(\.outcome) == [.succeeded], "\(seed)")
            #expect(try await bench.catalog.steps(of: run.id).map(\.state) == [.done], "\(seed)")
        }
        #expect(try await bench.directory.second().adopt().isEmpty, "\(seed)")
        #expect(try await journal.contents().entries.isEmpty, "\(seed)")
    }
}
