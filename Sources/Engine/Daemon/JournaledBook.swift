package import Faults
package import FoundationEssentials

/// The record of outcomes as a process writes it: what the catalog does not take waits in the journal, and is told later.
///
/// The backup matters more than its record, so no write fails. Once a call has failed, the catalog is left alone until
/// ``settle(lease:)``, for every try may take a connection's time limit; and while anything waits, everything is written
/// behind it, so that the catalog is told in order. Reads ask the catalog, and fail as it does.
package actor JournaledBook {
    /// A catalog that is open.
    package struct Catalog: Sendable {
        package var book: any RunBook
        /// What daemons agree by, in the same catalog; nil where nobody asks for it.
        package var daemons: (any DaemonBook)?
        /// Takes drills.
        package var drills: (any DrillBook)?
        /// Takes what maintenance did.
        package var maintenance: (any MaintenanceBook)?

        /// A book that takes drills, or maintenance, as well takes those.
        package init(book: any RunBook, daemons: (any DaemonBook)? = nil) {
            self.book = book
            self.daemons = daemons
            // The real book takes them; one that takes none is a test's.
            drills = book as? any DrillBook
            maintenance = book as? any MaintenanceBook
        }
    }

    /// More entries than this are not kept in memory while the journal takes nothing, and of steps half as many.
    private static let memoryMax = 10_000
    /// Entries that are written to the journal at once.
    private static let batchMax = 500

    let open: @Sendable () async throws(AnyFault) -> Catalog
    let repair: @Sendable (any RunBook) async throws(AnyFault) -> Void
    var isRepaired = false
    let journal: any JournalPort
    let onNote: @Sendable (JournalNote) -> Void
    /// A call that failed since the last ``settle(lease:)``.
    var outage: AnyFault?
    /// Why the catalog lacks some of what this process wrote; nil while it has all.
    package internal(set) var missing: AnyFault?
    /// Why the journal lacks some of what the catalog lacks, so that a crash would lose it; nil while nothing is at risk.
    package internal(set) var atRisk: AnyFault?
    var isLosing = false

    /// Entries in our journal, of which the catalog has the first `told`.
    var inFile = 0
    var told = 0
    /// What the journal has not taken yet, in its order.
    var unsaved: [JournalEntry] = []

    /// Runs that began and have not ended: the journal gets the row of a run before anything else of it.
    var underWay: [UUID: RunRecord] = [:]
    var introduced: Set<UUID> = []
    /// Runs of which the catalog takes nothing, since another has their slot or row.
    var foreign: Set<RunClaim> = []
    /// The lease that the catalog has given this process; what is written before waits for it.
    var ours: Lease?
    /// Whether something waits for that lease.
    var isProvisional = false

    /// Who wants to know that a run is another daemon's by now.
    private var watchers: [UUID: @Sendable () async -> Void] = [:]

    var isSettling = false
    private var isSaving = false
    private var savers: [CheckedContinuation<Void, Never>] = []

    /// - Parameters:
    ///   - open: The catalog, opened where it is not; asked before every call, so it has to remember.
    ///   - onNote: Told at once of what people should hear; must not block.
    ///   - repair: Puts right what dead processes left in the catalog; done once, and whenever a journal was adopted.
    package init(
        journal: any JournalPort, onNote: @escaping @Sendable (JournalNote) -> Void = { _ in },
        repair: @escaping @Sendable (any RunBook) async throws(AnyFault) -> Void = { _ in },
        open: @escaping @Sendable () async throws(AnyFault) -> Catalog
    ) {
        self.open = open
        self.repair = repair
        self.journal = journal
        self.onNote = onNote
    }

    /// Whether a call has failed and none has worked since.
    package var isCatalogDown: Bool { outage != nil }

    /// Entries that the catalog lacks.
    package var pending: Int { inFile - told + unsaved.count }

    /// Notes that the catalog has failed somebody else, so that it is left alone from now on.
    package func noteOutage(_ fault: AnyFault) { outage = outage ?? fault }

    /// Lets the journal go; what it keeps is told by the next process that has the catalog.
    package func close() async {
        await save()
        await journal.close()
    }

    /// Tells once, and before the write returns that shows it, that a run is another daemon's by now.
    ///
    /// It may show while this process replays what waited. Nothing of such a run is written any more, but its sets.
    package func watch(_ run: UUID, onTakenOver: @escaping @Sendable () async -> Void) {
        watchers[run] = onTakenOver
    }

    // MARK: Keeping

    /// Writes an entry to the catalog, or keeps it.
    func write(_ entry: JournalEntry) async -> RunStart {
        if outage == nil, pending == 0, !entry.isProvisional || ours != nil {
            do throws(AnyFault) {
                var replay = JournalReplay(try await open(), foreign: foreign, lease: ours)
                let answer = try await replay.tell(entry)
                foreign.formUnion(replay.foreign)
                return await start(entry, answer)
            } catch {
                outage = error
            }
        }
        if let claim = entry.settled(under: ours).claim, foreign.contains(claim) { return .begun }
        if entry.isProvisional, ours == nil { isProvisional = true }
        await keep(entry, outage ?? missing ?? Self.behind)
        return .begun
    }

    private func start(_ entry: JournalEntry, _ answer: JournalReplay.Answer) async -> RunStart {
        switch answer {
        case .taken, .passedOver: return .begun
        case .slotTaken(let other): return .slotTaken(by: other)
        case .refused(let fault):
            await noteRefusal(entry, fault)
            return .begun
        }
    }

    /// Tells people, and the run itself, of what the catalog will never take.
    func noteRefusal(_ entry: JournalEntry, _ fault: AnyFault) async {
        onNote(.dropped(fault))
        guard fault.code == JournalReplay.takenOver, let run = entry.run else { return }
        await watchers.removeValue(forKey: run)?()
    }

    /// Forgets a run that has ended.
    func forget(_ run: UUID) {
        underWay[run] = nil
        watchers[run] = nil
    }

    private func keep(_ entry: JournalEntry, _ fault: AnyFault) async {
        if case .run(let run) = entry {
            introduced.insert(run.id)
        } else if let run = entry.run, let row = underWay[run], introduced.insert(run).inserted {
            unsaved.append(.run(row))
        }
        enqueue(entry)
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
            inFile += batch.count
        }
        atRisk = nil
        isLosing = false
    }

    func takeTurn() async {
        while isSaving { await withCheckedContinuation { savers.append($0) } }
        isSaving = true
    }

    func endTurn() {
        isSaving = false
        let waiting = savers
        savers = []
        for saver in waiting { saver.resume() }
    }

    static let behind = AnyFault(
        code: "journal.behind", summary: "the catalog is still being told of what was before",
        remedy: "Wait a moment.",
        exitStatus: .undetermined, mayPass: true)
}
