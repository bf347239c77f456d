package import FoundationEssentials
import Glibc

/// The clocks of this machine, for tests of processes that go by them.
package enum RealClock {
    /// Civil time.
    package static var now: Date { Date() }

    /// Whole seconds of the machine's monotonic clock, which begins at its start.
    package static var monotonicSeconds: Int {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        return now.tv_sec
    }
}
