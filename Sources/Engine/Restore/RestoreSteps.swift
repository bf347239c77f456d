import ArchiveFormat
import Cron
import Faults
import FoundationEssentials
import Jobs
import Measures

/// Does the steps of a restore: a backup set is restored beside what is there, and gets its place only when it is whole.
actor RestoreSteps: SeriesSteps {
    /// What is done with the set.
    static let steps: [StepName] = [
        .checkSet, .server, .globals, .create, .restore, .analyze, .prove, .swap,
    ]
    static let words = SeriesMachine.Words(
        good: "restored", broken: "broken", undecided: "not restored", undecidedOutcome: .failed)

    let run: RunRecord
    let spec: RestoreSpec
    let targets: [Target]
    let book: JournaledBook
    let stores: [any BackupStore]
    let ports: RestorePorts
    var works: [RestoreWork] = []

    /// - Parameters:
    ///   - targets: All of the configuration.
    ///   - stores: Those that backups are looked for in.
    init(
        _ context: RunContext, _ spec: RestoreSpec, targets: [Target], stores: [any BackupStore],
        ports: RestorePorts
    ) {
        run = context.run
        self.spec = spec
        self.targets = targets
        book = context.scribe.book
        self.stores = stores.sorted { $0.name < $1.name }
        self.ports = ports
    }

    func choose() async throws(AnyFault) -> SeriesChoice {
        guard let reference = RestoreReference(spec.backup) else {
            throw RestoreFault.noBackup(of: spec.backup).plain
        }
        let choice: RestoreReference.Choice
        if case .path(let path) = reference {
            let set = try await ports.archives.set(at: path)
            choice = RestoreReference.Choice(set: try await known(set) ?? set, passedOver: [])
        } else {
            var sets: [StoredSet] = []
            for store in stores { sets += try await store.sets().sets }
            choice = try reference.choose(among: sets, at: spec.at)
        }
        let (set, name) = (choice.set, spec.destination.database)
        works = [
            RestoreWork(
                set: set, item: BackupItem(target: spec.destination.target, database: name),
                database: spec.dataOnly ? name : SideDatabase.name(of: name, .restoring, run: run.id))
        ]
        let manifest = set.manifest
        let passed =
            choice.passedOver.isEmpty ? "" : "; passed over: \(choice.passedOver.joined(separator: ", "))"
        return SeriesChoice(
            items: works.map(\.item),
            detail: "\(set.shortID), \(manifest.target)/\(manifest.database.name) of "
                + "\(InstantFormat.utc(manifest.started)), into \(spec.destination)\(passed)")
    }

    func perform(_ step: StepName, _ item: Int) async -> SeriesReport {
        guard works.indices.contains(item) else {
            return .failed(RestoreFault.noBackup(of: spec.backup).plain)
        }
        do throws(AnyFault) {
            return try await perform(step, at: item)
        } catch {
            return .failed(Task.isCancelled ? RunScribe.interrupted : error)
        }
    }

    func tidy(_ item: Int) async {
        guard works.indices.contains(item) else { return }
        let work = works[item]
        if let server = work.server, work.madeDatabase {
            let drop = RestoreLeftovers.drop(work.database, major: work.facts?.major ?? 0)
            // It is not there any more if it has got its place; what cannot be dropped now the next restore drops.
            _ = try? await server.perform([drop], in: maintenanceDatabase)
        }
        await work.server?.stop()
        await work.scratch?.discard()
        works[item] = RestoreWork(set: work.set, item: work.item, database: work.database)
    }

    /// Where databases are made, renamed and dropped from: never the one that gets another name.
    var maintenanceDatabase: String { spec.destination.database == "postgres" ? "template1" : "postgres" }

    private func perform(_ step: StepName, at item: Int) async throws(AnyFault) -> SeriesReport {
        switch step {
        case .checkSet: return try await checkSet(item)
        case .server: return try await lookAtServer(item)
        case .globals: return try await replayGlobals(item)
        case .create: return try await create(item)
        case .restore: return try await restore(item)
        case .analyze: return try await analyze(item)
        case .prove: return try await compareRows(item)
        case .swap: return try await swap(item)
        case .before, .preflight, .dump, .publishCheck, .publish, .record, .prune, .choose, .report, .verify,
            .look, .maintain, .statement, .command, .onFailure, .after:
            throw lost(item, "\(step.rawValue) is no step of it")
        }
    }

    /// The set of a store that lies in this folder; nil if it lies elsewhere.
    private func known(_ set: StoredSet) async throws(AnyFault) -> StoredSet? {
        for store in stores {
            // A store that cannot be read has nothing to do with a set whose folder is named.
            guard let sets = try? await store.sets().sets else { continue }
            let found = sets.first {
                $0.manifest.id == set.manifest.id && set.directory.hasSuffix($0.path)
            }
            if let found { return found }
        }
        return nil
    }

    private func checkSet(_ index: Int) async throws(AnyFault) -> SeriesReport {
        let (set, item) = (works[index].set, works[index].item)
        // Every byte is as it was written; it was decoded then, and is decoded again by who restores it.
        let report = await ports.archives.verify(
            set, of: item, level: .hash, ambient: ports.ambient, observer: ports.observer)
        let saved = "\(set.manifest.target)/\(set.manifest.database.name)"
        let finding = report.firstFinding
        switch report.verdict {
        case .damaged:
            if let store = stores.first(where: { $0.name == set.store }) {
                // Retention must not count on it any longer; a store that takes no note keeps nobody from knowing.
                try? await store.mark(set, damaged: finding)
            }
            throw RestoreFault.setDamaged(item: saved, finding: finding).plain
        case .cannotTell: throw RestoreFault.setUndecided(item: saved, finding: finding).plain
        case .sound: break
        }
        works[index].contents = try await ports.archives.contents(of: set)
        works[index].selection = try select(index)
        return SeriesReport(
            .done, detail: "\(set.manifest.files.count) files, as in the manifest",
            bytes: ByteCount(set.manifest.size))
    }

    /// What of the archive is wanted; nil for all of it.
    private func select(_ index: Int) throws(AnyFault) -> RestoreSelection? {
        guard spec.isPartial else { return nil }
        guard let contents = works[index].contents else {
            throw RestoreFault.cannotSelect("a plain backup is a script, which is restored as a whole").plain
        }
        guard !spec.tables.isEmpty || !spec.schemas.isEmpty else { return nil }
        let selection = RestoreSelection.choose(tables: spec.tables, schemas: spec.schemas, in: contents)
        guard selection.missing.isEmpty else {
            let names = selection.missing.map { "'\($0)'" }.joined(separator: ", ")
            throw RestoreFault.cannotSelect("the backup holds no \(names)").plain
        }
        return selection
    }

    func running(_ index: Int) throws(AnyFault) -> (any RestoreServer, RestoreServerFacts) {
        guard let server = works[index].server, let facts = works[index].facts else {
            throw lost(index, "its server is gone")
        }
        return (server, facts)
    }

    func lost(_ index: Int, _ why: String) -> AnyFault {
        EngineFault.surprise(item: "\(works[index].item)", summary: why).plain
    }
}
