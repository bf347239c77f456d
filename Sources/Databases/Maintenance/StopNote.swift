import Synchronization

/// Why a statement of ours is to end before its own end.
enum StopReason: Sendable, Equatable {
    /// A guard, the end of the window, or whoever stopped the run; in their words.
    case told(String)
    /// Others wait for our lock; who.
    case waiter(String)
    /// We did not get our lock in time; who holds it.
    case lockTaken(String)
    /// It took longer than it may.
    case tooLong(Duration)
    /// The second connection is gone, so nobody would see whom we hinder.
    case unwatched

    /// In one line.
    var text: String {
        switch self {
        case .told(let why): why
        case .waiter(let who): "others waited for its lock: \(who)"
        case .lockTaken(let who): "its lock was not free: \(who)"
        case .tooLong(let limit): "it took longer than \(limit.components.seconds)s"
        case .unwatched: "the connection that watched it was lost"
        }
    }
}

/// The first reason that anybody had to stop; what comes later changes nothing.
final class StopNote: Sendable {
    private let note = Mutex<StopReason?>(nil)

    var reason: StopReason? { note.withLock { $0 } }

    func tell(_ reason: StopReason) {
        note.withLock { $0 = $0 ?? reason }
    }
}
