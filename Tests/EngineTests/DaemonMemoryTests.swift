import Cron
import FoundationEssentials
import Jobs
import TestKit
import Testing

@testable import Engine

/// What a daemon knows of a slot by itself, whatever the catalog tells it.
@Suite struct `A daemon that had a slot before` {
    private let key = ScheduleKey(job: "nightly", zone: "UTC", pattern: "40 0 * * *")
    private let slot = Sets.night(0) + 600

    @Test func `does not begin it anew when its own clock gets there late and the catalog is gone`() throws {
        var daemon = try Daemon(startedAt: slot - 60)
        // Taken over from a daemon whose clock is a minute ahead.
        let adopted = daemon.handle(.tookOver(run.id, run, attemptsMade: 0))
        #expect(adopted.contains { if case .take(run.id, _, _) = $0 { true } else { false } })
        let later = daemon.handle(.woke, after: .seconds(65))
        #expect(!later.contains { "\($0)".contains(Daemon.newID.uuidString) })
    }

    @Test func `does not do it again when the run comes back to it unfinished`() throws {
        var daemon = try Daemon(startedAt: slot)
        _ = daemon.handle(.tookOver(run.id, run, attemptsMade: 0))
        #expect(
            daemon.handle(.took(run.id, .taken)).contains { if case .perform = $0 { true } else { false } })
        var done = run
        done.state = .ended(.succeeded)
        done.summary = "one database saved"
        done.endedAt = slot + 40
        _ = daemon.handle(.runEnded(done), after: .seconds(40))
        var again = run
        again.lease = Lease(daemon: Daemon.id, epoch: 2)
        again.state = .running
        let actions = daemon.handle(.tookOver(run.id, again, attemptsMade: 1), after: .seconds(5))
        let ends = actions.compactMap { action -> RunRecord? in
            if case .end(let run, .succeeded, summary: "one database saved") = action { run } else { nil }
        }
        #expect(ends.map(\.lease) == [again.lease])
        #expect(!actions.contains { if case .take = $0 { true } else { false } })
    }

    private var run: RunRecord {
        RunRecord(
            id: ManualClock.id(7), job: "nightly", kind: .backup, trigger: .slot(key, slot),
            owner: LoopBench.owner(1), state: .waiting, startedAt: slot,
            lease: Lease(daemon: Daemon.id, epoch: 1), deadline: slot + 3_600)
    }

    /// A machine that holds the lease and knows its marks, with its time.
    private struct Daemon {
        static let id = ManualClock.id(1_000)
        /// Of every run that it makes itself.
        static let newID = ManualClock.id(99)
        private var machine: SchedulerMachine
        private var now: Moment

        init(startedAt wall: Date) throws {
            let schedule = try Schedules.make("40 0 * * *")
            now = Moment(wall: wall, uptime: .seconds(1_000), chance: 0.5)
            machine = SchedulerMachine(
                SchedulerSettings(
                    daemon: Self.id, role: .serve, owner: LoopBench.owner(1), labels: [:],
                    targets: [
                        Target(name: "main", connection: ConnectionInfo(parameters: []), origin: "test")
                    ],
                    limits: Limits(), timing: DaemonSettings(), jobs: ["nightly": schedule.job],
                    render: InstantRendering(zone: .utc)),
                schedules: [schedule], makeID: { Self.newID })
            let lease = Lease(daemon: Self.id, epoch: 1)
            for event in [
                SchedulerEvent.started, .registered(lease, asked: now.uptime), .settled(true),
                .marks([schedule.key: wall - 1]),
            ] {
                _ = handle(event)
            }
        }

        mutating func handle(_ event: SchedulerEvent, after pause: Duration = .zero) -> [SchedulerAction] {
            now.uptime += pause
            now.wall += pause / .seconds(1)
            return machine.handle(event, at: now)
        }
    }
}
