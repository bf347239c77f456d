import Cron
import FoundationEssentials
import Jobs
import Policy

/// Whether another attempt of a run may begin now: its deadline, and the window and guards of its schedule.
///
/// They allowed the first attempt; hours may have passed since.
struct AttemptAdmission: Sendable {
    enum Answer: Sendable, Equatable {
        case may
        /// A guard refuses, which may pass.
        case notYet(because: String)
        case never(because: String)
    }

    /// A guard that refused is read again after this.
    static let guardPause = Duration.seconds(30)

    let run: RunRecord
    let job: Job
    /// Nil for a run by hand, which heeds neither window nor guard.
    let schedule: Schedule?
    let targets: [Target]
    let guards: (any GuardPort)?
    let book: JournaledBook
    let ambient: Ambient

    /// Whether the deadline will have passed when a pause is over.
    func isTooLate(in pause: Duration = .zero) -> Bool {
        run.deadline.map { ambient.wallTime().addingTimeInterval(pause / .seconds(1)) > $0 } ?? false
    }

    /// Asks the window, then the guards.
    func ask() async -> Answer {
        if isTooLate() { return .never(because: BackupMachine.tooLate) }
        guard let window = schedule?.window, let zone = schedule?.zone else { return .may }
        // Without the catalog, what the job says is all that is known.
        let past = try? await book.durations(ofJob: job.name, limit: Expectation.sampleMax)
        let expected = job.expectation(past.flatMap { Expectation.duration($0) } ?? job.expected)
        switch window.admission(
            now: ambient.wallTime(), deadline: run.deadline, expected: expected, InstantRendering(zone: zone))
        {
        case .start: break
        // The run has its seats, and must not keep them until the window opens again.
        case .wait(_, let why), .never(let why): return .never(because: "no further attempt: \(why)")
        }
        guard let guards, !window.window.guards.isEmpty else { return .may }
        let readings = await guards.read(
            Set(window.window.guards.map(\.kind)), targets: job.chosen(from: targets), store: job.storeName)
        let refusals = GuardRule.check(readings, rules: window.window.guards)
        return refusals.isEmpty ? .may : .notYet(because: refusals.joined(separator: "; "))
    }
}

extension Job {
    /// What maintenance needs of a window at least, to be worth beginning.
    private static let fillingMin = Duration.seconds(60)

    /// Whether its work fills what is left of its window and heeds window and guards by itself: nobody has to stop it,
    /// and an emergency goes on.
    var fillsWindow: Bool {
        switch work {
        case .maintain: true
        case .backup, .command, .drill, .verify, .restore, .sql: false
        }
    }

    /// What must be left of a window for a run to begin: what it is expected to take, but for work that takes what it
    /// gets.
    func expectation(_ expected: Duration) -> Duration {
        fillsWindow ? min(expected, Self.fillingMin) : expected
    }

    /// Those of the configuration's targets that it is about.
    func chosen(from targets: [Target]) -> [Target] {
        targets.filter { target in self.targets?.contains { Glob.matches($0, target.name) } ?? true }
    }

    /// The store that it writes to.
    fileprivate var storeName: String? {
        switch work {
        case .backup(let spec): spec.store
        case .command, .drill, .verify, .restore, .maintain, .sql: nil
        }
    }
}
