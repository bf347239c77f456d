import Synchronization

/// Adds up what all workers have read, and tells it now and then.
final class ProgressMeter: Sendable {
    private let report: (@Sendable (VerificationProgress) -> Void)?
    private let state: Mutex<State>

    /// How much is read between two reports.
    private static let stepBytes: Int64 = 4 << 20

    private struct State {
        var done: Int64 = 0
        var total: Int64 = 0
        var reported: Int64 = 0
    }

    init(report: (@Sendable (VerificationProgress) -> Void)?) {
        self.report = report
        state = Mutex(State())
    }

    /// Announces bytes that will be read.
    func expect(_ bytes: Int64) {
        state.withLock { $0.total += bytes }
    }

    /// Notes bytes that were read.
    func add(_ bytes: Int64) {
        guard let report else { return }
        let progress: VerificationProgress? = state.withLock { state in
            state.done += bytes
            guard state.done - state.reported >= ProgressMeter.stepBytes || state.done >= state.total else {
                return nil
            }
            state.reported = state.done
            return VerificationProgress(bytesDone: min(state.done, state.total), bytesTotal: state.total)
        }
        if let progress { report(progress) }
    }
}
