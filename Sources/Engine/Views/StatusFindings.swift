import ArchiveFormat
import Faults
import FoundationEssentials
import Jobs
import Measures
import Policy

/// Looks at everything in turn and tells what is wrong, what cannot be known, and what is worth knowing.
struct StatusFindings {
    let facts: StatusFacts
    /// Newest first.
    let runs: [RunListing.Entry]
    let standings: [DatabaseStanding]

    private typealias Finding = StatusView.Finding

    private var instants: InstantText { InstantText(zone: facts.zone) }

    /// All of them, what weighs most not yet first.
    var all: [StatusView.Finding] {
        let ofJobs = Dictionary(grouping: runs.map(\.run), by: \.job)
        return databases + damaged + facts.jobs.flatMap { ofJob(ofJobs[$0.name] ?? []) } + daemons + records
            + stores + hours
    }

    // MARK: Databases

    private var databases: [Finding] {
        guard !standings.isEmpty else {
            return [
                Finding(
                    weight: .notKnown, kind: "nothing", subject: "configuration",
                    text: "no target is configured, so nothing can be judged",
                    remedy: "Set DATABASE_URL, or write targets: into pgvigil.yaml.")
            ]
        }
        return standings.flatMap { standing -> [Finding] in
            let name = standing.database.isEmpty ? standing.target : "\(standing.target)/\(standing.database)"
            switch standing.care {
            case .unattended:
                return [
                    Finding(
                        weight: .note, kind: "no-backup", subject: name, text: "no job saves it",
                        remedy: nil)
                ]
            case .gone:
                return [
                    Finding(
                        weight: .note, kind: "gone", subject: name,
                        text: "it was not on its server when its job last succeeded; its backups stay",
                        remedy: nil)
                ]
            case .saved: return lacks(standing, name)
            }
        }
    }

    private func lacks(_ standing: DatabaseStanding, _ name: String) -> [Finding] {
        let breaches = standing.judgements.compactMap { judgement -> Finding? in
            guard let breach = judgement.breach else { return nil }
            let look = judgement.job.map { " --job \($0)" } ?? ""
            return Finding(
                weight: .wrong, kind: "breach", subject: name,
                text: "\(breach) (\(judgement.kind.rawValue) of \(judgement.source))",
                remedy: "See 'pgvigil runs list\(look)'.")
        }
        let isTold = standing.judgements.contains { $0.kind == .backupAge && $0.breach != nil }
        guard standing.newest == nil, !isTold else { return breaches }
        // A store that cannot be read may hold it.
        let weight: Finding.Weight = facts.storeFaults.isEmpty ? .wrong : .notKnown
        return [
            Finding(
                weight: weight, kind: "no-backup", subject: name, text: "there is no verified backup of it",
                remedy: "Make one with 'pgvigil run JOB', or see 'pgvigil runs list' why there is none.")
        ] + breaches
    }

    private var damaged: [Finding] {
        let names = Set(facts.targets.map(\.name))
        return facts.sets.filter { $0.damaged != nil && names.contains($0.manifest.target) }.map { set in
            let (target, database) = (set.manifest.target, set.manifest.database.name)
            let newest = standings.first { $0.target == target && $0.database == database }?.newest
            let isNewest = (newest?.manifest.started).map { $0 < set.manifest.started } ?? true
            return Finding(
                weight: isNewest ? .wrong : .note, kind: "damaged", subject: "\(target)/\(database)",
                text:
                    "the backup of \(instants.short(set.manifest.started)) is damaged: \(set.damaged ?? "")",
                remedy: "See 'pgvigil backups verify \(set.manifest.id.uuidString.lowercased().prefix(8))'.")
        }
    }

    // MARK: Jobs

    /// - Parameter own: The job's runs, newest first.
    private func ofJob(_ own: [RunRecord]) -> [Finding] {
        let performed = own.first(where: \.wasPerformed)
        let lastSuccess = own.first { $0.state == .ended(.succeeded) }?.startedAt
        return [performed.flatMap(failure)].compactMap { $0 }
            + [dropped(own, .missed, after: lastSuccess), dropped(own, .skipped, after: lastSuccess)]
            .compactMap { $0 }
    }

    /// The last run that worked, unless it succeeded.
    private func failure(_ run: RunRecord) -> Finding? {
        guard case .ended(let outcome) = run.state, outcome != .succeeded else { return nil }
        return Finding(
            weight: .wrong, kind: "failed", subject: run.job,
            text:
                "\(outcome.rawValue) at \(instants.short(run.endedAt ?? run.startedAt)), and has not succeeded "
                + "since: \(FaultText.oneLine(run.summary))",
            remedy: "See 'pgvigil runs show \(run.id.uuidString.lowercased().prefix(8))'.")
    }

    /// Slots of the last day that did not run, as one finding.
    private func dropped(_ own: [RunRecord], _ outcome: Outcome, after lastSuccess: Date?) -> Finding? {
        let since = facts.now.addingTimeInterval(-Double(StatusView.hours) * 3600)
        let slots = own.filter { $0.state == .ended(outcome) && $0.startedAt >= since }
        guard let last = slots.max(by: { $0.plannedAt < $1.plannedAt }) else { return nil }
        let isMadeUp = lastSuccess.map { $0 >= last.plannedAt } ?? false
        let times = slots.count == 1 ? "the slot of" : "\(slots.count) slots, the last one that of"
        let tail = isMadeUp ? "; a later run has succeeded" : ""
        return Finding(
            weight: outcome == .missed && !isMadeUp ? .wrong : .note, kind: outcome.rawValue,
            subject: last.job,
            text:
                "\(times) \(instants.short(last.plannedAt))\(slots.count == 1 ? "" : ",") \(slots.count == 1 ? "was" : "were") "
                + "\(outcome.rawValue): \(FaultText.oneLine(last.summary))\(tail)",
            remedy: isMadeUp
                ? nil : "See 'pgvigil runs list --job \(last.job) --outcome \(outcome.rawValue)'.")
    }

    // MARK: Daemons

    private var daemons: [Finding] {
        guard let records = facts.records else { return facts.schedules.isEmpty ? [] : lonely }
        let serving = records.daemons.filter { $0.role == .serve }
        let alive = serving.filter { $0.state == .alive }
        return serving.filter { isMissed($0, alive) }.map(silent) + unserved(alive)
    }

    /// A silent daemon is missed until its successor on the same state directory lives and has its runs.
    private func isMissed(_ daemon: DaemonRecord, _ alive: [DaemonRecord]) -> Bool {
        guard daemon.state == .silent else { return false }
        let hasRuns = facts.records?.unfinished.contains { $0.lease?.daemon == daemon.id } ?? false
        let isReplaced = alive.contains { $0.owner.machine == daemon.owner.machine }
        return hasRuns || !isReplaced
    }

    private func silent(_ daemon: DaemonRecord) -> Finding {
        let span = daemon.seenAt.map { " for \(instants.span(from: $0, to: facts.now))" } ?? ""
        return Finding(
            weight: .wrong, kind: "daemon", subject: "daemon on \(daemon.owner.host)",
            text: "process \(daemon.owner.pid) has been silent\(span)",
            remedy: "Look at that host; 'pgvigil daemons list' tells what it had to do.")
    }

    /// Schedules that nobody serves.
    private func unserved(_ alive: [DaemonRecord]) -> [Finding] {
        guard !facts.schedules.isEmpty else { return [] }
        guard !alive.isEmpty else {
            return [
                Finding(
                    weight: .wrong, kind: "no-daemon", subject: "schedules",
                    text: "no daemon serves, and \(TextLines.count(facts.schedules.count, "schedule")) "
                        + "\(facts.schedules.count == 1 ? "waits" : "wait") for one",
                    remedy: "Start 'pgvigil serve' (systemctl start pgvigil).")
            ]
        }
        let jobs = facts.jobs.filter { job in facts.schedules.contains { $0.key.job == job.name } }
        let orphaned = jobs.filter { job in !alive.contains { SchedulerMachine.fits(job, $0.labels) } }
        return orphaned.map { job in
            Finding(
                weight: .wrong, kind: "no-daemon", subject: job.name,
                text: "it runs only where \(DaemonTable.labels(job.labels)), and no living daemon is there",
                remedy: "See 'pgvigil daemons list'.")
        }
    }

    /// Without the catalog only this state directory's own daemons are known.
    private var lonely: [Finding] {
        guard facts.servingHere == 0 else { return [] }
        return [
            Finding(
                weight: .notKnown, kind: "no-daemon", subject: "schedules",
                text:
                    "no daemon of this state directory serves; whether another one does, the catalog would know",
                remedy: "Start 'pgvigil serve' (systemctl start pgvigil).")
        ]
    }

    // MARK: Records and stores

    private var records: [Finding] {
        var found: [Finding] = []
        if case .down(let fault) = facts.catalog {
            found.append(
                Finding(
                    weight: .notKnown, kind: "catalog", subject: "catalog",
                    text:
                        "it cannot be asked what ran: \(FaultText.oneLine(fault.summary)); backups go on without it",
                    remedy: FaultText.oneLine(fault.remedy)))
        }
        let entries = facts.journal.entries
        guard entries > 0 else { return found }
        let isUp = facts.records != nil
        found.append(
            Finding(
                weight: isUp ? .wrong : .note, kind: "journal", subject: "journal",
                text: "\(TextLines.count(entries, "record")) of this state directory "
                    + "\(entries == 1 ? "waits" : "wait") for the catalog",
                remedy: isUp
                    ? "A daemon tells them within a minute: see that 'pgvigil serve' runs here." : nil))
        return found
    }

    private var stores: [Finding] {
        facts.storeFaults.sorted { $0.key < $1.key }.map { store, fault in
            Finding(
                weight: .notKnown, kind: "store", subject: "store \(store)",
                text: FaultText.oneLine(fault.summary),
                remedy: FaultText.oneLine(fault.remedy))
        }
    }
}

extension RunRecord {
    /// Whether it came to work, or was stopped while somebody waited for it to.
    fileprivate var wasPerformed: Bool {
        switch state {
        case .waiting, .running: false
        case .ended(.skipped), .ended(.missed): false
        case .ended(.cancelled): trigger != .hand
        case .ended(.succeeded), .ended(.failed), .ended(.couldNotVerify), .ended(.timedOut): true
        }
    }

    /// Its slot, or when it was started by hand.
    fileprivate var plannedAt: Date {
        switch trigger {
        case .hand: startedAt
        case .slot(_, let at): at
        }
    }
}
