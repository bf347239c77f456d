import Cron
import Faults
import FoundationEssentials
import Jobs
import Measures
import Policy
import TestKit
import Testing

@testable import Engine

/// Zones of the machine.
private func zone(_ name: String) throws -> Zone {
    let data = try #require(FileManager.default.contents(atPath: "/usr/share/zoneinfo/\(name)"))
    return try Zone.parse(tzif: Array(data), name: name)
}

private func instant(_ text: String) throws -> Date { try #require(InstantFormat.parse(text)) }

@Suite struct `Asking for a slot` {
    @Test(arguments: Rows.read("slot-questions.tsv"))
    func `means the instants that clocks showed`(row: [String]) throws {
        let question = SlotQuestion(row[0], zone: try zone("Europe/Paris"))
        let found = question.map { [$0.job] + $0.instants.map(InstantFormat.utc) } ?? ["-"]
        #expect(found.joined(separator: " ") == row[1], "\(row[2])")
    }

    @Test func `seconds may be left out`() throws {
        let question = try #require(SlotQuestion("a@2026-11-22T01:30", zone: .utc))
        #expect(question.means(try instant("2026-11-22T01:30:59Z")))
        #expect(!question.means(try instant("2026-11-22T01:31:00Z")))
        let exact = try #require(SlotQuestion("a@2026-11-22T01:30:00", zone: .utc))
        #expect(!exact.means(try instant("2026-11-22T01:30:01Z")))
    }

    private func answer(_ text: String, seen: [SeenSchedule]?, _ zone: Zone = .utc) throws -> SlotAnswer {
        let question = try #require(SlotQuestion(text, zone: zone))
        return question.answer(
            schedules: [try Schedules.make("30 1 * * *")], seen: seen,
            now: try instant("2026-11-23T08:30:00Z"),
            InstantText(zone: zone))
    }

    @Test func `each slot without a run has its reason`() throws {
        let key = ScheduleKey(job: "nightly", zone: "UTC", pattern: "30 1 * * *")
        func seen(_ first: String, _ until: String?) throws -> [SeenSchedule] {
            [SeenSchedule(key: key, firstSeen: try instant(first), accountedUntil: try until.map(instant))]
        }
        let served = try seen("2026-11-20T12:00:00Z", "2026-11-22T12:00:00Z")
        let paris = try zone("Europe/Paris")
        let answers = [
            try answer("nightly@2026-11-24T01:30", seen: served),
            try answer("nightly@2026-11-22T01:31", seen: served),
            try answer("nightly@2026-11-20T01:30", seen: served),
            try answer("nightly@2026-11-23T01:30", seen: served),
            try answer("nightly@2026-11-23T01:30", seen: try seen("2026-11-20T12:00:00Z", nil)),
            try answer("nightly@2026-11-22T01:30", seen: served),
            try answer("nightly@2026-11-22T01:30", seen: []),
            try answer("nightly@2026-11-22T01:30", seen: nil),
            try answer("nightly@2026-03-29T02:30", seen: served, paris),
        ]
        #expect(
            answers.map(\.standing) == [
                .toCome, .neverPlanned, .beforeFirstSeen, .notAccountedFor, .notAccountedFor, .notRecorded,
                .beforeFirstSeen, .notKnown, .neverPlanned,
            ])
        Golden.expect(
            answers.map { "\($0.standing.rawValue): \($0.lines)" }.joined(separator: "\n"), "slot-answers")
    }

    @Test func `a job without a line has no slot`() throws {
        let question = try #require(SlotQuestion("weekly@2026-11-24T01:30", zone: .utc))
        let answer = question.answer(
            schedules: [], seen: [], now: try instant("2026-11-23T08:30:00Z"), InstantText(zone: .utc))
        #expect(answer.standing == .neverPlanned && answer.slot == nil)
    }
}

@Suite struct `The plan` {
    @Test func `tells what will wait, be missed, and meet whom`() throws {
        let nights = Schedule.NamedWindow(
            name: "nights", window: Window(openings: [try .parse("22:00-02:00")]), zone: .utc)
        var late = try Schedules.make("0 20 * * *", job: "weekly", window: nights, late: .seconds(10_800))
        late.catchUp = .all(3)
        late.overlap = .wait
        let schedules = [
            late, try Schedules.make("0 19 * * *", job: "short", window: nights, late: .seconds(3600)),
            try Schedules.make("10 22 * * *", job: "nightly"),
            try Schedules.make("30 23 * * *", job: "stock"),
        ]
        let target = Target(name: "main", connection: ConnectionInfo(parameters: []), origin: "test")
        let start = try instant("2026-11-23T12:00:00Z")
        let views = Forecast.views(
            of: Planner.slots(of: schedules, after: start, until: start + 86_400), targets: [target],
            limits: Limits(), expected: ["weekly": .seconds(1800), "nightly": .seconds(3000)],
            render: InstantRendering(zone: .utc))
        #expect(views.map(\.job) == ["short", "weekly", "nightly", "stock"])
        #expect(views.map(\.admission) == ["missed", "wait", "start", "start"])
        #expect(views[2].meets.map(\.seat) == ["target/main"] && views[2].meets.map(\.job) == ["weekly"])
        #expect(views[3].meets.isEmpty)
        Golden.expect(PlanText.table(views, InstantText(zone: .utc)), "plan")
    }
}

@Suite struct `Runs and daemons as people read them` {
    private let instants = InstantText(zone: .utc)
    private let owner = Owner(machine: "m1", host: "db1", pid: 42, stateDirectory: "/state")
    private let key = ScheduleKey(job: "nightly", zone: "UTC", pattern: "30 1 * * *")

    private func run(_ number: UInt32, _ state: RunState, hour: Double) -> RunRecord {
        let start = Sets.night(0) + hour * 3600
        return RunRecord(
            id: ManualClock.id(number), job: "nightly", kind: .backup,
            trigger: .slot(key, Sets.night(0) + 3600),
            owner: owner, state: state, startedAt: start, lease: Lease(daemon: ManualClock.id(90), epoch: 7),
            deadline: Sets.night(0) + 10_800)
    }

    @Test func `of a run that is in the catalog and in the journal, what knows more counts`() {
        var journal = JournalView()
        var ended = run(1, .ended(.succeeded), hour: 1)
        ended.endedAt = ended.startedAt + 60
        journal.add([.run(ended), .run(run(2, .waiting, hour: 1)), .run(run(4, .running, hour: 3))])
        let recorded = [run(1, .running, hour: 1), run(2, .running, hour: 1), run(3, .waiting, hour: 2)]
        func merged(_ query: RunQuery, limit: Int = 10) -> [String] {
            RunListing.merge(recorded, journal, query, limit: limit).map {
                "\($0.run.id.uuidString.suffix(1)) \($0.run.state) \($0.isInJournal)"
            }
        }
        #expect(
            merged(RunQuery()) == [
                "4 running true", "3 waiting false", "2 running true",
                "1 ended(Engine.Outcome.succeeded) true",
            ])
        #expect(merged(RunQuery(waitingOnly: true)) == ["3 waiting false"])
        #expect(merged(RunQuery(outcome: .succeeded)) == ["1 ended(Engine.Outcome.succeeded) true"])
        #expect(merged(RunQuery(startedSince: Sets.night(0) + 7200), limit: 1) == ["4 running true"])
        #expect(merged(RunQuery(job: "other")).isEmpty)
    }

    @Test func `steps of the journal complete those of the catalog`() {
        let id = ManualClock.id(1)
        func step(_ ordinal: Int, _ state: StepState) -> StepRecord {
            StepRecord(
                run: id, attempt: 1, ordinal: ordinal, name: .dump, target: "main", database: "shop",
                startedAt: Sets.night(0), state: state)
        }
        let begun = AttemptRecord(run: id, number: 1, startedAt: Sets.night(0))
        var over = begun
        over.outcome = .failed
        var journal = JournalView()
        journal.add([.attempt(over, nil), .step(step(2, .done), nil), .step(step(3, .running), nil)])
        #expect(journal.merged([begun], of: id) == [over])
        #expect(
            journal.merged([step(1, .done), step(2, .running)], of: id).map(\.state) == [
                .done, .done, .running,
            ])
    }

    @Test func `a missed slot tells its whole reason, its window and who made up for it`() throws {
        var schedule = try Schedules.make("30 1 * * *")
        schedule.window = Schedule.NamedWindow(
            name: "nights",
            window: Window(
                openings: [try .parse("22:00-01:00")], guards: [GuardRule(kind: .activeSessions, limit: 40)]),
            zone: .utc)
        var missed = run(1, .ended(.missed), hour: 9)
        missed.endedAt = missed.startedAt
        missed.summary =
            "it could start only 7h 00m late, and late= allows 2h; the catalog could not be reached from "
            + "2026-11-22 00:10 to 2026-11-22 07:50"
        var standIn = run(2, .ended(.succeeded), hour: 9)
        standIn.standsFor = [Sets.night(0) + 3600]
        let daemon = DaemonRecord(
            id: ManualClock.id(90), role: .serve, owner: owner, labels: ["site": "fra"], version: "0.3.0",
            startedAt: Sets.night(0), epoch: 8, state: .alive)
        let story = RunStory(
            schedule: schedule, daemon: daemon, standIn: standIn, expected: .seconds(1200))
        Golden.expect(RunText.details(RunView(missed), story, instants), "run-missed")
        var daemonGone = story
        daemonGone.schedule = nil
        daemonGone.standIn = nil
        standIn.endedAt = standIn.startedAt + 90
        daemonGone.daemon?.state = .silent
        standIn.stopAsked = "cancelled by hand"
        Golden.expect(
            RunText.details(RunView(standIn, inJournal: true), daemonGone, instants),
            "run-that-stands-for-others")
    }

    @Test func `what waits tells for what, with whom, and until when`() {
        var waiting = run(1, .waiting, hour: 1)
        waiting.summary = "for run 00000000 (stock), which has target/main"
        let id = waiting.id.uuidString.lowercased()
        let seats = [
            SeatView(seat: "target/main", run: id, job: "nightly", has: false),
            SeatView(seat: "target/main", run: "b", job: "weekly", has: false),
            SeatView(seat: "target/main", run: "a", job: "stock", has: true),
            SeatView(seat: "store/local", run: "c", job: "other", has: true),
        ]
        let view = RunView(waiting, seats: seats)
        #expect(view.waitsWith?.map(\.job) == ["stock", "weekly"])
        #expect(RunView(run(2, .running, hour: 1), seats: seats).waitsWith == nil)
        Golden.expect(
            [
                RunText.waiting([view], instants, now: waiting.startedAt + 600),
                RunText.waiting([], instants, now: waiting.startedAt),
                RunText.details(view, RunStory(), instants),
                RunText.table([view, RunView(run(2, .running, hour: 1), inJournal: true)], instants),
            ].joined(separator: "\n\n"), "runs-that-wait")
    }

    @Test func `daemons tell how they stand and what they do`() {
        func daemon(_ number: UInt32, _ state: DaemonRecord.State, labels: [String: String] = [:])
            -> DaemonRecord
        {
            DaemonRecord(
                id: ManualClock.id(number), role: number == 92 ? .hand : .serve, owner: owner, labels: labels,
                version: "0.3.0", startedAt: Sets.night(0), epoch: 7, seenAt: Sets.night(0) + 60, state: state
            )
        }
        let unfinished = [run(1, .waiting, hour: 1), run(2, .running, hour: 2), run(3, .running, hour: 1)]
        let views = [
            daemon(90, .alive, labels: ["tier": "1", "site": "fra"]), daemon(91, .alive), daemon(92, .silent),
            daemon(93, .stopped),
        ].map { DaemonView($0, unfinished: unfinished) }
        #expect(views[0].runs.map(\.state) == ["running", "running", "waiting"])
        Golden.expect(
            [
                DaemonTable.render(views, instants, now: Sets.night(0) + 660),
                DaemonTable.render([], instants, now: Sets.night(0)),
            ].joined(separator: "\n\n"), "daemons")
    }
}
