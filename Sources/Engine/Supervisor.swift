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

    private let settings: Settings
    private let ports: Ports
    private let observer: any RunObserver
    private var underWay: [UUID: BackupRun] = [:]
    private var stopping: StopReason?

    package init(settings: Settings, ports: Ports, observer: any RunObserver) {
        self.settings = settings
        self.ports = ports
        self.observer = observer
    }

    /// Runs a job to its end.
    ///
    /// - Throws: A fault that kept it from beginning, such as an unknown store.
    package func launch(_ job: Job, trigger: Trigger) async throws(AnyFault) -> Launch {
        let id = ports.ambient.makeID()
        let alive = try await ports.liveness.hold(run: id)
        let hold: any LivenessHold
        switch try await ports.liveness.hold(job: job.name, for: id) {
        case .held(let held): hold = held
        case .busy(let other):
            defer { Task { await alive.release() } }
            let reason = "run \(other) of this job is still under way"
            return try await skip(id, job, trigger, .skipped, reason)
        }
        defer {
            Task {
                await hold.release()
                await alive.release()
            }
        }
        return try await run(job, id, trigger)
    }

    /// Writes the row of a slot that does not run.
    package func record(_ outcome: Outcome, _ job: Job, trigger: Trigger, reason: String) async throws(AnyFault) {
        _ = try await skip(ports.ambient.makeID(), job, trigger, outcome, reason)
    }

    /// Stops every run that is under way; each ends by itself soon after.
    package func stopAll(_ reason: StopReason) async {
        stopping = reason
        for run in underWay.values { await run.stop(reason) }
    }

    private func run(_ job: Job, _ id: UUID, _ trigger: Trigger) async throws(AnyFault) -> Launch {
        switch job.work {
        case .backup(let spec):
            guard let store = ports.stores[spec.store] else { throw EngineFault.storeUnknown(spec.store).plain }
            let targets = settings.targets.filter { target in
                job.targets?.contains { Glob.matches($0, target.name) } ?? true
            }
            guard !targets.isEmpty else {
                throw EngineFault.targetUnknown(job.targets?.joined(separator: ", ") ?? "*").plain
            }
            _ = try await store.open()
            let run = BackupRun(
                id: id, job: job, spec: spec, targets: targets, limits: settings.limits, trigger: trigger,
                ports: BackupPorts(
                    book: ports.book, server: ports.server, tools: ports.tools, store: store,
                    verifier: ports.verifier, ambient: ports.ambient, observer: observer,
                    zoneOffset: ports.zoneOffset))
            underWay[id] = run
            defer { underWay[id] = nil }
            if let stopping { await run.stop(stopping) }
            guard let (record, missing) = await run.perform() else { return .slotTaken }
            return .ended(record, notRecorded: missing)
        }
    }

    private func skip(
        _ id: UUID, _ job: Job, _ trigger: Trigger, _ outcome: Outcome, _ reason: String
    ) async throws(AnyFault) -> Launch {
        let now = ports.ambient.wallTime()
        let record = RunRecord(
            id: id, job: job.name, kind: job.kind, trigger: trigger, owner: ports.ambient.owner,
            state: .ended(outcome), summary: reason, startedAt: now, endedAt: now)
        if case .slotTaken = try await ports.book.begin(record) { return .slotTaken }
        observer.observe(.ended(record))
        return .skipped(record)
    }
}
