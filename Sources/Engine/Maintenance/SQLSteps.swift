import Faults
import FoundationEssentials
import Jobs
import Measures

/// The effects of a job of kind `sql`: each statement in each database, one after the other, each a step of its own.
actor SQLSteps: SeriesSteps {
    static let steps: [StepName] = [.statement]
    static let words = SeriesMachine.Words(
        good: "statements done", broken: "failed", undecided: "not done", undecidedOutcome: .failed)

    private let context: RunContext
    private let spec: SQLSpec
    private let targets: [Target]
    private let server: any ServerPort
    private let maintenance: any MaintenancePort
    /// A statement in a database, by its place in the run.
    private var calls: [(item: BackupItem, number: Int)] = []
    /// Why nothing can be done for some of them.
    private var faults: [BackupItem: AnyFault] = [:]
    /// Databases in which a statement failed, which one, and whether that may pass.
    private var failed: [BackupItem: (number: Int, mayPass: Bool)] = [:]

    init(
        _ context: RunContext, _ spec: SQLSpec, targets: [Target], server: any ServerPort,
        maintenance: any MaintenancePort
    ) {
        self.context = context
        self.spec = spec
        self.targets = targets
        self.server = server
        self.maintenance = maintenance
    }

    func choose() async throws(AnyFault) -> SeriesChoice {
        let chosen = try await TargetDatabases(server: server, targets: targets).choose(
            databases: spec.databases, excluding: spec.excludeDatabases)
        faults = chosen.faults
        calls = chosen.items.flatMap { item in spec.statements.indices.map { (item, $0) } }
        let count = spec.statements.count
        return SeriesChoice(
            items: calls.map(\.item),
            detail: "\(count) \(count == 1 ? "statement" : "statements") in \(chosen.detail)")
    }

    func perform(_ step: StepName, _ item: Int) async -> SeriesReport {
        guard calls.indices.contains(item) else { return .failed(RunScribe.interrupted) }
        let call = calls[item]
        guard let target = targets.first(where: { $0.name == call.item.target }) else {
            return .failed(EngineFault.targetUnknown(call.item.target).plain)
        }
        if let fault = faults[call.item] { return .failed(fault) }
        if let earlier = failed[call.item], earlier.number < call.number, !spec.keepsGoing {
            return .failed(
                MaintainFault.notReached(
                    item: "\(call.item)", number: call.number + 1, mayPass: earlier.mayPass
                ).plain)
        }
        let report = await send(spec.statements[call.number], call, target)
        failed[call.item] = report.fault.map { (call.number, $0.mayPass) }
        return report
    }

    func tidy(_ item: Int) async {}

    /// Sends a statement, and again as long as it is to be repeated.
    private func send(
        _ statement: SQLSpec.Statement, _ call: (item: BackupItem, number: Int), _ target: Target
    )
        async -> SeriesReport
    {
        let sent = UserStatement(
            sql: statement.sql, timeout: statement.timeout, lockTimeout: statement.lockTimeout)
        var total = StatementTotal()
        do throws(AnyFault) {
            while true {
                let effect = try await maintenance.perform(
                    sent, on: target, database: call.item.database, gently: Gentleness())
                total.add(effect)
                guard let repetition = statement.repetition, (effect.rows ?? 0) > 0 else { break }
                guard total.times < repetition.timesMax else {
                    total.isCut = true
                    break
                }
                await context.ambient.sleep(repetition.pause)
                if Task.isCancelled { return .init(.failed(RunScribe.interrupted), detail: total.text) }
            }
            return SeriesReport(.done, detail: "\(call.number + 1): \(context.scribe.clean(total.text))")
        } catch {
            if Task.isCancelled { return .init(.failed(RunScribe.interrupted), detail: total.text) }
            let fault = MaintainFault.statementFailed(
                item: "\(call.item)", number: call.number + 1, summary: error.summary, code: error.code,
                mayPass: error.mayPass
            ).plain
            return SeriesReport(
                .failed(fault), detail: total.times > 0 ? "\(fault.summary), after \(total.text)" : "")
        }
    }
}

/// What a statement came to over all its times.
private struct StatementTotal {
    var times = 0
    /// Whether there was more to do when it had been sent as often as it may.
    var isCut = false
    private var rows: Int64 = 0
    private var last = ""
    private var warnings: [String] = []

    mutating func add(_ effect: StatementEffect) {
        times += 1
        rows += effect.rows ?? 0
        last = effect.tag
        for warning in effect.warnings where !warnings.contains(warning) { warnings.append(warning) }
    }

    /// `CREATE INDEX`; `DELETE, 1,500 rows in 4 times`.
    var text: String {
        let verb = last.split(separator: " ").first.map(String.init) ?? last
        let done = times == 1 ? last : "\(verb), \(Decimals.grouped(rows)) rows in \(times) times"
        let more = isCut ? "; there is more to do, which is left for the next run" : ""
        let warned = warnings.first.map { "; the server warns: \($0)" } ?? ""
        return done + more + warned
    }
}
