import Engine
import FoundationEssentials

/// Surroundings whose clocks all go faster than the machine's: civil time, waits, and monotonic time.
struct TimeLapse: Sendable {
    /// When the clocks begin, by themselves and by the machine's.
    private let origin: Date
    private let begin: ContinuousClock.Instant
    /// So many seconds of theirs pass in one.
    let speed: Int

    /// - Parameter origin: The civil time at which it begins.
    init(speed: Int, from origin: Date) {
        self.speed = speed
        self.origin = origin
        begin = ContinuousClock.now
    }

    /// How long it has lasted, by its own clocks.
    var elapsed: Duration { (ContinuousClock.now - begin) * speed }

    /// The surroundings of one process.
    func ambient(pid: Int32) -> Ambient {
        Ambient(
            wallTime: { origin.addingTimeInterval(elapsed / .seconds(1)) },
            // A cancelled sleep ends early, which is all that its caller wants to know.
            sleep: { try? await ContinuousClock().sleep(for: $0 / speed) },
            uptime: { elapsed }, makeID: { UUID() }, jitter: { Double.random(in: 0...1) },
            owner: Owner(machine: "lapse-\(pid)", host: "lapse", pid: pid, stateDirectory: "/lapse/\(pid)"))
    }
}
