// Dispatch does not say that its sources may be shared; its manual does.
@preconcurrency import Dispatch
import Faults
import Glibc
import Synchronization

/// Turns ^C and SIGTERM into an orderly stop, and SIGHUP into a reload; one signal more than are wishes for a stop
/// ends the program at once.
final class StopSignals: Sendable {
    /// `timeout`, shells and supervisors send a signal to a process and to its group, which is one wish and not two.
    private static let sameWish = Duration.seconds(1)

    private let sources: [any DispatchSourceSignal]
    private let state: Shared

    /// What the handlers share with the rest.
    private final class Shared: Sendable {
        let wishes: [String]
        let wish = Mutex(Wish())
        let reload = Mutex<(any DispatchSourceSignal)?>(nil)

        init(_ wishes: [String]) { self.wishes = wishes }
    }

    /// How often a stop was wished for, when last, and what is to be done each time.
    private struct Wish {
        var count = 0
        var last: ContinuousClock.Instant?
        var action: (@Sendable () async -> Void)?
    }

    /// Takes signals from now on.
    ///
    /// - Parameter wishes: What is said at each wish to stop that is obeyed; the one after them ends the program.
    init(wishes: [String] = ["stopping; once more ends at once"]) {
        let state = Shared(wishes)
        self.state = state
        sources = [SIGINT, SIGTERM].map { number in Self.source(of: number) { Self.stop(state) } }
    }

    /// Takes a signal from now on.
    ///
    /// Dispatch has a handler of its own for it from the source's beginning on, so what happens otherwise is set before.
    private static func source(of number: Int32, _ action: @escaping @Sendable () -> Void)
        -> any DispatchSourceSignal
    {
        signal(number, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: number)
        source.setEventHandler(handler: action)
        source.resume()
        return source
    }

    /// Says what each wish to stop does: at once, if one has come already.
    func onStop(_ action: @escaping @Sendable () async -> Void) {
        let isAsked = state.wish.withLock { wish in
            wish.action = action
            return wish.count > 0
        }
        if isAsked { Task { await action() } }
    }

    /// Says what SIGHUP does; without this it ends the program, as when a terminal is closed.
    func onReload(_ action: @escaping @Sendable () async -> Void) {
        let source = Self.source(of: SIGHUP) { Task { await action() } }
        state.reload.withLock { $0 = source }
    }

    var wasAsked: Bool { state.wish.withLock { $0.count > 0 } }

    /// Returns when a signal has come.
    func waitUntilAsked() async {
        while !wasAsked {
            // Nothing cancels this; it ends with the signal.
            try? await Task.sleep(for: .milliseconds(100))
        }
    }

    private static func stop(_ state: Shared) {
        let now = ContinuousClock.now
        let (count, action) = state.wish.withLock { wish -> (Int?, (@Sendable () async -> Void)?) in
            if let last = wish.last, now - last <= sameWish { return (nil, nil) }
            wish.last = now
            wish.count += 1
            return (wish.count, wish.action)
        }
        guard let count else { return }
        guard count <= state.wishes.count else { exit(ExitStatus.interrupted.rawValue) }
        Console.whisper("\n\(state.wishes[count - 1])\n")
        if let action { Task { await action() } }
    }
}
