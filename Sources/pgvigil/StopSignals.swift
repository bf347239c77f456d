// Dispatch does not say that its sources may be shared; its manual does.
@preconcurrency import Dispatch
import Faults
import Glibc
import Synchronization

/// Turns ^C and SIGTERM into an orderly stop; a second one ends the program at once.
final class StopSignals: Sendable {
    private let sources: [any DispatchSourceSignal]
    private let asked: Asked

    /// Whether a signal has come; shared with the handlers.
    private final class Asked: Sendable {
        let count = Atomic<Int>(0)
    }

    /// - Parameter onStop: Called once, at the first signal.
    init(onStop: @escaping @Sendable () async -> Void) {
        let asked = Asked()
        self.asked = asked
        sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number)
            source.setEventHandler {
                if asked.count.add(1, ordering: .relaxed).oldValue > 0 { exit(ExitStatus.interrupted.rawValue) }
                Console.whisper("\nstopping; once more ends at once\n")
                Task { await onStop() }
            }
            source.resume()
            return source
        }
    }

    var wasAsked: Bool { asked.count.load(ordering: .relaxed) > 0 }

    /// Returns when a signal has come.
    func waitUntilAsked() async {
        while !wasAsked {
            // Nothing cancels this; it ends with the signal.
            try? await Task.sleep(for: .milliseconds(100))
        }
    }

    /// Lets signals be again what they were.
    func cancel() {
        for source in sources { source.cancel() }
        signal(SIGINT, SIG_DFL)
        signal(SIGTERM, SIG_DFL)
    }
}
