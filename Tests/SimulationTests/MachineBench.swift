import Cron
import Faults
import FoundationEssentials
import Jobs
import Policy

@testable import Engine
@testable import Simulation

/// One machine and its clocks, moved by hand; it starts at half past midnight, with a lease of 30 seconds.
struct MachineBench {
    static let midnight = Date(timeIntervalSince1970: 1_795_392_000)
    static let id = UUID(uuid: (1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1))
    static let other = UUID(uuid: (2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2))

    var machine: SchedulerMachine
    var now = Moment(wall: midnight + 1800, uptime: .seconds(1000), chance: 0.5)
    let schedules: [Schedule]
    var settlesAtOnce = true

    init(_ schedules: [Schedule] = [], role: DaemonRecord.Role = .serve, dead: Set<UUID> = []) {
        self.schedules = schedules
        let ids = IDSource(Chance(1))
        let settings = SchedulerSettings(
            daemon: Self.id, role: role, owner: Self.owner, labels: [:], targets: [], limits: Limits(),
            timing: DaemonSettings(lease: .seconds(30), grace: .seconds(60)),
            jobs: Dictionary(schedules.map { ($0.job.name, $0.job) }) { first, _ in first }, dead: dead,
            render: InstantRendering(zone: .utc))
        machine = SchedulerMachine(settings, schedules: schedules) { ids.make() }
    }

    static let owner = Owner(machine: "m", host: "h", pid: 1, stateDirectory: "/state")

    /// A backup, or a program of the user's, which does not go on without the catalog.
    static func job(isBackup: Bool) -> Job {
        Job(
            name: isBackup ? "nightly" : "tidy", targets: nil,
            work: isBackup ? .backup(BackupSpec()) : .command(CommandSpec(command: ["vacuumlo"])),
            timeout: .seconds(3600), retry: RetryPolicy(), expected: .seconds(60),
            place: Place(file: "jobs/a.yaml"))
    }

    static func schedule(_ pattern: String, isBackup: Bool = true, window: Window? = nil) -> Schedule {
        let job = job(isBackup: isBackup)
        return Schedule(
            key: ScheduleKey(job: job.name, zone: "UTC", pattern: pattern),
            pattern: SimulatedZones.pattern(pattern), zone: .utc, job: job,
            window: window.map { Schedule.NamedWindow(name: "nights", window: $0, zone: .utc) },
            late: .seconds(3600), place: Place(file: "cron/a.cron", line: 1))
    }

    /// A run that waits, of a daemon that is silent.
    static func orphan(of schedule: Schedule) -> RunRecord {
        RunRecord(
            id: other, job: schedule.job.name, kind: schedule.job.kind,
            trigger: .slot(schedule.key, midnight + 1200), owner: owner, state: .waiting,
            startedAt: midnight + 1200, lease: Lease(daemon: other, epoch: 1), deadline: midnight + 7200)
    }

    static let lease = Lease(daemon: id, epoch: 7)

    // MARK: Driving

    /// What it does of its own accord or on an event, in words; what it tells people is left out.
    ///
    /// The catalog is told at once what it lacks, unless a test says otherwise.
    mutating func send(_ event: SchedulerEvent) -> [String] {
        let actions = machine.handle(event, at: now)
        let words = actions.compactMap(Self.word)
        guard settlesAtOnce, actions.contains(where: { if case .settle = $0 { true } else { false } }) else {
            return words
        }
        return words + send(.settled(true))
    }

    mutating func pass(_ seconds: Double) {
        now.wall += seconds
        now.uptime += .seconds(seconds)
    }

    /// Time goes by, and it wakes.
    mutating func wake(after seconds: Double) -> [String] {
        pass(seconds)
        return send(.woke)
    }

    /// The answer of the catalog to a renewal that was sent this moment.
    mutating func renew(_ news: Renewal.News = Renewal.News()) -> [String] {
        send(.renewed(.held(news), asked: now.uptime))
    }

    /// Time goes by with a catalog that renews the lease; what it does meanwhile.
    mutating func hold(for seconds: Int) -> [String] {
        var done: [String] = []
        for _ in 0..<seconds / 5 {
            pass(5)
            done += renew()
        }
        return done
    }

    /// Starts, and has its lease and its marks, which are of now.
    mutating func join() {
        _ = send(.started)
        _ = send(.registered(Self.lease, asked: now.uptime))
        _ = send(.durations([:]))
        _ = send(.marks(Dictionary(schedules.map { ($0.key, now.wall) }) { first, _ in first }))
    }

    /// The ids of its runs, in the order in which they came due.
    var runs: [UUID] { machine.dutiesInOrder.map(\.run.id) }

    /// The first of them, or one that is not its own.
    var run: UUID { runs.first ?? Self.other }

    /// Goes on to twenty to one, when a slot is due, and to where its run has its row.
    mutating func claim() -> [String] {
        _ = hold(for: 600)
        return send(.claimed(Dictionary(runs.map { ($0, .begun) }) { first, _ in first }))
    }

    /// The same, and on to where it is under way.
    mutating func work() -> [String] {
        _ = claim()
        return runs.flatMap { send(.took($0, .taken)) }
    }

    // MARK: Words

    private static func word(_ action: SchedulerAction) -> String? {
        switch action {
        case .register: "register"
        case .renew: "renew"
        case .readMarks: "read marks"
        case .readDurations: "read durations"
        case .claim(let runs, let marks, _): "claim \(runs.count), \(marks.count) marks"
        case .take: "take"
        case .release: "release"
        case .noteWaiting(_, let reason, _): "wait \(reason)"
        case .takeOver: "take over"
        case .readGuards: "read guards"
        case .perform: "perform"
        case .stop(_, .leaseLost): "stop: lease lost"
        case .stop: "stop"
        case .end(_, let outcome, _): "end \(outcome.rawValue)"
        case .askToStop: "ask to stop"
        case .rememberPeers: "remember peers"
        case .leave: "leave"
        case .quit: "quit"
        case .settle, .readOwn, .tell: nil
        }
    }
}
