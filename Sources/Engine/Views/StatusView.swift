import ArchiveFormat
import Cron
package import Faults
package import FoundationEssentials
import Jobs
import Policy

/// How everything stands, as `status` and its `--json` show it; the keys are documented in `docs/json.md` and stay.
package struct StatusView: Sendable, Equatable, Codable {
    /// How far back missed and skipped slots are told of.
    package static let hours = 24
    /// So many slots to come are shown.
    package static let nextMax = 5

    package var verdict: Verdict
    package var at: Date
    /// What is wrong first, then what is not known, then what is worth knowing.
    package var findings: [Finding]
    package var databases: [Database]
    package var running: [Work]
    package var waiting: [Work]
    package var next: [Coming]
    package var catalogUp: Bool
    package var journalEntries: Int
    package var daemonsAlive: Int

    /// The answer in a word; the raw value is the text in JSON.
    package enum Verdict: String, Sendable, Equatable, Codable {
        case well, wrong
        case notKnown = "not known"

        /// What the program ends with.
        package var exitStatus: ExitStatus {
            switch self {
            case .well: .done
            case .wrong: .badResult
            case .notKnown: .undetermined
            }
        }
    }

    /// One thing that somebody should read.
    package struct Finding: Sendable, Equatable, Codable {
        package var weight: Weight
        /// Stable: `breach`, `no-backup`, `gone`, `failed`, `missed`, `skipped`, `daemon`, `no-daemon`, `journal`, `catalog`,
        /// `store`, `damaged`, `nothing`, `hours`.
        package var kind: String
        /// What it is about: a database, a job, a daemon, a store.
        package var subject: String
        /// One line.
        package var text: String
        /// What to do or where to look; nil where nothing is to be done.
        package var remedy: String?

        /// How much it weighs; the raw value is the text in JSON.
        package enum Weight: String, Sendable, Equatable, Codable, CaseIterable {
            case wrong
            case notKnown = "not known"
            case note
        }
    }

    /// One database.
    package struct Database: Sendable, Equatable, Codable {
        package var target: String
        /// Empty for a target of which nothing was ever saved.
        package var database: String
        /// `saved`, `gone` (from its server) or `unattended` (no job saves it).
        package var care: String
        /// The state that it can be brought back to.
        package var newest: Date?
        /// The id of that backup set.
        package var backup: String?
        package var ageSeconds: Double?
        package var bytes: Int64?
        /// Whole, verified sets that there are.
        package var sets: Int
        /// Of the recovery that was measured last; nil while none was.
        package var recoverySeconds: Double?
        /// When its newest proven backup was taken; nil while a drill has proven none.
        package var proven: Date?
        package var objectives: [Objective]
    }

    /// One objective of a database.
    package struct Objective: Sendable, Equatable, Codable {
        /// Its key in the configuration, such as `backup_age`.
        package var name: String
        /// `target NAME` or `job NAME`.
        package var source: String
        package var allowedSeconds: Double
        package var foundSeconds: Double?
        package var met: Bool
    }

    /// A run that runs or waits.
    package struct Work: Sendable, Equatable, Codable {
        package var run: String
        package var job: String
        package var slot: Date?
        package var since: Date
        package var seconds: Double
        package var host: String
        /// Of a run that runs: its step, with what it is about.
        package var step: String?
        package var attempt: Int?
        /// Of a run that waits: what for.
        package var waitsFor: String?
        /// It does not start after this.
        package var deadline: Date?
        package var inJournal: Bool?
    }

    /// A slot to come.
    package struct Coming: Sendable, Equatable, Codable {
        package var at: Date
        package var job: String
        package var inSeconds: Double
        /// What will keep it from starting at once; nil if nothing is known to.
        package var note: String?
    }
}

extension StatusView {
    /// Judges what is known; touches nothing.
    package static func make(_ facts: StatusFacts) -> StatusView {
        let runs = facts.runs
        let standings = Recoverability.standings(
            targets: facts.targets, jobs: facts.jobs, sets: facts.sets,
            // What a store that cannot be read holds is not gone.
            lastSuccess: facts.storeFaults.isEmpty ? lastSuccess(runs) : [:],
            recorded: facts.records?.backups ?? [], now: facts.now)
        let found = StatusFindings(facts: facts, runs: runs, standings: standings).all
        let ordered = Finding.Weight.allCases.flatMap { weight in found.filter { $0.weight == weight } }
        return StatusView(
            verdict: verdict(found), at: facts.now, findings: ordered,
            databases: standings.map { Database($0, now: facts.now) },
            running: runs.reversed().filter { $0.run.state == .running }.map { Work($0, facts) },
            waiting: runs.reversed().filter { $0.run.state == .waiting }.map { Work($0, facts) },
            next: coming(facts), catalogUp: facts.records != nil, journalEntries: facts.journal.entries,
            daemonsAlive: facts.records?.daemons.count { $0.role == .serve && $0.state == .alive }
                ?? facts.servingHere)
    }

    private static func verdict(_ findings: [Finding]) -> Verdict {
        if findings.contains(where: { $0.weight == .wrong }) { return .wrong }
        return findings.contains { $0.weight == .notKnown } ? .notKnown : .well
    }

    /// When the newest success of each job started.
    private static func lastSuccess(_ runs: [RunListing.Entry]) -> [String: Date] {
        let successes = runs.filter { $0.run.state == .ended(.succeeded) }
        return Dictionary(successes.map { ($0.run.job, $0.run.startedAt) }, uniquingKeysWith: max)
    }

    private static func coming(_ facts: StatusFacts) -> [Coming] {
        let slots = facts.schedules.compactMap { schedule in
            schedule.pattern.next(after: facts.now, in: schedule.zone).map {
                Slot(schedule: schedule, at: $0)
            }
        }
        let first = slots.sorted { ($0.at, $0.schedule.key.job) < ($1.at, $1.schedule.key.job) }.prefix(
            nextMax)
        return first.map { slot in
            let deadline = slot.at.addingTimeInterval(Durations.seconds(slot.schedule.late))
            let admission = slot.schedule.window?.admission(
                now: slot.at, deadline: deadline, expected: facts.expected(slot.schedule.job),
                InstantRendering(zone: facts.zone))
            return Coming(
                at: slot.at, job: slot.schedule.key.job,
                inSeconds: Durations.seconds(from: facts.now, to: slot.at), note: admission.flatMap(note))
        }
    }

    private static func note(_ admission: Admission) -> String? {
        switch admission {
        case .start: nil
        case .wait(_, let because): "will wait: \(because)"
        case .never(let because): "will be missed: \(because)"
        }
    }
}

extension StatusView.Database {
    fileprivate init(_ standing: DatabaseStanding, now: Date) {
        let manifest = standing.newest?.manifest
        self.init(
            target: standing.target, database: standing.database, care: standing.care.rawValue,
            newest: manifest?.started, backup: manifest?.id.uuidString.lowercased(),
            ageSeconds: manifest.map { Durations.seconds(from: $0.started, to: now) }, bytes: manifest?.size,
            sets: standing.sets, recoverySeconds: standing.recovery.map(Durations.seconds),
            proven: standing.proven?.manifest.started,
            objectives: standing.judgements.map { judgement in
                StatusView.Objective(
                    name: judgement.kind.rawValue, source: judgement.source,
                    allowedSeconds: Durations.seconds(judgement.allowed),
                    foundSeconds: judgement.found.map(Durations.seconds),
                    met: judgement.breach == nil)
            })
    }
}

extension StatusView.Work {
    fileprivate init(_ entry: RunListing.Entry, _ facts: StatusFacts) {
        let run = entry.run
        let steps = facts.records?.steps[run.id] ?? facts.journal.steps(of: run.id)
        let step = steps.last { $0.state == .running } ?? steps.last
        let subject = step.map { [$0.target, $0.database].compactMap { $0 }.joined(separator: "/") } ?? ""
        var slot: Date?
        if case .slot(_, let at) = run.trigger { slot = at }
        let isRunning = run.state == .running
        self.init(
            run: run.id.uuidString.lowercased(), job: run.job, slot: slot, since: run.startedAt,
            seconds: max(0, Durations.seconds(from: run.startedAt, to: facts.now)), host: run.owner.host,
            step: isRunning ? step.map { "\($0.name.rawValue)\(subject.isEmpty ? "" : " \(subject)")" } : nil,
            attempt: isRunning ? step?.attempt : nil,
            waitsFor: isRunning ? nil : FaultText.oneLine(run.summary),
            deadline: isRunning ? nil : run.deadline, inJournal: entry.isInJournal ? true : nil)
    }
}
