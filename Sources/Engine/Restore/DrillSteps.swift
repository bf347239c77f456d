import ArchiveFormat
import Cron
import Faults
import FoundationEssentials
import Jobs
import Measures
import Policy

/// Does the steps of a drill: a backup set is restored into a server of its own, compared with its archive, and all of
/// it removed again.
actor DrillSteps: SeriesSteps {
    /// What is done with each set.
    static let steps: [StepName] = [
        .checkSet, .server, .globals, .create, .restore, .analyze, .prove, .report,
    ]
    static let words = SeriesMachine.Words(
        good: "proven", broken: "broken", undecided: "not verified", undecidedOutcome: .couldNotVerify)
    /// Databases of drills on a target's server begin so.
    static let databasePrefix = "pgvigil_drill_"
    /// No process makes more drills in one run.
    private static let drillsMax = 1_000

    let run: RunRecord
    let spec: DrillSpec
    let job: Job
    /// Those whose backups are drilled.
    let targets: [Target]
    /// All that there are; one of them may be where drills are done.
    private let servers: [Target]
    let book: JournaledBook
    let store: any BackupStore
    let ports: RestorePorts
    private let chance: Double
    private let attemptsMade: Int
    var works: [DrillWork] = []

    init(
        _ context: RunContext, _ spec: DrillSpec, targets: [Target], servers: [Target],
        store: any BackupStore, ports: RestorePorts
    ) {
        self.servers = servers
        run = context.run
        job = context.job
        self.spec = spec
        self.targets = targets
        book = context.scribe.book
        self.store = store
        self.ports = ports
        chance = context.ambient.jitter()
        attemptsMade = context.attemptsMade
    }

    func choose() async throws(AnyFault) -> SeriesChoice {
        _ = await ports.server.sweep()
        try await sweepTarget()
        let sets = try await store.sets().sets.filter(scope.contains)
        let now = ports.ambient.wallTime()
        let looks = await lastLooks()
        let candidates = sets.map { SetChoice.Candidate(drilled: $0, recorded: looks[$0.manifest.id]) }
        let picked = SetChoice.choose(
            SetChoice.Rule(spec.backup), among: candidates, chance: chance, now: now)
        let chosen = picked.compactMap { pick in sets.first { $0.manifest.id == pick.id } }
        guard !chosen.isEmpty else { throw RestoreFault.noBackup(of: subject).plain }
        let earlier = await drillsMade()
        works = chosen.enumerated().map { DrillWork(set: $1, ordinal: earlier + $0 + 1, started: now) }
        let names = works.map { "\($0.item) of \(InstantFormat.utc($0.set.manifest.started))" }
        return SeriesChoice(
            items: works.map(\.item),
            detail: "\(spec.backup): \(names.prefix(3).joined(separator: ", "))"
                + (names.count > 3 ? " and \(names.count - 3) more" : ""))
    }

    func perform(_ step: StepName, _ item: Int) async -> SeriesReport {
        guard works.indices.contains(item) else { return .failed(RestoreFault.noBackup(of: subject).plain) }
        let began = ports.ambient.uptime()
        if step == Self.steps.first, works[item].isRecorded {
            // Another attempt is another drill, with a record of its own.
            works[item] = DrillWork(
                set: works[item].set, ordinal: (works.map(\.ordinal).max() ?? 0) + 1,
                started: ports.ambient.wallTime())
        }
        do throws(AnyFault) {
            let report = try await perform(step, at: item)
            let took = ports.ambient.uptime() - began
            works[item].phases.append(
                DrillReport.Phase(name: step.rawValue, seconds: took / .seconds(1)))
            return report
        } catch {
            if Task.isCancelled { return .failed(RunScribe.interrupted) }
            return await fail(step, item, error)
        }
    }

    func tidy(_ item: Int) async {
        guard works.indices.contains(item) else { return }
        let work = works[item]
        if let server = work.server {
            if work.madeDatabase, case .target = spec.location, let restoration = work.restoration {
                let drop = "DROP DATABASE IF EXISTS \(Identifier.quoted(restoration.database))"
                // What cannot be dropped now is dropped by the next drill there.
                _ = try? await server.perform([drop], in: maintenanceDatabase)
            }
            await server.stop()
        }
        await work.scratch?.discard()
        works[item].server = nil
        works[item].scratch = nil
        works[item].restoration = nil
    }

    /// Where databases are made and dropped from; in a throwaway cluster one that no backup is of.
    var maintenanceDatabase: String { isThrowaway ? "template1" : "postgres" }

    private func perform(_ step: StepName, at item: Int) async throws(AnyFault) -> SeriesReport {
        switch step {
        case .checkSet: return try await checkSet(item)
        case .server: return try await startServer(item)
        case .globals: return try await replayGlobals(item)
        case .create: return try await create(item)
        case .restore: return try await restore(item)
        case .analyze: return try await analyze(item)
        case .prove: return try await prove(item)
        case .report: return await report(item)
        case .before, .preflight, .dump, .publishCheck, .publish, .record, .prune, .choose, .swap, .verify,
            .look, .maintain, .statement, .command, .onFailure, .after:
            throw EngineFault.surprise(
                item: "\(works[item].item)", summary: "\(step.rawValue) is no step of it"
            )
            .plain
        }
    }

    /// Writes down that a step could not be done, or that it showed the set to be damaged.
    private func fail(_ step: StepName, _ item: Int, _ fault: AnyFault) async -> SeriesReport {
        let subject = "\(works[item].item)"
        let isDamage = fault.code == RestoreFault.setDamaged(item: "", finding: "").code
        works[item].failedCheck = Self.check(of: step)
        works[item].lines.append(
            isDamage
                ? DrillLine(.manifest, subject, found: fault.summary, state: .broken)
                : .unknown(Self.check(of: step), subject, fault.summary))
        let report = await record(item)
        // What was found broken before stays so, and is not tried again.
        return report.verdict == .broken
            ? SeriesReport(.broken("\(subject): \(report.summary)")) : .failed(fault)
    }

    /// How many drills of this run earlier processes have recorded.
    private func drillsMade() async -> Int {
        guard attemptsMade > 0 else { return 0 }
        // Without the catalog: more than they can have made, since a record that is there already would stay.
        guard let made = try? await book.drills(DrillQuery(run: run.id), limit: Self.drillsMax) else {
            return attemptsMade * Self.drillsMax
        }
        return made.map(\.ordinal).max() ?? 0
    }

    /// The check that a step belongs to.
    private static func check(of step: StepName) -> DrillLine.Check {
        switch step {
        case .checkSet: .manifest
        case .globals: .globals
        case .server, .create: .database
        case .restore, .analyze: .restore
        case .before, .preflight, .dump, .publishCheck, .publish, .record, .prune, .choose, .prove, .report,
            .swap, .verify, .look, .maintain, .statement, .command, .onFailure, .after:
            .rows
        }
    }

    private var scope: SetScope {
        SetScope(targets: targets, databases: spec.databases, excludeDatabases: spec.excludeDatabases)
    }

    private var subject: String {
        let names = targets.map(\.name).joined(separator: ", ")
        return "\(names.isEmpty ? "no target" : names) in store '\(store.name)'"
    }

    /// When each set was drilled last, by the record: one that could not be verified has had its turn as well.
    private func lastLooks() async -> [UUID: Date] {
        // Without the record the manifests alone tell.
        let drills = (try? await book.drills(DrillQuery(), limit: Self.looksMax)) ?? []
        return Dictionary(drills.map { ($0.backup, $0.endedAt) }) { max($0, $1) }
    }

    /// Drills of the past that are looked at for whose turn it is.
    private static let looksMax = 2_000

    /// Drops what drills of this catalog that are over have left on the server that they were done on.
    private func sweepTarget() async throws(AnyFault) {
        guard case .target = spec.location else { return }
        let server = try await ports.server.server(of: destination())
        let leftovers = RestoreLeftovers(
            server: server, facts: try await server.facts(), book: book,
            maintenanceDatabase: maintenanceDatabase)
        _ = await leftovers.sweep(Self.runPrefix)
    }

    /// The target that drills are done on.
    func destination() throws(AnyFault) -> Target {
        guard case .target(let name) = spec.location else {
            throw EngineFault.targetUnknown(spec.location.description).plain
        }
        guard let target = servers.first(where: { $0.name == name }) else {
            throw EngineFault.targetUnknown(name).plain
        }
        return target
    }

    /// What the names of a run's databases begin with.
    static func prefix(of run: UUID) -> String {
        databasePrefix + run.uuidString.lowercased().prefix(digits)
    }

    private static let digits = 8

    /// How the run's id begins that made this database to drill in; nil for any other name.
    static func runPrefix(of name: String) -> String? {
        guard name.hasPrefix(databasePrefix) else { return nil }
        let parts = name.dropFirst(databasePrefix.count).split(
            separator: "_", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].utf8.count == digits, Int(parts[1]) != nil,
            parts[0].utf8.allSatisfy({ "0123456789abcdef".utf8.contains($0) })
        else { return nil }
        return String(parts[0])
    }
}
