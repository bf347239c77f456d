import Faults
package import FoundationEssentials
package import Jobs

/// Does runs, and keeps hold of those that are under way.
package actor Supervisor: RunExecutor {
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

    package init(settings: Settings, ports: Ports, observer: any RunObserver) {
        self.settings = settings
        self.ports = ports
        self.observer = observer
    }

    package func perform(_ run: RunRecord, job: Job, attemptsMade: Int) async -> RunRecord {
        let carrier = RunCarrier(run, job, attemptsMade: attemptsMade, ports: ports, observer: observer) {
            [self] record, scribe throws(AnyFault) in
            try work(record, job, attemptsMade: attemptsMade, scribe)
        }
        underWay[run.id] = carrier
        defer { underWay[run.id] = nil }
        switch await carrier.perform() {
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
