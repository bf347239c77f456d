import Faults
import FoundationEssentials
import Jobs
import Policy

/// A run that this daemon has to see to its end, from the claim of its slot on.
///
/// Thousands of duties may wait, and all of them are looked at whenever something happens. To copy what is known of
/// each at every look was most of what a daemon did: so there is one of it, which copies share and nobody changes, and
/// a duty that changes gets another.
@dynamicMemberLookup
struct Duty: Sendable {
    private var shared: Shared

    private final class Shared: Sendable {
        let facts: DutyFacts

        init(_ facts: DutyFacts) { self.facts = facts }
    }

    init(
        run: RunRecord, job: Job, schedule: Schedule?, seats: [Seat], phase: DutyFacts.Phase,
        isClaimed: Bool = false
    ) {
        shared = Shared(
            DutyFacts(
                run: run, job: job, schedule: schedule, seats: seats, phase: phase, isClaimed: isClaimed))
    }

    subscript<Value>(dynamicMember path: KeyPath<DutyFacts, Value>) -> Value { shared.facts[keyPath: path] }

    subscript<Value>(dynamicMember path: WritableKeyPath<DutyFacts, Value>) -> Value {
        get { shared.facts[keyPath: path] }
        set {
            var facts = shared.facts
            facts[keyPath: path] = newValue
            shared = Shared(facts)
        }
    }

    /// Follows a new definition, as what has not started does.
    mutating func follow(_ schedule: Schedule, _ job: Job, seats: [Seat]) {
        var facts = shared.facts
        facts.follow(schedule, job, seats: seats)
        shared = Shared(facts)
    }

    /// The place in the queue: who came due earlier goes first.
    func isBefore(_ other: Duty) -> Bool {
        let (mine, theirs) = (shared.facts, other.shared.facts)
        return mine.due == theirs.due ? mine.run.id < theirs.run.id : mine.due < theirs.due
    }

    func hasMissed(_ moment: Moment) -> Bool { shared.facts.run.deadline.map { moment.wall > $0 } ?? false }
}

/// What is known of a duty.
struct DutyFacts: Sendable {
    var run: RunRecord
    /// When it came due: the instant of its slot, or when somebody asked for it.
    let due: Date
    private(set) var job: Job
    /// What its slot's line says of windows and overlap; nil for a run by hand.
    private(set) var schedule: Schedule?
    private(set) var seats: [Seat]
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
    /// Seats that became free while it waited, and that it looks at before others do.
    var offer: SeatOffer?
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
        self.job = job
        self.schedule = schedule
        self.seats = seats
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

    /// Follows a new definition, as what has not started does.
    mutating func follow(_ schedule: Schedule, _ job: Job, seats: [Seat]) {
        self.job = job
        self.schedule = schedule
        self.seats = seats
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
}
