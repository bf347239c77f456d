import Faults
import FoundationEssentials
import Jobs
import Measures
import Policy

/// What maintenance needs of the outside.
struct MaintainPorts: Sendable {
    var server: any ServerPort
    var maintenance: any MaintenancePort
    var observer: any RunObserver
    /// All schedules, for the backups among them.
    var schedules: [Schedule]
}

/// The effects of a run of maintenance: which databases, what each needs, and doing it; one of them at a time.
actor MaintainSteps: SeriesSteps {
    /// The steps for each database, in their order.
    static let steps: [StepName] = [.look, .maintain]
    static let words = SeriesMachine.Words(
        good: "looked after", broken: "with failures", undecided: "not looked at",
        undecidedOutcome: .couldNotVerify)

    private let context: RunContext
    private let spec: MaintainSpec
    private let targets: [Target]
    private let ports: MaintainPorts
    private var items: [BackupItem] = []
    /// Why nothing can be done for some of them.
    private var faults: [BackupItem: AnyFault] = [:]
    private var looks: [Int: MaintenanceLook] = [:]
    private var watches: [String: MaintainWatch] = [:]
    private var ordinal = 0
    private var attempt = 0
    private(set) var tally = MaintainTally()

    init(_ context: RunContext, _ spec: MaintainSpec, targets: [Target], ports: MaintainPorts) {
        self.context = context
        self.spec = spec
        self.targets = targets
        self.ports = ports
    }

    func choose() async throws(AnyFault) -> SeriesChoice {
        let chosen = try await TargetDatabases(server: ports.server, targets: targets).choose(
            databases: spec.databases, excluding: spec.excludeDatabases)
        items = chosen.items
        faults = chosen.faults
        return SeriesChoice(items: items, detail: chosen.detail)
    }

    func perform(_ step: StepName, _ item: Int) async -> SeriesReport {
        guard items.indices.contains(item),
            let target = targets.first(where: { $0.name == items[item].target })
        else { return .failed(EngineFault.targetUnknown("\(item)").plain) }
        if let fault = faults[items[item]] { return .failed(fault) }
        return step == .look ? await look(item, target) : await maintain(item, target)
    }

    func tidy(_ item: Int) async { looks[item] = nil }

    // MARK: Looking

    private func look(_ item: Int, _ target: Target) async -> SeriesReport {
        do throws(AnyFault) {
            let look = try await MaintenanceLook.take(
                items[item], of: target, spec: spec, left: await watch(target).timeLeft()?.left,
                port: ports.maintenance, book: context.scribe.book)
            if let why = look.plan.refusal {
                let fault = MaintainFault.refused(item: "\(items[item])", why: why).plain
                return SeriesReport(.broken(fault.summary), explained: fault)
            }
            looks[item] = look
            return SeriesReport(.done, detail: look.detail)
        } catch {
            return .failed(Task.isCancelled ? RunScribe.interrupted : error)
        }
    }

    private func watch(_ target: Target) -> MaintainWatch {
        if let watch = watches[target.name] { return watch }
        let watch = MaintainWatch(context, target, schedules: ports.schedules)
        watches[target.name] = watch
        return watch
    }

    // MARK: Doing

    private func maintain(_ item: Int, _ target: Target) async -> SeriesReport {
        guard let look = looks[item] else { return .failed(RunScribe.interrupted) }
        let work = MaintainWork(
            look: look, target: target, records: await records(of: look), spec: spec, context: context,
            watch: watch(target), ports: ports)
        let records = await work.perform()
        var mine = MaintainTally()
        for record in records { mine.add(record) }
        tally.add(mine)
        tellStanding(look, records)
        if Task.isCancelled { return SeriesReport(.failed(RunScribe.interrupted), detail: mine.text) }
        guard mine.failed > 0 else { return SeriesReport(.done, detail: mine.text) }
        let fault = MaintainFault.objectsFailed(
            item: "\(look.item)", count: mine.failed, first: mine.firstFailure ?? ""
        ).plain
        return SeriesReport(.broken(fault.summary), detail: mine.text, explained: fault)
    }

    /// What is planned, as it is written down.
    private func records(of look: MaintenanceLook) async -> [MaintenanceRecord] {
        let number = await context.scribe.attempt?.number ?? 1
        if number != attempt { (attempt, ordinal) = (number, 0) }
        let now = context.ambient.wallTime()
        return look.actions.map { action in
            ordinal += 1
            return MaintenanceRecord(
                action, run: context.run.id, attempt: number, ordinal: ordinal, look.item, at: now)
        }
    }

    /// Tells which objects have waited for too many nights by now, or that none has.
    private func tellStanding(_ look: MaintenanceLook, _ records: [MaintenanceRecord]) {
        let starving = records.compactMap { record -> MaintenancePlan.Starving? in
            guard record.state == .waits || record.state == .cancelled else { return nil }
            let earlier = look.history.nightsWaited[.init(record.kind, record.object)] ?? 0
            guard earlier + 1 >= spec.limits.starvingAfter else { return nil }
            return .init(
                kind: record.kind, object: record.object, nights: earlier + 1, reason: record.detail)
        }
        ports.observer.observe(
            .maintenanceStanding(
                MaintenanceStanding(item: look.item, job: context.job.name, starving: starving)))
    }
}
