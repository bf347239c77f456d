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
    private let state: Shared

    /// What the handlers share with the rest.
    private final class Shared: Sendable {
        /// When a signal has come first, and what is to be done then.
        let wish = Mutex<(first: ContinuousClock.Instant?, action: (@Sendable () async -> Void)?)>((nil, nil))
    }

    /// Takes signals from now on.
    init() {
        let state = Shared()
        self.state = state
        sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number)
            source.setEventHandler { Self.handle(state) }
            source.resume()
            return source
        }
    }

    /// Says what the first signal does: at once, if it has come already.
    func onStop(_ action: @escaping @Sendable () async -> Void) {
        let isAsked = state.wish.withLock { wish in
            wish.action = action
            return wish.first != nil
        }
        if isAsked { Task { await action() } }
    }

    var wasAsked: Bool { state.wish.withLock { $0.first != nil } }

    /// Returns when a signal has come.
    func waitUntilAsked() async {
        while !wasAsked {
            // Nothing cancels this; it ends with the signal.
            try? await Task.sleep(for: .milliseconds(100))
        }
    }

    private static func handle(_ state: Shared) {
        let now = ContinuousClock.now
        let (first, action) = state.wish.withLock { wish in
            defer { wish.first = wish.first ?? now }
            return wish
        }
        guard let first else {
            Console.whisper("\nstopping; once more ends at once\n")
            if let action { Task { await action() } }
            return
        }
        if now - first > sameWish { exit(ExitStatus.interrupted.rawValue) }
    }
}
