import Faults
package import FoundationEssentials
package import Jobs
import Policy

/// Does runs, and keeps hold of those that are under way.
package actor Supervisor: RunExecutor {
    /// Everything outside that runs work with; a store for each name.
    package struct Ports: Sendable {
        package var book: JournaledBook
        package var server: any ServerPort
        package var tools: any ToolPort
        package var stores: [String: any BackupStore]
        package var verifier: any VerifierPort
        /// Nil where pg_dump writes every archive itself.
        package var archiver: (any ArchiverPort)?
        /// Cores of this host, and its load for each; nil where it cannot be read.
        package var host: @Sendable () async -> (cores: Int, load: Double?)
        package var liveness: any LivenessPort
        /// Looked at again before another attempt; nil where runs have no guards.
        package var guards: (any GuardPort)?
        /// What drills, verifications and restores need besides.
        package var restoring: Restoring
        /// Reads what databases need, and does statements.
        package var maintaining: any MaintenancePort
        package var ambient: Ambient
        package var zoneOffset: @Sendable (Date) -> Int

        package init(
            book: JournaledBook, server: any ServerPort, tools: any ToolPort,
            stores: [String: any BackupStore],
            verifier: any VerifierPort, archiver: (any ArchiverPort)? = nil,
            host: @escaping @Sendable () async -> (cores: Int, load: Double?) = { (1, nil) },
            liveness: any LivenessPort, guards: (any GuardPort)? = nil,
            restoring: Restoring, maintaining: any MaintenancePort, ambient: Ambient,
            zoneOffset: @escaping @Sendable (Date) -> Int
        ) {
            self.book = book
            self.server = server
            self.tools = tools
            self.stores = stores
            self.verifier = verifier
            self.archiver = archiver
            self.host = host
            self.liveness = liveness
            self.guards = guards
            self.restoring = restoring
            self.maintaining = maintaining
            self.ambient = ambient
            self.zoneOffset = zoneOffset
        }
    }

    /// Servers to restore into, and what is read of sets for it.
    package struct Restoring: Sendable {
        package var servers: any RestorePort
        package var archives: any ArchivePort

        package init(servers: any RestorePort, archives: any ArchivePort) {
            self.servers = servers
            self.archives = archives
        }
    }

    /// What a run of a kind needs: its work, and the store that it writes to.
    struct Work: Sendable {
        var work: any RunWork
        var store: (any BackupStore)?
    }

    private let settings: Settings
    private let schedules: [ScheduleKey: Schedule]
    private let redactor: Redactor
    private let ports: Ports
    private let observer: any RunObserver
    private var underWay: [UUID: RunCarrier] = [:]
    private var earlyStops = EarlyStops()

    /// - Parameter schedules: Their windows and guards hold for further attempts too.
    package init(
        settings: Settings, schedules: [Schedule] = [], ports: Ports, observer: any RunObserver
    ) {
        self.settings = settings
        self.schedules = Dictionary(schedules.map { ($0.key, $0) }) { first, _ in first }
        self.ports = ports
        self.observer = observer
        redactor = Redactor(settings)
    }

    package func perform(_ run: RunRecord, job: Job, attemptsMade: Int) async -> RunRecord {
        let schedule: Schedule? =
            switch run.trigger {
            case .slot(let key, _): schedules[key]
            case .hand: nil
            }
        let carrier = RunCarrier(
            run, job, attemptsMade: attemptsMade, schedule: schedule, redactor: redactor, ports: ports,
            observer: observer
        ) { [self] record, scribe throws(AnyFault) in
            let admission = AttemptAdmission(
                run: record, job: job, schedule: schedule, targets: settings.targets, guards: ports.guards,
                book: ports.book, ambient: ports.ambient)
            return try work(
                RunContext(
                    run: record, job: job, attemptsMade: attemptsMade, scribe: scribe, ambient: ports.ambient,
                    admission: admission))
        }
        underWay[run.id] = carrier
        if let reason = earlyStops.begin(run.id) { await carrier.stop(reason) }
        defer {
            underWay[run.id] = nil
            earlyStops.end(run.id)
        }
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

    package func stop(_ run: UUID, _ reason: StopReason) async {
        guard let carrier = underWay[run] else { return earlyStops.note(run, reason) }
        await carrier.stop(reason)
    }

    /// What a run does, by its kind: a new kind is a new case here.
    private nonisolated func work(_ context: RunContext) throws(AnyFault) -> Work {
        switch context.job.work {
        case .backup(let spec): try backup(context, spec)
        case .command(let spec): Work(work: CommandRun(context, spec, tools: ports.tools))
        case .drill(let spec): try drill(context, spec)
        case .verify(let spec): try verify(context, spec)
        case .restore(let spec): try restore(context, spec)
        case .maintain(let spec): try maintain(context, spec)
        case .sql(let spec): try statements(context, spec)
        }
    }

    private nonisolated func drill(_ context: RunContext, _ spec: DrillSpec) throws(AnyFault) -> Work {
        guard let store = ports.stores[spec.store] else { throw EngineFault.storeUnknown(spec.store).plain }
        let steps = DrillSteps(
            context, spec, targets: context.job.chosen(from: settings.targets), servers: settings.targets,
            store: store, ports: restorePorts)
        return Work(
            work: SeriesRun(context, steps, machine(context, DrillSteps.steps, DrillSteps.words)),
            store: store)
    }

    private nonisolated func verify(_ context: RunContext, _ spec: VerifySpec) throws(AnyFault) -> Work {
        var stores: [any BackupStore] = []
        for name in spec.stores ?? ports.stores.keys.sorted() {
            guard let store = ports.stores[name] else { throw EngineFault.storeUnknown(name).plain }
            stores.append(store)
        }
        let steps = VerifySteps(
            context, spec, targets: context.job.chosen(from: settings.targets), stores: stores,
            archives: restorePorts.archives, observer: observer)
        return Work(work: SeriesRun(context, steps, machine(context, VerifySteps.steps, VerifySteps.words)))
    }

    private nonisolated func restore(_ context: RunContext, _ spec: RestoreSpec) throws(AnyFault) -> Work {
        let steps = RestoreSteps(
            context, spec, targets: settings.targets, stores: Array(ports.stores.values),
            ports: restorePorts)
        return Work(
            work: SeriesRun(context, steps, machine(context, RestoreSteps.steps, RestoreSteps.words)))
    }

    private nonisolated func maintain(_ context: RunContext, _ spec: MaintainSpec) throws(AnyFault) -> Work {
        let ports = MaintainPorts(
            server: ports.server, maintenance: ports.maintaining, observer: observer,
            schedules: Array(schedules.values))
        let steps = MaintainSteps(context, spec, targets: try targets(of: context.job), ports: ports)
        return Work(
            work: MaintainRun(context, steps, machine(context, MaintainSteps.steps, MaintainSteps.words)))
    }

    private nonisolated func statements(_ context: RunContext, _ spec: SQLSpec) throws(AnyFault) -> Work {
        let steps = SQLSteps(
            context, spec, targets: try targets(of: context.job), server: ports.server,
            maintenance: ports.maintaining)
        return Work(work: SeriesRun(context, steps, machine(context, SQLSteps.steps, SQLSteps.words)))
    }

    /// - Throws: Where the configuration lacks every target.
    private nonisolated func targets(of job: Job) throws(AnyFault) -> [Target] {
        let targets = job.chosen(from: settings.targets)
        guard !targets.isEmpty else {
            throw EngineFault.targetUnknown(job.targets?.joined(separator: ", ") ?? "*").plain
        }
        return targets
    }

    nonisolated func machine(
        _ context: RunContext, _ steps: [StepName], _ words: SeriesMachine.Words
    ) -> SeriesMachine {
        SeriesMachine(
            steps: steps, words: words, retry: context.job.retry, jitter: context.ambient.jitter())
    }

    nonisolated var restorePorts: RestorePorts {
        RestorePorts(
            server: ports.restoring.servers, archives: ports.restoring.archives, tools: ports.tools,
            ambient: ports.ambient, observer: observer)
    }

    /// - Throws: Where the configuration lacks the store that the job names, or every target.
    private nonisolated func backup(_ context: RunContext, _ spec: BackupSpec) throws(AnyFault) -> Work {
        guard let store = ports.stores[spec.store] else { throw EngineFault.storeUnknown(spec.store).plain }
        let targets = try targets(of: context.job)
        let backup = BackupPorts(
            book: ports.book, server: ports.server, tools: ports.tools, store: store,
            verifier: ports.verifier, archiver: ports.archiver, room: room(context),
            ambient: ports.ambient, observer: observer,
            zoneOffset: ports.zoneOffset)
        return Work(
            work: BackupRun(context, spec, targets: targets, limits: settings.limits, ports: backup),
            store: store)
    }

    /// What a run has to compress with, asked when it is needed.
    private nonisolated func room(_ context: RunContext) -> @Sendable () async -> WorkerChoice.Room {
        let window: Schedule.NamedWindow? =
            switch context.run.trigger {
            case .slot(let key, _): schedules[key]?.window
            case .hand: nil
            }
        let (host, ambient, expected) = (ports.host, ports.ambient, context.job.expected)
        return {
            let now = ambient.wallTime()
            let (cores, load) = await host()
            var end: Date?
            if let stretch = window?.stretch(at: now), case .open(let until) = stretch { end = until }
            return WorkerChoice.Room(
                cores: cores, load: load,
                loadMax: window?.window.guards.first { $0.kind == .load }?.limit,
                windowLeft: end.map { .seconds($0.timeIntervalSince(now)) }, expected: expected)
        }
    }
}
