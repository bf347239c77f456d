import Faults
import FoundationEssentials
import Jobs
import Policy

/// A run that this daemon has to see to its end, from the claim of its slot on.
struct Duty: Sendable {
    var run: RunRecord
    let job: Job
    /// What its slot's line says of windows and overlap; nil for a run by hand.
    let schedule: Schedule?
    let seats: [Seat]
    var attemptsMade = 0
    var phase: Phase
    /// Whether the catalog is known to have its row.
    var isClaimed = false
    /// Whether the catalog knows that it has its seats.
    var hasSeats = false
    /// Somebody wants it to stop; the first reason stands.
    var stop: StopReason?
    /// Guards that were told of while it runs, so that they are told of once.
    var tripped: [String] = []
    /// The next look at the guards while it runs.
    var guardsDue: Duration?

    enum Phase: Sendable, Equatable {
        /// Its row is being written.
        case claiming
        /// For its window, a guard, a seat or the catalog: looked at again at this time.
        case waiting(until: Duration)
        case readingGuards
        case taking
        case running
    }

    var isRunning: Bool { phase == .running }

    var isWaiting: Bool {
        switch phase {
        case .waiting: true
        case .claiming, .readingGuards, .taking, .running: false
        }
    }

    /// The place in the queue: who came due earlier goes first.
    var order: (Date, String) {
        switch run.trigger {
        case .slot(_, let at): (at, run.id.uuidString)
        case .hand: (run.startedAt, run.id.uuidString)
        }
    }

    func hasMissed(_ moment: Moment) -> Bool { run.deadline.map { moment.wall > $0 } ?? false }
}
