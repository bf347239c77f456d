package import Faults
package import FoundationEssentials
package import Jobs

/// Starts runs, keeps hold of those that are under way, and repairs what dead processes left behind.
package actor Supervisor {
    /// What became of the wish to run a job.
    package enum Launch: Sendable {
        case ended(RunRecord, notRecorded: AnyFault?)
        /// It was not run, and this row says why.
        case skipped(RunRecord)
        /// Another process has the slot.
        case slotTaken
    }

    /// Everything outside that runs work with; a store for each name.
    package struct Ports: Sendable {
        package var book: any RunBook
        package var server: any ServerPort
        package var tools: any ToolPort
        package var stores: [String: any BackupStore]
        package var verifier: any VerifierPort
        package var liveness: any LivenessPort
        package var ambient: Ambient
        package var zoneOffset: @Sendable (Date) -> Int

        package init(
            book: any RunBook, server: any ServerPort, tools: any ToolPort, stores: [String: any BackupStore],
            verifier: any VerifierPort, liveness: any LivenessPort, ambient: Ambient,
            zoneOffset: @escaping @Sendable (Date) -> Int
        ) {
            self.book = book
            self.server = server
            self.tools = tools
            self.stores = stores
            self.verifier = verifier
            self.liveness = liveness
            self.ambient = ambient
            self.zoneOffset = zoneOffset
        }
    }

    /// Ended runs, and slots that did not run, that the catalog lacks are kept up to this number, the latest.
    private static let owingMax = 1000

    private let settings: Settings
    private let ports: Ports
    private let observer: any RunObserver
    private var underWay: [UUID: BackupRun] = [:]
    private var stopping: StopReason?
    /// What the catalog lacks of ended runs and of slots that did not run, in their order.
    private var owing: [OwingBook] = []

    package init(settings: Settings, ports: Ports, observer: any RunObserver) {
        self.settings = settings
        self.ports = ports
        self.observer = observer
    }

    /// Runs a job to its end.
    ///
    /// - Throws: A fault that kept it from doing anything, such as an unknown store. What happens once its row is
    ///   written ends that row as well.
    package func launch(_ job: Job, trigger: Trigger) async throws(AnyFault) -> Launch {
        let id = ports.ambient.makeID()
        let alive = try await ports.liveness.hold(run: id)
        do throws(AnyFault) {
            let launch = try await run(job, id, trigger)
            await alive.release()
            return launch
        } catch {
            await alive.release()
            throw error
        }
    }

    /// Writes the row of a slot that does not run.
    ///
    /// - Throws: Why the catalog did not take it; it is owed then, and written as soon as the catalog takes records.
    package func record(_ outcome: Outcome, _ job: Job, trigger: Trigger, reason: String)
        async throws(AnyFault)
    {
        let now = ports.ambient.wallTime()
        let record = RunRecord(
            id: ports.ambient.makeID(), job: job.name, kind: job.kind, trigger: trigger,
            owner: ports.ambient.owner,
            state: .ended(outcome), summary: reason, startedAt: now, endedAt: now)
        let book = OwingBook(ports.book) { _ in }
        let start = await book.begin(record)
        if let missing = await book.missing {
            owe(book)
            throw missing
        }
        if start == .begun { observer.observe(.ended(record)) }
        await replay()
    }

    /// Stops every run that is under way; each ends by itself soon after.
    package func stopAll(_ reason: StopReason) async {
        stopping = reason
        for run in underWay.values { await run.stop(reason) }
    }

    private func run(_ job: Job, _ id: UUID, _ trigger: Trigger) async throws(AnyFault) -> Launch {
        switch job.work {
        case .backup(let spec):
            guard let store = ports.stores[spec.store] else {
                throw EngineFault.storeUnknown(spec.store).plain
            }
            let targets = settings.targets.filter { target in
                job.targets?.contains { Glob.matches($0, target.name) } ?? true
            }
            guard !targets.isEmpty else {
                throw EngineFault.targetUnknown(job.targets?.joined(separator: ", ") ?? "*").plain
            }
            let run = BackupRun(
                id: id, job: job, spec: spec, targets: targets, limits: settings.limits, trigger: trigger,
                ports: BackupPorts(
                    book: ports.book, server: ports.server, tools: ports.tools, store: store,
                    verifier: ports.verifier, ambient: ports.ambient, observer: observer,
                    zoneOffset: ports.zoneOffset))
            underWay[id] = run
            defer { underWay[id] = nil }
            return try await carry(run, job, store, id)
        case .command:
            throw EngineFault.surprise(item: job.name, summary: "commands are not run yet").plain
        }
    }

    /// Begins a run, then asks for its job: in this order, so that of two processes that serve the same slot the one
    /// without it cannot record a skipped run in its place.
    private func carry(
        _ run: BackupRun, _ job: Job, _ store: any BackupStore, _ id: UUID
    ) async throws(AnyFault) -> Launch {
        if case .slotTaken = await run.begin() { return .slotTaken }
        if let stopping { await run.stop(stopping) }
        let answer: JobHold
        do {
            answer = try await ports.liveness.hold(job: job.name, for: id)
        } catch {
            _ = await decline(run, .failed, error.summary)
            throw error
        }
        switch answer {
        case .busy(let other):
            return .skipped(
                await decline(run, .skipped, "run \(other) of this job is still under way"))
        case .held(let hold):
            do {
                _ = try await store.open()
            } catch {
                _ = await decline(run, .failed, error.summary)
                await hold.release()
                throw error
            }
            let (record, missing) = await run.perform()
            await hold.release()
            if missing == nil { await replay() } else { owe(run.book) }
            return .ended(record, notRecorded: missing)
        }
    }

    /// Ends a run that does not go to work.
    private func decline(_ run: BackupRun, _ outcome: Outcome, _ reason: String) async -> RunRecord {
        let (record, missing) = await run.decline(outcome, reason)
        if missing != nil { owe(run.book) }
        return record
    }

    private func owe(_ book: OwingBook) { owing = (owing + [book]).suffix(Self.owingMax) }

    /// Writes what the catalog did not take of earlier runs, now that it takes records again.
    private func replay() async {
        // Taken out first, so that nobody else writes the same meanwhile.
        let books = owing
        owing = []
        for (index, book) in books.enumerated() where await book.settle() != nil {
            owing = (books[index...] + owing).suffix(Self.owingMax)
            return
        }
    }
}
