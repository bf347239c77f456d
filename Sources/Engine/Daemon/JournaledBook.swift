package import Faults
package import FoundationEssentials
package import Measures

/// The record of outcomes as a process writes it: what the catalog does not take waits in the journal, and is told later.
///
/// The backup matters more than its record, so no write fails. Once a call has failed, the catalog is left alone until
/// ``settle(lease:)``, for every try may take a connection's time limit; and while anything waits, everything is written
/// behind it, so that the catalog is told in order. Reads ask the catalog, and fail as it does.
package actor JournaledBook: RunBook {
    /// A catalog that is open.
    package struct Catalog: Sendable {
        package var book: any RunBook
        /// Takes marks; without it they stay in the journal.
        package var daemons: (any DaemonBook)?

        package init(book: any RunBook, daemons: (any DaemonBook)? = nil) {
            self.book = book
            self.daemons = daemons
        }
    }

    /// More entries than this are not kept in memory while the journal takes nothing, and of steps half as many.
    private static let memoryMax = 10_000
    /// Entries that are written to the journal at once.
    private static let batchMax = 500

    private let open: @Sendable () async throws(AnyFault) -> Catalog
    private let journal: any JournalPort
    private let onNote: @Sendable (JournalNote) -> Void
    /// A call that failed since the last ``settle(lease:)``.
    private var outage: AnyFault?
    /// Why the catalog lacks some of what this process wrote; nil while it has all.
    package private(set) var missing: AnyFault?
    /// Why the journal lacks some of what the catalog lacks, so that a crash would lose it; nil while nothing is at risk.
    package private(set) var atRisk: AnyFault?
    private var isLosing = false

    /// Entries in the journal that the catalog lacks; marks that only wait for a lease are not among them.
    private var saved = 0
    /// Entries at the start of the journal that the catalog has.
    private var told = 0
    /// What the journal has not taken yet, in its order.
    private var unsaved: [JournalEntry] = []
    /// Marks in the journal behind `told` that wait for a lease.
    private var marksHeld = 0

    /// Runs that began and have not ended: the journal gets the row of a run before anything else of it.
    private var underWay: [UUID: RunRecord] = [:]
    private var introduced: Set<UUID> = []
    /// Runs of which the catalog takes nothing, since another has their slot or row.
    private var foreign: Set<UUID> = []

    private var isSettling = false
    private var isSaving = false
    private var savers: [CheckedContinuation<Void, Never>] = []

    /// - Parameters:
    ///   - open: The catalog, opened where it is not; asked before every call, so it has to remember.
    ///   - onNote: Told at once of what people should hear; must not block.
    package init(
        journal: any JournalPort, onNote: @escaping @Sendable (JournalNote) -> Void = { _ in },
        open: @escaping @Sendable () async throws(AnyFault) -> Catalog
    ) {
        self.open = open
        self.journal = journal
        self.onNote = onNote
    }

    /// Whether a call has failed and none has worked since.
    package var isCatalogDown: Bool { outage != nil }

    /// Entries that the catalog lacks.
    package var pending: Int { saved + unsaved.count }

    /// Notes that the catalog has failed somebody else, so that it is left alone from now on.
    package func noteOutage(_ fault: AnyFault) { outage = outage ?? fault }

    /// Keeps runs that a daemon claims while the catalog is down, and its marks, all or none.
    ///
    /// - Parameter fault: Why the catalog was not asked.
    package func claim(_ runs: [RunRecord], marks: [ScheduleKey: Date], because fault: AnyFault) async {
        noteOutage(fault)
        await keep(runs.map(JournalEntry.run) + marks.map { .mark($0.key, $0.value) }, fault)
    }

    /// Lets the journal go; what it keeps is told by the next process that has the catalog.
    package func close() async {
        await save()
        await journal.close()
    }

    // MARK: Keeping

    /// Writes an entry to the catalog, or keeps it.
    private func write(_ entry: JournalEntry) async -> RunStart {
        if outage == nil, pending == 0 {
            do throws(AnyFault) {
                var replay = JournalReplay(try await open(), foreign: foreign)
                let answer = try await replay.tell(entry)
                foreign.formUnion(replay.foreign)
                return start(entry, answer)
            } catch {
                outage = error
            }
        }
        if let run = entry.run, foreign.contains(run) { return .slotTaken(by: run) }
        await keep([entry], outage ?? missing ?? Self.behind)
        return .begun
    }

    /// What the writer of an entry is told; what is refused is told to people.
    private func start(_ entry: JournalEntry, _ answer: JournalReplay.Answer) -> RunStart {
        switch answer {
        case .taken: return .begun
        case .slotTaken(let other): return .slotTaken(by: other)
        case .passedOver: return .slotTaken(by: entry.run ?? Self.nobody)
        case .refused(let fault):
            onNote(.dropped(fault))
            return .slotTaken(by: entry.run ?? Self.nobody)
        }
    }

    private func keep(_ entries: [JournalEntry], _ fault: AnyFault) async {
        for entry in entries {
            if case .run(let run) = entry {
                introduced.insert(run.id)
            } else if let run = entry.run, let row = underWay[run], introduced.insert(run).inserted {
                unsaved.append(.run(row))
            }
            enqueue(entry)
        }
        if missing == nil {
            missing = fault
            onNote(.keeping(fault))
        }
        await save()
    }

    private func enqueue(_ entry: JournalEntry) {
        let isStep = if case .step = entry { true } else { false }
        if unsaved.count < (isStep ? Self.memoryMax / 2 : Self.memoryMax) {
            unsaved.append(entry)
        } else if !isLosing {
            isLosing = true
            onNote(.lost(AnyFault(JournalFault.memoryFull(entriesMax: Self.memoryMax))))
        }
    }

    /// Writes to the journal what it lacks; what one caller writes, others that came meanwhile need not.
    private func save() async {
        await takeTurn()
        defer { endTurn() }
        while !unsaved.isEmpty {
            let batch = Array(unsaved.prefix(Self.batchMax))
            do throws(AnyFault) {
                try await journal.append(batch)
            } catch {
                if atRisk == nil { onNote(.inMemoryOnly(error)) }
                atRisk = error
                return
            }
            unsaved.removeFirst(batch.count)
            saved += batch.count
        }
        atRisk = nil
        isLosing = false
    }

    private func takeTurn() async {
        while isSaving { await withCheckedContinuation { savers.append($0) } }
        isSaving = true
    }

    private func endTurn() {
        isSaving = false
        let waiting = savers
        savers = []
        for saver in waiting { saver.resume() }
    }

    private static let behind = AnyFault(
        code: "journal.behind", summary: "the catalog is still being told of what was before", remedy: "Wait a moment.",
        exitStatus: .undetermined, mayPass: true)
    private static let nobody = UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
}

// MARK: - Telling the catalog

extension JournaledBook {
    /// Tells the catalog what it lacks, in order, as far as it takes it now: what dead processes left, then our own.
    ///
    /// Without anything to tell, and without a failed call, the catalog is not asked.
    /// - Parameter lease: That of this process, with which marks are moved on; without one they stay in the journal.
    /// - Returns: Why the catalog still lacks some of it; nil when it has all.
    @discardableResult
    package func settle(lease: Lease? = nil) async -> AnyFault? {
        guard !isSettling else { return missing }
        isSettling = true
        defer { isSettling = false }
        let abandoned = await adopt()
        let fault: AnyFault?
        do throws(AnyFault) {
            try await settle(abandoned, lease)
            fault = nil
        } catch {
            fault = error
            if pending > 0 { missing = error }
        }
        for journal in abandoned { await journal.close() }
        return fault
    }

    private func settle(_ abandoned: [any JournalPort], _ lease: Lease?) async throws(AnyFault) {
        let marksWait = marksHeld > 0 && lease != nil
        guard outage != nil || pending > 0 || !abandoned.isEmpty || marksWait else { return }
        let catalog = try await reached(nothingToTell: pending == 0 && abandoned.isEmpty && !marksWait)
        var count = 0
        for journal in abandoned { count += try await replay(journal, into: catalog, lease) }
        if marksWait {
            saved += marksHeld
            marksHeld = 0
        }
        // Whatever is written meanwhile waits behind; at the end of a round without any, the catalog has all.
        while pending > 0 {
            count += saved > 0 ? try await tellSaved(catalog, lease) : try await tellUnsaved(catalog, lease)
        }
        outage = nil
        missing = nil
        introduced = []
        if count > 0 { onNote(.replayed(count)) }
    }

    /// The catalog; a call that would not be noticed to fail by what is told is made for the purpose.
    private func reached(nothingToTell: Bool) async throws(AnyFault) -> Catalog {
        do throws(AnyFault) {
            let catalog = try await open()
            if nothingToTell { _ = try await catalog.book.runs(RunQuery(unfinishedOnly: true), limit: 1) }
            return catalog
        } catch {
            outage = error
            throw error
        }
    }

    private func adopt() async -> [any JournalPort] {
        do throws(AnyFault) {
            return try await journal.adopt()
        } catch {
            onNote(.damaged(error))
            return []
        }
    }

    /// Tells what a dead process left.
    private func replay(_ journal: any JournalPort, into catalog: Catalog, _ lease: Lease?)
        async throws(AnyFault) -> Int
    {
        let entries: [JournalEntry]
        do throws(AnyFault) {
            entries = try await read(journal)
        } catch {
            // It stays where it is, and is not in the way of what can be read.
            onNote(.damaged(error))
            return 0
        }
        let result = await tell(entries, catalog, lease)
        if !result.marks.isEmpty {
            // They go over to our own journal, and wait there for a lease.
            unsaved += result.marks
            await save()
            guard atRisk == nil else { return 0 }
        }
        try await forget(result.count, of: journal)
        if let fault = result.fault { throw fault }
        return result.count
    }

    /// Tells what is in our own journal.
    private func tellSaved(_ catalog: Catalog, _ lease: Lease?) async throws(AnyFault) -> Int {
        let expected = saved
        let entries = Array(try await read(journal).dropFirst(told))
        let result = await tell(entries, catalog, lease)
        // Damaged records are kept aside, and do not come any more.
        saved -= min(saved, result.fault == nil ? max(expected, result.count) : result.count)
        told += result.count
        if !result.marks.isEmpty { await hold(result.marks) }
        if told > 0 {
            do throws(AnyFault) {
                try await journal.drop(first: told)
                told = 0
            } catch {
                // They are told twice if this process dies now, which changes nothing.
                onNote(.damaged(error))
            }
        }
        if let fault = result.fault { throw fault }
        return result.count
    }
}
