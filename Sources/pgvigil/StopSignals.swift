// Dispatch does not say that its sources may be shared; its manual does.
@preconcurrency import Dispatch
import Faults
import Glibc
import Synchronization

/// Turns ^C and SIGTERM into an orderly stop; another one a moment later ends the program at once.
final class StopSignals: Sendable {
    /// `timeout`, shells and supervisors send a signal to a process and to its group, which is one wish and not two.
    private static let sameWish = Duration.seconds(1)

    private let sources: [any DispatchSourceSignal]
    private let asked: Asked

    /// When a signal has come first; shared with the handlers.
    private final class Asked: Sendable {
        let first = Mutex<ContinuousClock.Instant?>(nil)
    }

    /// - Parameter onStop: Called once, at the first signal.
    init(onStop: @escaping @Sendable () async -> Void) {
        let asked = Asked()
        self.asked = asked
        sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number)
            source.setEventHandler { Self.handle(asked, onStop) }
            source.resume()
            return source
        }
    }

    var wasAsked: Bool { asked.first.withLock { $0 != nil } }

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

    private static func handle(_ asked: Asked, _ onStop: @escaping @Sendable () async -> Void) {
        let now = ContinuousClock.now
        let first = asked.first.withLock { first in
            defer { first = first ?? now }
            return first
        }
        guard let first else {
            Console.whisper("\nstopping; once more ends at once\n")
            Task { await onStop() }
            return
        }
        if now - first > sameWish { exit(ExitStatus.interrupted.rawValue) }
    }
}
