package import Faults
package import FoundationEssentials
package import Jobs

/// Does runs, and keeps hold of those that are under way.
package actor Supervisor: RunExecutor {
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
        package var book: JournaledBook
        package var server: any ServerPort
        package var tools: any ToolPort
        package var stores: [String: any BackupStore]
        package var verifier: any VerifierPort
        package var liveness: any LivenessPort
        package var ambient: Ambient
        package var zoneOffset: @Sendable (Date) -> Int

        package init(
            book: JournaledBook, server: any ServerPort, tools: any ToolPort,
            stores: [String: any BackupStore],
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

    /// What a run of a kind needs: its work, and the store that it writes to.
    struct Work: Sendable {
        var work: any RunWork
        var store: (any BackupStore)?
    }

    private let settings: Settings
    private let ports: Ports
    private let observer: any RunObserver
    private var underWay: [UUID: RunCarrier] = [:]
    private var stopping: StopReason?

    package init(settings: Settings, ports: Ports, observer: any RunObserver) {
        self.settings = settings
        self.ports = ports
        self.observer = observer
    }

    package func perform(_ run: RunRecord, job: Job, attemptsMade: Int) async -> RunRecord {
        switch await carry(run, job, attemptsMade: attemptsMade).ending {
        case .ended(let record): return record
        case .slotTaken:
            // Its row is gone, and another has its slot: nothing was done.
            var record = run
            record.state = .ended(.skipped)
            record.summary = "another run has its slot"
            record.endedAt = ports.ambient.wallTime()
            return record
        }
    }

    package func stop(_ run: UUID, _ reason: StopReason) async { await underWay[run]?.stop(reason) }

    /// Runs a job to its end.
    ///
    /// - Throws: A fault that keeps it from being begun, such as an unknown store. What happens once its row is
    ///   written ends that row.
    package func launch(_ job: Job, trigger: Trigger) async throws(AnyFault) -> Launch {
        _ = try part(job)
        let run = RunRecord(
            id: ports.ambient.makeID(), job: job.name, kind: job.kind, trigger: trigger,
            owner: ports.ambient.owner, startedAt: ports.ambient.wallTime())
        let (ending, missing) = await carry(run, job, attemptsMade: 0)
        switch ending {
        case .slotTaken: return .slotTaken
        case .ended(let record) where record.state == .ended(.skipped): return .skipped(record)
        case .ended(let record): return .ended(record, notRecorded: missing)
        }
    }

    /// Writes the row of a slot that does not run.
    ///
    /// - Throws: Why neither the catalog nor the journal took it; it is in memory then.
    package func record(_ outcome: Outcome, _ job: Job, trigger: Trigger, reason: String)
        async throws(AnyFault)
    {
        let now = ports.ambient.wallTime()
        let record = RunRecord(
            id: ports.ambient.makeID(), job: job.name, kind: job.kind, trigger: trigger,
            owner: ports.ambient.owner,
            state: .ended(outcome), summary: reason, startedAt: now, endedAt: now)
        let start = await ports.book.begin(record)
        if start == .begun { observer.observe(.ended(record)) }
        await ports.book.settle()
        if let atRisk = await ports.book.atRisk { throw atRisk }
    }

    /// Stops every run that is under way; each ends by itself soon after.
    package func stopAll(_ reason: StopReason) async {
        stopping = reason
        for run in underWay.values { await run.stop(reason) }
    }

    private func carry(_ run: RunRecord, _ job: Job, attemptsMade: Int) async -> (
        ending: RunCarrier.Ending, notRecorded: AnyFault?
    ) {
        let carrier = RunCarrier(run, job, attemptsMade: attemptsMade, ports: ports, observer: observer) {
            [self] record, scribe throws(AnyFault) in
            try work(record, job, attemptsMade: attemptsMade, scribe)
        }
        underWay[run.id] = carrier
        if let stopping { await carrier.stop(stopping) }
        let ending = await carrier.perform()
        underWay[run.id] = nil
        return (ending, await ports.book.atRisk)
    }

    /// What a job needs that its configuration names: the store, and targets of which there is at least one.
    private nonisolated func part(_ job: Job) throws(AnyFault) -> (
        store: (any BackupStore)?, targets: [Target]
    ) {
        guard case .backup(let spec) = job.work else { return (nil, []) }
        guard let store = ports.stores[spec.store] else { throw EngineFault.storeUnknown(spec.store).plain }
        let targets = settings.targets.filter { target in
            job.targets?.contains { Glob.matches($0, target.name) } ?? true
        }
        guard !targets.isEmpty else {
            throw EngineFault.targetUnknown(job.targets?.joined(separator: ", ") ?? "*").plain
        }
        return (store, targets)
    }

    private nonisolated func work(
        _ run: RunRecord, _ job: Job, attemptsMade: Int, _ scribe: RunScribe
    ) throws(AnyFault) -> Work {
        let (store, targets) = try part(job)
        switch (job.work, store) {
        case (.backup(let spec), let store?):
            let backup = BackupPorts(
                book: ports.book, server: ports.server, tools: ports.tools, store: store,
                verifier: ports.verifier, ambient: ports.ambient, observer: observer,
                zoneOffset: ports.zoneOffset)
            return Work(
                work: BackupRun(
                    run, job, spec, targets: targets, limits: settings.limits, attemptsMade: attemptsMade,
                    scribe: scribe, ports: backup), store: store)
        case (.command(let spec), _):
            return Work(
                work: CommandRun(
                    run, job, spec, attemptsMade: attemptsMade, scribe: scribe, tools: ports.tools,
                    ambient: ports.ambient))
        case (.backup(let spec), nil): throw EngineFault.storeUnknown(spec.store).plain
        }
    }
}
