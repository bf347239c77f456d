import ArchiveFormat
import Cron
import Faults
import FoundationEssentials
import Jobs
import Measures
import Policy

/// Does the steps of a verification job: sets of some age are read from the disk again and compared with their
/// manifests.
actor VerifySteps: SeriesSteps {
    /// What is done with each set.
    static let steps: [StepName] = [.verify]
    static let words = SeriesMachine.Words(
        good: "sound", broken: "damaged", undecided: "not read", undecidedOutcome: .couldNotVerify,
        emptyOutcome: .succeeded)

    private let spec: VerifySpec
    private let targets: [Target]
    private let stores: [any BackupStore]
    private let archives: any ArchivePort
    private let ambient: Ambient
    private let observer: any RunObserver
    private var sets: [StoredSet] = []

    init(
        _ context: RunContext, _ spec: VerifySpec, targets: [Target], stores: [any BackupStore],
        archives: any ArchivePort, observer: any RunObserver
    ) {
        self.spec = spec
        self.targets = targets
        self.stores = stores
        self.archives = archives
        ambient = context.ambient
        self.observer = observer
    }

    func choose() async throws(AnyFault) -> SeriesChoice {
        var candidates: [StoredSet] = []
        for store in stores { candidates += try await store.sets().sets.filter(scope.contains) }
        let now = ambient.wallTime()
        let old = candidates.filter {
            now.timeIntervalSince($0.manifest.verification.at) >= spec.minAge / .seconds(1)
        }
        let rule = SetChoice.Rule(spec.backup)
        let among = if case .id = rule { candidates } else { old }
        // A damaged one is looked at again by its id only: nothing would ever take it from the head of the turn.
        let picked = SetChoice.choose(
            rule, among: among.map(SetChoice.Candidate.init(verified:)), chance: ambient.jitter(), now: now)
        sets = picked.compactMap { pick in among.first { $0.manifest.id == pick.id } }
        if sets.isEmpty { try checkEmptiness(rule, candidates) }
        return SeriesChoice(
            items: sets.map { BackupItem(target: $0.manifest.target, database: $0.manifest.database.name) },
            detail: "\(spec.backup): \(sets.count) of \(candidates.count) sets"
                + (sets.isEmpty ? "; the others are too young" : ""))
    }

    /// Nothing to do is well only where sets are there that are too young.
    private func checkEmptiness(_ rule: SetChoice.Rule, _ candidates: [StoredSet]) throws(AnyFault) {
        let names = stores.map(\.name).sorted().joined(separator: ", ")
        if case .id(let prefix) = rule {
            let matching = candidates.count {
                $0.manifest.id.uuidString.lowercased().hasPrefix(prefix.lowercased())
            }
            if matching > 1 { throw RestoreFault.ambiguousBackup(prefix).plain }
            throw RestoreFault.noBackup(of: "the id '\(prefix)' in \(names)").plain
        }
        guard !candidates.isEmpty else {
            throw RestoreFault.noBackup(of: "the targets of this job in \(names)").plain
        }
        if let damaged = candidates.first(where: { $0.damaged != nil }),
            candidates.allSatisfy({ $0.damaged != nil })
        {
            throw RestoreFault.setDamaged(
                item: "\(damaged.manifest.target)/\(damaged.manifest.database.name)",
                finding: damaged.damaged ?? ""
            ).plain
        }
    }

    func perform(_ step: StepName, _ item: Int) async -> SeriesReport {
        guard sets.indices.contains(item) else {
            return .failed(RestoreFault.noBackup(of: "the choice").plain)
        }
        let set = sets[item]
        let subject = BackupItem(target: set.manifest.target, database: set.manifest.database.name)
        let report = await archives.verify(
            set, of: subject, level: level, ambient: ambient, observer: observer)
        if Task.isCancelled { return .failed(RunScribe.interrupted) }
        let finding = report.firstFinding
        let name = "\(subject) of \(InstantFormat.utc(set.manifest.started))"
        do throws(AnyFault) {
            guard let store = stores.first(where: { $0.name == set.store }) else {
                throw EngineFault.storeUnknown(set.store).plain
            }
            switch report.verdict {
            case .damaged:
                return SeriesReport(.broken("\(name): \(finding)"), detail: await mark(set, finding, store))
            case .cannotTell: throw RestoreFault.setUndecided(item: name, finding: finding).plain
            case .sound:
                if set.damaged != nil { try await store.mark(set, damaged: nil) }
                _ = try await store.noteVerified(set, level: level, at: ambient.wallTime())
                return SeriesReport(.done, detail: name, bytes: ByteCount(set.manifest.size))
            }
        } catch {
            return .failed(error)
        }
    }

    func tidy(_ item: Int) async {}

    /// Marks a set, so that retention counts on it no longer; it is damaged even where the store takes no mark.
    ///
    /// - Returns: The finding, and why it could not be marked.
    private func mark(_ set: StoredSet, _ finding: String, _ store: any BackupStore) async -> String {
        do throws(AnyFault) {
            try await store.mark(set, damaged: finding)
            return finding
        } catch {
            return "\(finding); it could not be marked: \(error.summary)"
        }
    }

    private var level: Manifest.Verification.Level {
        switch spec.level {
        case .decode: .decode
        case .hash: .hash
        }
    }

    private var scope: SetScope {
        SetScope(targets: targets, databases: spec.databases, excludeDatabases: spec.excludeDatabases)
    }
}
