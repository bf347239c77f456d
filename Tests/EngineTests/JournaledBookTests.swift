import Faults
import FoundationEssentials
import Jobs
import Measures
import TestKit
import Testing

@testable import Engine

/// A catalog that can be down, a state directory with journals, and processes that write to both.
struct JournalBench: Sendable {
    let catalog = MemoryRunBook()
    let watched = WatchedBook()
    let directory = MemoryJournal()
    let clock = ManualClock()
    let notes = Guarded<[JournalNote]>([])

    static let down = WatchedBook.down
    static let full = AnyFault(code: "store.no-space", summary: "the disk is full", remedy: "Free space.")

    /// A process with a journal of its own.
    func process(_ journal: MemoryJournal? = nil) -> JournaledBook {
        JournaledBook(
            journal: journal ?? directory.second(), onNote: { note in notes.withLock { $0.append(note) } },
            open: { [catalog] () async throws(AnyFault) in
                JournaledBook.Catalog(book: catalog, daemons: catalog)
            })
    }

    func run(_ number: UInt32, lease: Lease? = nil, slot: Date? = nil) -> RunRecord {
        let key = ScheduleKey(job: "nightly", zone: "UTC", pattern: "30 0 * * *")
        return RunRecord(
            id: ManualClock.id(number), job: "nightly", kind: .backup,
            trigger: slot.map { .slot(key, $0) } ?? .hand, owner: clock.ambient().owner,
            startedAt: clock.now + Double(number), lease: lease)
    }

    func attempt(_ run: RunRecord, _ number: Int = 1, _ outcome: Outcome? = nil) -> AttemptRecord {
        AttemptRecord(
            run: run.id, number: number, startedAt: run.startedAt,
            endedAt: outcome == nil ? nil : run.startedAt + 9, outcome: outcome)
    }

    func step(_ run: RunRecord, _ ordinal: Int, _ state: StepState = .running) -> StepRecord {
        StepRecord(
            run: run.id, attempt: 1, ordinal: ordinal, name: .dump, target: "main", database: "shop",
            startedAt: run.startedAt, endedAt: state == .running ? nil : run.startedAt + 5, state: state)
    }

    /// A run from its row to its end.
    func play(_ run: RunRecord, on book: JournaledBook) async {
        _ = await book.begin(run)
        await book.record(attempt(run), lease: run.lease)
        await book.record(step(run, 1), lease: run.lease)
        await book.record(step(run, 1, .done), lease: run.lease)
        await book.record(attempt(run, 1, .succeeded), lease: run.lease)
        await book.end(
            run.id, lease: run.lease, outcome: .succeeded, summary: "saved", at: run.startedAt + 10)
    }

    var told: [JournalNote] { notes.withLock { $0 } }

    var rows: [RunRecord] {
        get async throws { try await catalog.runs(RunQuery(), limit: 1_000) }
    }
}

@Suite(.timeLimit(.minutes(2))) struct `What the catalog does not take` {
    let bench = JournalBench()

    @Test(
        arguments: RunBookConformance.allCases.filter {
            // Its writes never throw, and what the catalog refuses is told to people.
            ![.refusesUnknownRuns, .refusesOrphans].contains($0) && !"\($0)".lowercased().contains("lease")
        })
    func `does not matter while the catalog takes all`(rule: RunBookConformance) async throws {
        let journal = bench.directory.second()
        try await rule.check(bench.process(journal))
        #expect(try await journal.contents().entries.isEmpty)
    }

    @Test func `waits in the journal, and is told in order when the catalog is back`() async throws {
        let journal = bench.directory.second()
        let book = bench.process(journal)
        await bench.catalog.fail(with: JournalBench.down)
        await bench.play(bench.run(1), on: book)
        #expect(await book.isCatalogDown)
        #expect(await book.pending == 6)
        #expect(await book.atRisk == nil)
        #expect(await book.settle() == JournalBench.down)
        await bench.catalog.fail(with: nil)
        #expect(await book.settle() == nil)
        #expect(try await bench.rows.map(\.state) == [.ended(.succeeded)])
        #expect(try await bench.catalog.steps(of: bench.run(1).id).map(\.state) == [.done])
        #expect(try await journal.contents().entries.isEmpty)
        #expect(bench.told == [.keeping(JournalBench.down), .replayed(6)])
        #expect(await (book.pending, book.missing, book.isCatalogDown) == (0, nil, false))
    }

    @Test func `may be a drill, which the catalog gets once, with its report`() async throws {
        let journal = bench.directory.second()
        let book = bench.process(journal)
        let run = bench.run(1)
        #expect(await book.begin(run) == .begun)
        let drill = DrillRecord.sample(run.id)
        await bench.catalog.fail(with: JournalBench.down)
        await book.record(drill, report: "[1]", lease: nil)
        #expect(
            try await journal.contents().entries == [.run(run), .drill(drill, report: "[1]", nil)])
        await bench.catalog.fail(with: nil)
        #expect(await book.settle() == nil)
        await book.record(drill, report: "[2]", lease: nil)
        #expect(try await bench.catalog.drills(DrillQuery(run: run.id), limit: 5) == [drill])
        #expect(try await bench.catalog.report(ofDrill: 1, of: run.id) == "[1]")
    }

    @Test func `of a run that began before the outage has its row with it`() async throws {
        let journal = bench.directory.second()
        let book = bench.process(journal)
        let run = bench.run(1)
        #expect(await book.begin(run) == .begun)
        await bench.catalog.fail(with: JournalBench.down)
        await book.record(bench.attempt(run), lease: nil)
        await book.record(bench.step(run, 1), lease: nil)
        let kept = try await journal.contents().entries
        #expect(kept == [.run(run), .attempt(bench.attempt(run), nil), .step(bench.step(run, 1), nil)])
        var view = JournalView()
        view.add(kept)
        #expect(view.runs == [run])
    }

    @Test func `does not make reads wait, which fail as the catalog does`() async throws {
        let book = bench.process()
        await bench.catalog.fail(with: JournalBench.down)
        await #expect(throws: JournalBench.down) { try await book.runs(RunQuery(), limit: 1) }
        await bench.catalog.fail(with: nil)
        await #expect(throws: JournalBench.down, "it is not asked before the next settling") {
            try await book.backups(target: nil)
        }
        #expect(await book.settle() == nil)
        #expect(try await book.backups(target: nil).isEmpty)
        await bench.catalog.fail(with: JournalBench.down)
        await book.noteOutage(JournalBench.down)
        #expect(await book.settle() == JournalBench.down, "nothing is told, so it is asked")
        await bench.catalog.fail(with: nil)
        #expect(await book.settle() == nil)
    }

    @Test func `of a dead process is told by the next, before its runs are ended`() async throws {
        let dead = bench.directory.second()
        let first = bench.process(dead)
        #expect(await first.begin(bench.run(1)) == .begun)
        await bench.catalog.fail(with: JournalBench.down)
        await bench.play(bench.run(1), on: first)
        dead.die()
        await bench.catalog.fail(with: nil)
        let catalog = bench.catalog
        let found = Guarded<[[RunState]]>([])
        let next = JournaledBook(
            journal: bench.directory.second(),
            repair: { book throws(AnyFault) in
                let states = try await book.runs(RunQuery(), limit: 9).map(\.state)
                found.withLock { $0.append(states) }
            },
            open: { () async throws(AnyFault) in JournaledBook.Catalog(book: catalog) })
        #expect(await next.settle() == nil)
        #expect(found.withLock { $0 } == [[.ended(.succeeded)]])
        #expect(await next.settle() == nil)
        #expect(found.withLock { $0 } == [[.ended(.succeeded)]], "once, unless a journal is adopted")
        #expect(try await bench.directory.second().adopt().isEmpty)
    }

    @Test func `of a dead process stays where the catalog fails in the middle`() async throws {
        let dead = bench.directory.second()
        await bench.catalog.fail(with: JournalBench.down)
        await bench.play(bench.run(1), on: bench.process(dead))
        await bench.play(bench.run(2), on: bench.process(dead))
        dead.die()
        let next = bench.process()
        #expect(await next.settle() == JournalBench.down)
        await bench.catalog.fail(with: nil)
        let tellers = [next, bench.process(), bench.process()]
        await withTaskGroup(of: Void.self) { group in
            for teller in tellers { group.addTask { await teller.settle() } }
        }
        #expect(try await bench.rows.map(\.state) == [.ended(.succeeded), .ended(.succeeded)])
        #expect(bench.told.filter { $0 == .replayed(12) }.count == 1, "by one of them")
    }

    @Test func `comes from a slot that another run has by then: its sets are recorded, and it is told of`()
        async throws
    {
        let book = bench.process()
        await bench.catalog.fail(with: JournalBench.down)
        let run = bench.run(1, slot: bench.clock.now)
        await bench.play(run, on: book)
        await book.record(Self.backup(of: run))
        await bench.catalog.fail(with: nil)
        let other = bench.run(2, slot: bench.clock.now)
        #expect(try await bench.catalog.begin(other) == .begun)
        #expect(await book.settle() == nil)
        #expect(try await bench.rows == [other])
        #expect(try await bench.catalog.backups(target: nil).map(\.run) == [run.id])
        let dropped = bench.told.compactMap { if case .dropped(let fault) = $0 { fault } else { nil } }
        #expect(dropped.map(\.code) == ["journal.slot-taken"])
        await book.record(bench.step(run, 2), lease: nil)
        #expect(await book.pending == 0, "nothing more of it is kept or told")
    }

    static func backup(of run: RunRecord) -> BackupRecord {
        BackupRecord(
            id: ManualClock.id(700), run: run.id, job: run.job, target: "main", database: "shop",
            store: "local",
            path: "main/shop/1", startedAt: run.startedAt, finishedAt: run.startedAt, size: ByteCount(1),
            format: .custom, codec: "zlib", serverVersion: "17.6", partial: false, verified: "decode",
            tables: 1,
            rows: 1, warnings: 0, files: [])
    }
}

@Suite struct `The keys of a journal` {
    @Test func `stay, since a later program may replay it`() throws {
        let bench = JournalBench()
        let lease = Lease(daemon: ManualClock.id(900), epoch: 3)
        var run = bench.run(1, lease: lease, slot: bench.clock.now)
        run.state = .waiting
        run.deadline = bench.clock.now + 7_200
        run.standsFor = [bench.clock.now - 86_400]
        run.stopAsked = "by hand"
        var step = bench.step(run, 1, .failed)
        step.fault = AnyFault(
            code: "tool.failed", summary: "it failed", remedy: "Look.",
            place: Place(file: "jobs/a.yaml", line: 3),
            exitStatus: .undetermined, mayPass: true)
        let entries: [JournalEntry] = [
            .run(run), .attempt(bench.attempt(run, 1, .failed), lease), .step(step, lease),
            .backup(`What the catalog does not take`.backup(of: run)),
            .removal(ManualClock.id(700), at: bench.clock.now, reason: "not in keep"),
            .end(run.id, lease, .timedOut, summary: "too long", at: bench.clock.now + 0.000_001),
        ]
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let texts = try entries.map { String(decoding: try encoder.encode($0), as: UTF8.self) }
        Golden.expect(texts.joined(separator: "\n"), "journal-entries")
        let read = try texts.map { try JSONDecoder().decode(JournalEntry.self, from: Data($0.utf8)) }
        #expect(read == entries)
    }

    @Test(arguments: ["{}", #"{"drill":{}}"#, #"{"step":{},"end":{}}"#, #"{"run":{}}"#])
    func `that are unknown, or too many, are refused`(text: String) {
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(JournalEntry.self, from: Data(text.utf8))
        }
    }
}
