import Engine
import Synchronization

/// Hears the steps of a run, and passes all on to who tells of it.
final class StepEar: RunObserver {
    private let next: any RunObserver
    private let steps = Mutex<[StepRecord]>([])

    init(_ next: any RunObserver) { self.next = next }

    /// Those that have ended, in their order.
    var ended: [StepRecord] { steps.withLock { $0 } }

    func observe(_ note: RunNote) {
        if case .stepEnded(let step) = note { steps.withLock { $0.append(step) } }
        next.observe(note)
    }
}
