package import FoundationEssentials
package import Jobs
package import Policy

/// To what a database could be brought back now, against what its owner expects.
package struct Recoverability: Sendable, Equatable {
    package var target: String
    /// Empty where no database of the target is known yet.
    package var database: String
    /// The newest verified whole set; nil if there is none.
    package var newest: BackupRecord?
    /// Verified whole sets that are in a store.
    package var sets: Int
    package var judgements: [Judgement]

    /// One objective with what was found.
    package struct Judgement: Sendable, Equatable {
        /// Nil for an objective of the target; else of this job's backups.
        package var job: String?
        package var kind: ObjectiveKind
        package var allowed: Duration
        /// Nil: it never was.
        package var found: Duration?
        /// One line for people; nil while the objective is met.
        package var breach: String?
    }

    /// The subject under which events tell of a judgement, such as `objective/store/medusa/backup_age`.
    package func subject(of judgement: Judgement) -> String {
        let name = database.isEmpty ? "*" : database
        let owner = judgement.job.map { "@\($0)" } ?? ""
        return "objective/\(target)/\(name)\(owner)/\(judgement.kind.rawValue)"
    }

    /// The state of every database that is backed up, or should be: by target and name.
    ///
    /// What never was backed up is in the list as well: a job that never ran must not look as if nothing were expected.
    package static func judge(
        _ settings: Settings, jobs: [Job], backups: [BackupRecord], now: Date
    ) -> [Recoverability] {
        let whole = backups.filter { !$0.partial }
        return settings.targets.sorted { $0.name < $1.name }.flatMap { target -> [Recoverability] in
            let own = whole.filter { $0.target == target.name }
            let concerned = jobs.filter { $0.kind == .backup && saves($0, target.name) }
            var names = Set(own.map(\.database)).union(literals(target, concerned))
            if names.isEmpty {
                guard !concerned.isEmpty || target.objectives != Objectives() else { return [] }
                names = [""]
            }
            return names.sorted().map { name in
                state(target, name, own.filter { $0.database == name }, concerned, now)
            }
        }
    }

    private static func state(
        _ target: Target, _ database: String, _ sets: [BackupRecord], _ jobs: [Job], _ now: Date
    ) -> Recoverability {
        let newest = sets.max { $0.startedAt < $1.startedAt }
        var judgements = judge(target.objectives, job: nil, newest, now)
        for job in jobs where job.objectives != Objectives() {
            guard covers(job, database) else { continue }
            let own = sets.filter { $0.job == job.name }.max { $0.startedAt < $1.startedAt }
            judgements += judge(job.objectives, job: job.name, own, now)
        }
        return Recoverability(
            target: target.name, database: database, newest: newest, sets: sets.count, judgements: judgements)
    }

    private static func judge(
        _ objectives: Objectives, job: String?, _ newest: BackupRecord?, _ now: Date
    ) -> [Judgement] {
        let facts = RecoveryFacts(newestBackup: newest?.startedAt)
        let breaches = ObjectiveCheck.check(objectives, facts: facts, now: now)
        return ObjectiveKind.allCases.compactMap { kind in
            guard let allowed = objectives[kind] else { return nil }
            let breach = breaches.first { $0.kind == kind }
            let age =
                kind == .backupAge
                ? newest.map { Duration.seconds(now.timeIntervalSince($0.startedAt)) } : nil
            return Judgement(job: job, kind: kind, allowed: allowed, found: age, breach: breach?.text)
        }
    }

    private static func saves(_ job: Job, _ target: String) -> Bool {
        job.targets?.contains { Glob.matches($0, target) } ?? true
    }

    private static func covers(_ job: Job, _ database: String) -> Bool {
        guard case .backup(let spec) = job.work, !database.isEmpty else { return true }
        return (spec.databases?.contains { Glob.matches($0, database) } ?? true)
            && !spec.excludeDatabases.contains { Glob.matches($0, database) }
    }

    /// Databases that are named without a glob, so that they are known before they are first saved.
    private static func literals(_ target: Target, _ jobs: [Job]) -> Set<String> {
        var names: Set<String> = []
        for job in jobs {
            guard case .backup(let spec) = job.work else { continue }
            let wanted = spec.databases ?? target.databases ?? []
            names.formUnion(wanted.filter { !Glob.isPattern($0) && covers(job, $0) })
        }
        return names
    }
}
