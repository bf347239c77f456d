import ArchiveFormat
import Cron
import Faults
import FoundationEssentials
import Jobs
import Measures
import Policy
import TestKit
import Testing

@testable import Engine

/// Half past eight in the morning of 2026-11-23, UTC.
private let now = Date(timeIntervalSince1970: 1_795_422_600)

/// What a status is made of, in a few words.
private enum Scene {
    static let owner = Owner(machine: "m1", host: "db1", pid: 42, stateDirectory: "/state")

    static func target(_ name: String = "main", _ objectives: Objectives = Objectives()) -> Target {
        Target(name: name, connection: ConnectionInfo(parameters: []), objectives: objectives, origin: "test")
    }

    static func job(
        _ name: String = "nightly", databases: [String]? = nil, objectives: Objectives = Objectives(),
        labels: [String: String] = [:]
    ) -> Job {
        var job = Schedules.job(name, spec: BackupSpec(databases: databases))
        job.objectives = objectives
        job.labels = labels
        return job
    }

    static func schedule(_ job: Job, _ pattern: String = "30 1 * * *") throws -> Schedule {
        var schedule = try Schedules.make(pattern, job: job.name, late: .seconds(7200))
        schedule.job = job
        return schedule
    }

    static func run(
        _ number: UInt32, _ state: RunState, hoursAgo: Double, job: String = "nightly", summary: String = "",
        slot: Bool = true, lease: Lease? = nil
    ) -> RunRecord {
        let start = now.addingTimeInterval(-hoursAgo * 3600)
        let key = ScheduleKey(job: job, zone: "UTC", pattern: "30 1 * * *")
        var ended: Date?
        if case .ended = state { ended = start + 240 }
        return RunRecord(
            id: ManualClock.id(number), job: job, kind: .backup, trigger: slot ? .slot(key, start) : .hand,
            owner: owner, state: state, summary: summary, startedAt: start, endedAt: ended, lease: lease,
            deadline: state == .waiting ? start + 7200 : nil)
    }

    static func daemon(
        _ number: UInt32 = 90, _ state: DaemonRecord.State = .alive, machine: String = "m1",
        host: String = "db1",
        labels: [String: String] = [:]
    ) -> DaemonRecord {
        DaemonRecord(
            id: ManualClock.id(number), role: .serve,
            owner: Owner(machine: machine, host: host, pid: 42, stateDirectory: "/state"), labels: labels,
            version: "0.3.0", startedAt: now - 86_400, epoch: 7,
            seenAt: state == .alive ? now - 3 : now - 900,
            state: state)
    }

    /// One target with one database, saved tonight by a daemon that lives.
    static func well() throws -> StatusFacts {
        let job = job(objectives: Objectives(backupAge: .seconds(93_600)))
        return StatusFacts(
            now: now, zone: .utc, targets: [target()], jobs: [job], schedules: [try schedule(job)],
            sets: [try Sets.stored(day: 0), try Sets.stored(day: 1)],
            catalog: .answers(
                StatusFacts.Records(
                    recent: [
                        run(1, .ended(.succeeded), hoursAgo: 8, summary: "main/shop saved and verified")
                    ],
                    daemons: [daemon()])))
    }
}

private func screen(_ facts: StatusFacts) -> String {
    StatusText.render(StatusView.make(facts), InstantText(zone: facts.zone))
}

@Suite struct `What status says` {
    private func edited(_ edit: (inout StatusFacts, inout StatusFacts.Records) -> Void) throws -> StatusFacts
    {
        var facts = try Scene.well()
        var records = try #require(facts.records)
        edit(&facts, &records)
        if facts.records != nil { facts.catalog = .answers(records) }
        return facts
    }

    @Test func `when all is well`() throws {
        let view = StatusView.make(try Scene.well())
        #expect(view.verdict == .well && view.verdict.exitStatus == .done)
        #expect(view.findings.isEmpty)
        Golden.expect(screen(try Scene.well()), "status-well")
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        Golden.expect(String(decoding: try encoder.encode(view), as: UTF8.self), "status-json")
    }

    @Test func `when drills have proven backups, and took their time`() throws {
        var facts = try Scene.well()
        facts.jobs = [
            Scene.job(
                objectives: Objectives(provenAge: .seconds(10 * 86_400), recoveryTime: .seconds(600)))
        ]
        func proof(_ verdict: Manifest.Proof.Verdict, hoursAgo: Double, _ seconds: Double?) -> Manifest.Proof
        {
            Manifest.Proof(
                run: ManualClock.id(9), at: now - hoursAgo * 3600, verdict: verdict, level: .content,
                recoverySeconds: seconds, server: "15.18")
        }
        let oldest = try #require(
            facts.sets.indices.min { facts.sets[$0].manifest.started < facts.sets[$1].manifest.started })
        #expect(StatusView.make(facts).verdict == .wrong, "nothing was ever proven")
        facts.sets[oldest].manifest.proof = proof(.proven, hoursAgo: 20, 754)
        let slow = try #require(StatusView.make(facts).databases.first)
        #expect(slow.proven == facts.sets[oldest].manifest.started && slow.recoverySeconds == 754)
        #expect(slow.objectives.map(\.met) == [true, false])
        facts.sets[1 - oldest].manifest.proof = proof(.couldNotVerify, hoursAgo: 2, nil)
        #expect(StatusView.make(facts).databases.first == slow, "what could not verify says nothing")
        facts.sets[oldest].manifest.proof = proof(.proven, hoursAgo: 1, 95)
        let well = StatusView.make(facts)
        #expect(well.verdict == .well && well.databases.first?.objectives.map(\.met) == [true, true])
        Golden.expect(screen(facts), "status-proven")
        facts.sets[oldest].manifest.proof = proof(.broken, hoursAgo: 0.5, nil)
        #expect(StatusView.make(facts).databases.first?.proven == nil)
        facts.sets[oldest].manifest.proof = proof(.proven, hoursAgo: 0.5, 95)
        facts.sets[oldest].damaged = "its hash is another"
        #expect(StatusView.make(facts).databases.first?.proven == nil, "found damaged since")
    }

    @Test func `when nothing ran at all`() throws {
        let facts = try edited { facts, records in
            facts.now = now + 3 * 86_400
            records.recent = []
            records.daemons = []
        }
        let view = StatusView.make(facts)
        #expect(view.verdict.exitStatus == .badResult)
        #expect(Set(view.findings.map(\.kind)) == ["breach", "no-daemon"])
        Golden.expect(screen(facts), "status-nothing-ran")
    }

    @Test func `when the catalog is down`() throws {
        var facts = try Scene.well()
        facts.catalog = .down(
            AnyFault(
                code: "catalog.unreachable", summary: "the catalog at db0:5432 cannot be reached: no route",
                remedy: "Start its server, or mend 'catalog' in pgvigil.yaml.", exitStatus: .undetermined))
        facts.servingHere = 1
        facts.journal.add([
            .run(Scene.run(1, .running, hoursAgo: 7)),
            .end(
                ManualClock.id(1), nil, .succeeded, summary: "main/shop saved and verified",
                at: now - 7 * 3600 + 240),
            .run(Scene.run(2, .running, hoursAgo: 0.2, slot: false)),
            .step(
                StepRecord(
                    run: ManualClock.id(2), attempt: 1, ordinal: 3, name: .dump, target: "main",
                    database: "shop",
                    startedAt: now - 60), nil),
        ])
        let view = StatusView.make(facts)
        #expect(view.verdict == .notKnown && view.verdict.exitStatus == .undetermined)
        #expect(view.running.map(\.step) == ["dump main/shop"])
        Golden.expect(screen(facts), "status-catalog-down")
        facts.servingHere = 0
        #expect(StatusView.make(facts).findings.contains { $0.kind == "no-daemon" && $0.weight == .notKnown })
        facts.journal.add([.run(Scene.run(3, .ended(.failed), hoursAgo: 0.1, summary: "no space"))])
        #expect(StatusView.make(facts).verdict == .wrong, "what the journal alone knows counts")
    }

    @Test func `when nothing is configured and nothing is there`() {
        let facts = StatusFacts(now: now, zone: .utc, catalog: .answers(StatusFacts.Records()))
        #expect(StatusView.make(facts).verdict == .notKnown)
        Golden.expect(screen(facts), "status-empty")
    }

    @Test func `when much is wrong`() throws {
        let lease = Lease(daemon: ManualClock.id(91), epoch: 7)
        let facts = try edited { facts, records in
            records.recent = [
                Scene.run(
                    5, .ended(.failed), hoursAgo: 7,
                    summary: "pg_dump of main/shop ended with status 1: server closed the connection"),
                Scene.run(6, .ended(.missed), hoursAgo: 3, summary: "it could start only 2h 10m late"),
                Scene.run(7, .ended(.missed), hoursAgo: 2, summary: "late= ran out at 2026-11-23 08:30"),
                Scene.run(8, .ended(.skipped), hoursAgo: 1, summary: "run of this job is still under way"),
            ]
            records.unfinished = [
                Scene.run(
                    2, .waiting, hoursAgo: 0.5,
                    summary: "for run 00000000 (nightly), which has target/main", lease: lease),
                Scene.run(3, .running, hoursAgo: 0.75, lease: lease),
            ]
            records.steps[ManualClock.id(3)] = [
                StepRecord(
                    run: ManualClock.id(3), attempt: 2, ordinal: 1, name: .publishCheck, target: "main",
                    database: "shop", startedAt: now - 60)
            ]
            records.daemons.append(Scene.daemon(91, .silent, machine: "m2", host: "db2"))
            facts.storeFaults["remote"] = AnyFault(
                code: "store.x", summary: "the store at /mnt is not there", remedy: "Mount it.")
            facts.journal.add([.removal(ManualClock.id(700), at: now, reason: "not in keep")])
        }
        let view = StatusView.make(facts)
        #expect(
            view.findings.map(\.kind) == ["failed", "missed", "daemon", "journal", "store", "skipped"])
        Golden.expect(screen(facts), "status-much-is-wrong")
    }

    @Test func `a failure is over with the next success, and so is a missed slot`() throws {
        let facts = try edited { _, records in
            records.recent = [
                Scene.run(1, .ended(.succeeded), hoursAgo: 1), Scene.run(2, .ended(.failed), hoursAgo: 2),
                Scene.run(3, .ended(.missed), hoursAgo: 3, summary: "nobody was there"),
            ]
        }
        let view = StatusView.make(facts)
        #expect(view.verdict == .well)
        #expect(view.findings.map(\.kind) == ["missed"] && view.findings.map(\.weight) == [.note])
    }

    @Test func `a run that somebody stopped by hand is no failure, and a slot that was stopped is`() throws {
        for (slot, verdict) in [(false, StatusView.Verdict.well), (true, .wrong)] {
            let facts = try edited { _, records in
                records.recent = [Scene.run(1, .ended(.cancelled), hoursAgo: 1, slot: slot)]
            }
            #expect(StatusView.make(facts).verdict == verdict)
        }
    }

    @Test func `a silent daemon is missed until its successor has its runs`() throws {
        let silent = Scene.daemon(91, .silent)
        let replaced = try edited { _, records in records.daemons.append(silent) }
        #expect(StatusView.make(replaced).verdict == .well)
        let owing = try edited { _, records in
            records.daemons.append(silent)
            records.unfinished = [
                Scene.run(4, .running, hoursAgo: 1, lease: Lease(daemon: silent.id, epoch: 3))
            ]
        }
        #expect(StatusView.make(owing).findings.map(\.kind) == ["daemon"])
    }

    @Test func `a job that no living daemon may run is told of`() throws {
        let facts = try edited { facts, _ in facts.jobs[0].labels = ["site": "fra"] }
        let finding = try #require(StatusView.make(facts).findings.first)
        #expect(finding.kind == "no-daemon" && finding.text.contains("site=fra"), "\(finding)")
    }

    @Test func `a database without any backup is wrong without any objective`() throws {
        let facts = try edited { facts, _ in
            facts.jobs = [Scene.job(databases: ["shop", "stock"])]
        }
        let finding = try #require(StatusView.make(facts).findings.first)
        #expect((finding.kind, finding.subject) == ("no-backup", "main/stock"))
        #expect(finding.weight == .wrong)
    }

    @Test func `a damaged newest set counts for nothing`() throws {
        let sets = [try Sets.stored(day: 0), try Sets.stored(day: 1, damaged: "block 3 does not decode")]
        let facts = try edited { facts, _ in facts.sets = sets }
        let view = StatusView.make(facts)
        #expect(Set(view.findings.map(\.kind)) == ["breach", "damaged"])
        #expect(view.databases.first?.newest == Sets.night(0))
    }

    @Test func `one target can be asked about alone`() throws {
        let facts = try edited { facts, records in
            facts.targets.append(Scene.target("stock"))
            var other = Scene.job("stock-nightly")
            other.targets = ["stock"]
            facts.jobs[0].targets = ["main"]
            facts.jobs.append(other)
            records.recent.append(Scene.run(9, .ended(.failed), hoursAgo: 1, job: "stock-nightly"))
        }
        #expect(StatusView.make(facts).verdict == .wrong)
        let main = StatusView.make(facts.narrowed(to: "main"))
        #expect(main.verdict == .well && main.databases.map(\.target) == ["main"])
        #expect(
            StatusView.make(facts.narrowed(to: "stock")).findings.map(\.subject) == [
                "stock", "stock-nightly",
            ])
    }
}

@Suite struct `How a database stands` {
    private func standings(
        _ jobs: [Job], _ sets: [StoredSet], lastSuccess: [String: Date] = [:], target: Target = Scene.target()
    ) -> [DatabaseStanding] {
        Recoverability.standings(
            targets: [target], jobs: jobs, sets: sets, lastSuccess: lastSuccess, now: Sets.night(2))
    }

    @Test func `a database that a job succeeded without is gone, unless the job names it`() throws {
        let sets = [try Sets.stored(day: 0), try Sets.stored(day: 1, database: "stock")]
        let success = ["nightly": Sets.night(1) - 5]
        let found = standings([Scene.job()], sets, lastSuccess: success)
        #expect(found.map(\.database) == ["shop", "stock"])
        #expect(found.map(\.care) == [.gone, .saved])
        let named = standings([Scene.job(databases: ["shop", "s*"])], sets, lastSuccess: success)
        #expect(named.map(\.care) == [.saved, .saved])
        #expect(
            standings([Scene.job()], sets).map(\.care) == [.saved, .saved], "nothing is known of a success")
    }

    @Test func `a database whose newest set was taken away by hand is not gone`() throws {
        let success = ["nightly": Sets.night(1) - 5]
        let alone = [try Sets.stored(day: 0)]
        #expect(standings([Scene.job()], alone, lastSuccess: success).map(\.care) == [.saved])
        let manifest = try Sets.manifest(day: 1)
        let record = BackupRecord(
            id: manifest.id, run: manifest.run, job: "nightly", target: "main", database: "shop",
            store: "local", path: "x", startedAt: manifest.started, finishedAt: manifest.finished,
            size: ByteCount(1), format: .custom, codec: "zlib", serverVersion: "17.6", partial: false,
            verified: "decode", tables: 1, rows: 1, warnings: 0, files: [])
        let found = Recoverability.standings(
            targets: [Scene.target()], jobs: [Scene.job()],
            sets: alone + [try Sets.stored(day: 1, database: "stock")], lastSuccess: success,
            recorded: [record], now: Sets.night(2))
        #expect(found.map(\.care) == [.saved, .saved])
    }

    @Test func `a target that was never saved has a standing without a database`() {
        let limits = Objectives(backupAge: .seconds(3600), provenAge: .seconds(7200))
        let found = standings([Scene.job()], [], target: Scene.target("main", limits))
        #expect(found.map(\.database) == [""] && found.map(\.care) == [.saved])
        #expect(found.flatMap(\.judgements).map(\.kind) == [.backupAge, .provenAge])
        #expect(found.flatMap(\.judgements).allSatisfy { $0.breach != nil && $0.source == "target main" })
        #expect(standings([], []).map(\.care) == [.unattended])
    }

    @Test func `a job's objective looks at its own sets only`() throws {
        let hourly = Scene.job("hourly", objectives: Objectives(backupAge: .seconds(90_000)))
        let sets = [try Sets.stored(day: 0, job: "hourly"), try Sets.stored(day: 1)]
        let found = try #require(standings([hourly, Scene.job()], sets).first)
        #expect(found.newest?.manifest.job == "nightly" && found.sets == 2)
        #expect(found.judgements.map(\.source) == ["job hourly"])
        #expect(found.judgements.first?.breach?.contains("2d 00h") == true, "\(found.judgements)")
    }

    @Test func `a partial set, or one that is not verified, recovers nothing`() throws {
        let partial = try Sets.stored(
            day: 1,
            partial: .init(
                schemas: ["app"], excludeSchemas: [], tables: [], excludeTables: [], excludeTableData: []))
        let found = standings([Scene.job()], [partial, try Sets.stored(day: 0, verified: false)])
        #expect(found.map(\.newest) == [nil] && found.map(\.sets) == [0])
    }
}
