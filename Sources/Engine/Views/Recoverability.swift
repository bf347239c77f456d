import ArchiveFormat
package import FoundationEssentials
package import Jobs
package import Policy

/// How well one database can be recovered, and whether that is what is expected of it.
package struct DatabaseStanding: Sendable, Equatable {
    package var target: String
    /// Empty for a target of which no database is known, since none was ever saved.
    package var database: String
    /// The newest set that is whole, verified, and was not found damaged since.
    package var newest: StoredSet?
    /// The newest of them that a drill has proven, as its manifest says.
    package var proven: StoredSet?
    /// How long the last measured recovery of one of its sets took.
    package var recovery: Duration?
    /// How many such sets there are.
    package var sets: Int
    package var care: Care
    /// Every objective that it has, met or not.
    package var judgements: [Judgement]

    /// Whether any job looks after it.
    package enum Care: String, Sendable, Equatable, Codable {
        /// A job saves it.
        case saved
        /// The jobs that would save it have succeeded since without it: it is no longer on its server.
        case gone
        /// No job of the configuration saves it.
        case unattended
    }

    /// One objective, as it stands.
    package struct Judgement: Sendable, Equatable {
        package var kind: ObjectiveKind
        /// Whose objective it is: `target store` or `job nightly-backup`.
        package var source: String
        /// The job, if it is a job's.
        package var job: String?
        package var allowed: Duration
        /// The age or the time; nil while there is nothing to measure.
        package var found: Duration?
        /// Why it is not met, one line; nil if it is.
        package var breach: String?
    }
}

/// Tells from the stores alone, and from what jobs are for, how each database stands.
///
/// The stores are the truth: they answer with the catalog down as well.
package enum Recoverability {
    /// One standing for each database that is known, by target and name.
    ///
    /// Known is what jobs name exactly and what was ever saved; a target with jobs and without either has one standing
    /// without a database.
    /// - Parameters:
    ///   - sets: Of all stores.
    ///   - lastSuccess: When the newest succeeded run of each job started. A job without one has never succeeded, as
    ///     far as is known, and none of its databases is taken to be gone.
    ///   - recorded: What the catalog knows to be in the stores. A set that it knows and that is not there was taken
    ///     away by hand: then its database is not gone from its server.
    package static func standings(
        targets: [Target], jobs: [Job], sets: [StoredSet], lastSuccess: [String: Date],
        recorded: [BackupRecord] = [], now: Date
    ) -> [DatabaseStanding] {
        targets.sorted { $0.name < $1.name }.flatMap { target in
            let own = sets.filter { $0.manifest.target == target.name }
            let concerned = jobs.compactMap {
                Patron(
                    job: $0, target: target, sets: own, recorded: recorded, lastSuccess: lastSuccess[$0.name])
            }
            let names = Set(own.map(\.manifest.database.name)).union(concerned.flatMap(\.exactNames)).sorted()
            if names.isEmpty { return [standing("", target, concerned, [], now)] }
            return names.map { name in
                standing(name, target, concerned, own.filter { $0.manifest.database.name == name }, now)
            }
        }
    }

    private static func standing(
        _ database: String, _ target: Target, _ patrons: [Patron], _ sets: [StoredSet], _ now: Date
    ) -> DatabaseStanding {
        let recovery = sets.lastRecovery
        let whole = sets.filter { $0.isGood && $0.manifest.partial == nil }.newestFirst
        let wanting = patrons.filter { $0.wants(database) }
        let saving = wanting.filter { !$0.hasLost(database) }
        let care: DatabaseStanding.Care =
            wanting.isEmpty ? .unattended : saving.isEmpty && !sets.isEmpty ? .gone : .saved
        var judgements: [DatabaseStanding.Judgement] = []
        if care == .saved {
            judgements = judge(target.objectives, "target \(target.name)", nil, whole, recovery, now)
            for patron in saving {
                let made = sets.filter {
                    $0.isGood && $0.manifest.job == patron.job.name && patron.counts($0)
                }
                judgements += judge(
                    patron.job.objectives, "job \(patron.job.name)", patron.job.name, made.newestFirst,
                    recovery, now)
            }
        }
        return DatabaseStanding(
            target: target.name, database: database, newest: whole.first,
            proven: whole.first { $0.manifest.isProven },
            recovery: recovery, sets: whole.count, care: care, judgements: judgements)
    }

    /// - Parameter sets: The sound ones that count for it, newest first.
    private static func judge(
        _ objectives: Objectives, _ source: String, _ job: String?, _ sets: [StoredSet],
        _ recovery: Duration?, _ now: Date
    ) -> [DatabaseStanding.Judgement] {
        let facts = RecoveryFacts(
            newestBackup: sets.first?.manifest.started,
            newestProven: sets.first { $0.manifest.isProven }?.manifest.started, recoveryTime: recovery)
        let breaches = ObjectiveCheck.check(objectives, facts: facts, now: now)
        return ObjectiveKind.allCases.compactMap { kind in
            guard let allowed = objectives[kind] else { return nil }
            let breach = breaches.first { $0.kind == kind }
            let found: Duration? =
                switch kind {
                case .backupAge: facts.newestBackup.map { .seconds(now.timeIntervalSince($0)) }
                case .provenAge: facts.newestProven.map { .seconds(now.timeIntervalSince($0)) }
                case .recoveryTime: facts.recoveryTime
                }
            return DatabaseStanding.Judgement(
                kind: kind, source: source, job: job, allowed: allowed, found: found, breach: breach?.text)
        }
    }
}

/// A backup job as one target knows it.
private struct Patron {
    let job: Job
    let spec: BackupSpec
    /// Names and globs of databases; nil takes all.
    let wanted: [String]?
    /// Databases that its last success saved, as far as the stores or the catalog know.
    let lastSaved: Set<String>

    /// Nil for a job that saves nothing of the target.
    init?(
        job: Job, target: Target, sets: [StoredSet], recorded: [BackupRecord], lastSuccess: Date?
    ) {
        guard job.targets?.contains(where: { Glob.matches($0, target.name) }) ?? true else { return nil }
        switch job.work {
        case .backup(let spec): self.spec = spec
        case .command, .drill, .verify, .restore, .maintain, .sql: return nil
        }
        self.job = job
        wanted = spec.databases ?? target.databases
        let since = lastSuccess ?? .distantFuture
        let made = sets.filter { $0.manifest.job == job.name && $0.manifest.started >= since }
        let known = recorded.filter {
            $0.target == target.name && $0.job == job.name && $0.startedAt >= since
        }
        // Where the stores have nothing of it, it tells nothing about any database.
        lastSaved =
            made.isEmpty ? [] : Set(made.map(\.manifest.database.name)).union(known.map(\.database))
    }

    /// What it names without a wildcard; one that is written with escapes is found by its sets.
    var exactNames: [String] {
        (wanted ?? []).filter { !Glob.isPattern($0) && !$0.contains("\\") }
    }

    /// Whether it would save a database of this name; with an empty name, any at all.
    func wants(_ database: String) -> Bool {
        if database.isEmpty { return true }
        return (wanted?.contains { Glob.matches($0, database) } ?? true)
            && !spec.excludeDatabases.contains { Glob.matches($0, database) }
    }

    /// Whether it has succeeded since without this database, which it does not name exactly.
    func hasLost(_ database: String) -> Bool {
        !lastSaved.isEmpty && !lastSaved.contains(database) && !exactNames.contains(database)
            && !database.isEmpty
    }

    /// Whether a set is of the extent that the job is there for.
    func counts(_ set: StoredSet) -> Bool { set.manifest.partial == nil || spec.selection.isPartial }
}

extension StoredSet {
    /// Verified when it was published, and not found damaged since.
    fileprivate var isGood: Bool { manifest.isVerified && damaged == nil }
}

extension [StoredSet] {
    /// How long the recovery took that was measured last; a drill that found a set broken may have measured one too.
    fileprivate var lastRecovery: Duration? {
        let measured = compactMap { set in
            set.manifest.proof.flatMap { proof in proof.recoverySeconds.map { (at: proof.at, seconds: $0) } }
        }
        return measured.max { $0.at < $1.at }.map { .seconds($0.seconds) }
    }

    fileprivate var newestFirst: [StoredSet] { sorted { $0.manifest.started > $1.manifest.started } }
}
