import Faults
import FoundationEssentials
import Jobs
import Policy

/// A run that this daemon has to see to its end, from the claim of its slot on.
struct Duty: Sendable {
    var run: RunRecord
    /// When it came due: the instant of its slot, or when somebody asked for it.
    let due: Date
    private var plan: Plan
    var attemptsMade = 0
    var phase: Phase
    /// Whether the catalog is known to have its row.
    var isClaimed = false
    /// Whether the catalog knows that it has its seats.
    var hasSeats = false
    /// Whether it may have seats, or places in their queues: it has asked for them, and has not let them go since.
    var hasAsked = false
    /// Somebody wants it to stop; the first reason stands.
    var stop: StopReason?
    /// Guards that were told of while it runs, so that they are told of once.
    var tripped: [String] = []
    /// The next look at the window and its guards while it runs.
    var guardsDue: Duration?
    /// When a wish to stop that has no effect yet is told again, and how often it was told.
    var stopDue: Duration?
    var stopsTold = 0
    /// Whether it waits for the catalog to be back.
    var awaitsCatalog = false
    /// Whether the catalog did not answer when it was asked for seats.
    var isUnanswered = false
    /// Whether its slot is made up for with others: then they are done one after the other, whatever the line says.
    var isMadeUp = false
    /// Whether its schedule is no longer in the configuration.
    var isGone = false
    /// Whether what was asked for it is of no use any more, since the configuration has changed.
    var isRevised = false

    init(
        run: RunRecord, job: Job, schedule: Schedule?, seats: [Seat], phase: Phase, isClaimed: Bool = false
    ) {
        self.run = run
        due =
            switch run.trigger {
            case .slot(_, let at): at
            case .hand: run.startedAt
            }
        plan = Plan(job: job, schedule: schedule, seats: seats)
        self.phase = phase
        self.isClaimed = isClaimed
    }

    enum Phase: Sendable, Equatable {
        /// Its row is being written.
        case claiming
        /// For its window, a guard, a seat or the catalog: looked at again at this time.
        case waiting(until: Duration)
        case readingGuards
        case taking
        /// What it has of seats, and of places in their queues; it waits on until this time then.
        case releasing(until: Duration)
        case running
    }

    /// What changes of a duty with the configuration only. Duties are copied at every look at them, and to copy a
    /// job and a schedule each time was a tenth of what a machine costs: so there is one of it, which nobody can
    /// change.
    private final class Plan: Sendable {
        let job: Job
        let schedule: Schedule?
        let seats: [Seat]

        init(job: Job, schedule: Schedule?, seats: [Seat]) {
            self.job = job
            self.schedule = schedule
            self.seats = seats
        }
    }

    var job: Job { plan.job }

    /// What its slot's line says of windows and overlap; nil for a run by hand.
    var schedule: Schedule? { plan.schedule }

    var seats: [Seat] { plan.seats }

    /// Follows a new definition, as what has not started does.
    mutating func follow(_ schedule: Schedule, _ job: Job, seats: [Seat]) {
        plan = Plan(job: job, schedule: schedule, seats: seats)
        isGone = false
        run.deadline = due.addingTimeInterval(schedule.late / .seconds(1))
    }

    var isRunning: Bool { phase == .running }

    var isWaiting: Bool {
        switch phase {
        case .waiting: true
        case .claiming, .readingGuards, .taking, .releasing, .running: false
        }
    }

    /// The place in the queue: who came due earlier goes first.
    func isBefore(_ other: Duty) -> Bool { due == other.due ? run.id < other.run.id : due < other.due }

    func hasMissed(_ moment: Moment) -> Bool { run.deadline.map { moment.wall > $0 } ?? false }
}
