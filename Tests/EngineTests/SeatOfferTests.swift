import Cron
import FoundationEssentials
import Jobs
import TestKit
import Testing

@testable import Engine

@Suite struct `Seats that an end makes free` {
    @Test func `are offered to the first that waits, and to nobody behind one that took them`() throws {
        var daemon = try Waiting(count: 20)
        #expect(daemon.end() == [1])
        #expect(daemon.answer(1, .taken) == [])
    }

    @Test func `go on to the next while somebody cannot use them, and no further than to eight`() throws {
        var daemon = try Waiting(count: 20)
        #expect(daemon.end() == [1])
        let elsewhere = TakeAnswer.Blocker(run: "x", job: "other", seat: "target/other", has: true)
        #expect(daemon.answer(1, .busy([elsewhere])) == [2])
        #expect(daemon.fail(2) == [3], "the catalog did not answer it")
        #expect(daemon.answer(3, .lost) == [4])
        for number in 4...7 { #expect(daemon.answer(number, .busy([elsewhere])) == [number + 1]) }
        #expect(daemon.answer(8, .busy([elsewhere])) == [])
    }

    @Test func `are offered to nobody else once somebody finds them taken`() throws {
        var daemon = try Waiting(count: 3)
        #expect(daemon.end() == [1])
        let all = ["runs", "job/nightly", "target/main", "store/local"].map {
            TakeAnswer.Blocker(run: "x", job: "other", seat: $0, has: true)
        }
        #expect(daemon.answer(1, .busy(all)) == [])
    }

    /// A machine with one run under way, number 0, and others that wait for its seats.
    private struct Waiting {
        private var machine: SchedulerMachine
        private var now = Moment(wall: Sets.night(0), uptime: .seconds(1_000), chance: 0.5)
        private let lease = Lease(daemon: ManualClock.id(1_000), epoch: 1)

        init(count: Int) throws {
            var settings = SchedulerSettings(
                daemon: lease.daemon, role: .serve, owner: LoopBench.owner(1), labels: [:],
                targets: [Target(name: "main", connection: ConnectionInfo(parameters: []), origin: "test")],
                limits: Limits(), timing: DaemonSettings(), jobs: [:], render: InstantRendering(zone: .utc))
            // Jobs of their own, so that none waits for another of its own.
            let schedules = try (0...count).map { try Schedules.make("0 4 * * *", job: "job\($0)") }
            for schedule in schedules { settings.jobs[schedule.job.name] = schedule.job }
            machine = SchedulerMachine(settings, schedules: schedules, makeID: { ManualClock.id(9_999) })
            for event in [SchedulerEvent.started, .registered(lease, asked: now.uptime), .settled(true)] {
                _ = machine.handle(event, at: now)
            }
            let marks = Dictionary(uniqueKeysWithValues: schedules.map { ($0.key, now.wall) })
            _ = machine.handle(.marks(marks), at: now)
            for (number, schedule) in schedules.enumerated() {
                let run = RunRecord(
                    id: Self.id(number), job: schedule.job.name, kind: .backup,
                    trigger: .slot(schedule.key, now.wall - 600), owner: LoopBench.owner(1), state: .waiting,
                    startedAt: now.wall, lease: lease, deadline: now.wall + 3_600)
                _ = machine.handle(.tookOver(run.id, run, attemptsMade: 0), at: now)
                let busy = TakeAnswer.busy([
                    TakeAnswer.Blocker(run: "x", job: "job0", seat: "target/main", has: true)
                ])
                _ = machine.handle(.took(run.id, number == 0 ? .taken : busy), at: now)
            }
        }

        /// The run under way ends.
        mutating func end() -> [Int] {
            var run = machine.duties[Self.id(0)]?.run
            run?.state = .ended(.succeeded)
            run?.endedAt = now.wall
            return run.map { asked(machine.handle(.runEnded($0), at: now)) } ?? []
        }

        mutating func answer(_ number: Int, _ answer: TakeAnswer) -> [Int] {
            asked(machine.handle(.took(Self.id(number), answer), at: now))
        }

        mutating func fail(_ number: Int) -> [Int] {
            asked(machine.handle(.takeFailed(Self.id(number)), at: now))
        }

        /// Who asks for seats.
        private func asked(_ actions: [SchedulerAction]) -> [Int] {
            actions.compactMap { action in
                guard case .take(let id, _, _) = action else { return nil }
                return Int(id.uuid.15)
            }
        }

        private static func id(_ number: Int) -> UUID { ManualClock.id(UInt32(number)) }
    }
}
