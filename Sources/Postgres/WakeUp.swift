import CLibPQ
import Glibc

/// A descriptor that becomes readable once somebody signals it: how another task interrupts a wait in `poll`.
final class WakeUp: Sendable {
    /// -1 if the system has no descriptor to spare; `poll` ignores it then, and only the time limit ends a wait.
    let descriptor: Int32

    init() {
        descriptor = pgvigil_eventfd()
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Safe from any thread, any number of times.
    func signal() {
        if descriptor >= 0 { pgvigil_eventfd_signal(descriptor) }
    }
}

/// Waits for sockets; times are of the monotonic clock.
enum Readiness {
    case ready
    case woken
    case limitReached

    /// Waits until the socket is ready for one of `events`, somebody signals `wakeUp`, or the deadline has passed.
    static func wait(
        socket: Int32, events: Int32, wakeUp: WakeUp?, until deadline: ContinuousClock.Instant
    ) -> Readiness {
        var descriptors = [
            pollfd(fd: socket, events: Int16(events), revents: 0),
            pollfd(fd: wakeUp?.descriptor ?? -1, events: Int16(POLLIN), revents: 0),
        ]
        while true {
            let left = ContinuousClock.now.duration(to: deadline)
            if left <= .zero { return .limitReached }
            // Rounded up, so that the last millisecond is not spent spinning; a long wait is taken in slices.
            let milliseconds = min(
                left.components.seconds * 1000 + 1 + left.components.attoseconds / 1_000_000_000_000_000,
                60_000)
            let count = poll(&descriptors, nfds_t(descriptors.count), Int32(milliseconds))
            if count < 0, errno != EINTR { return .ready }
            if count <= 0 { continue }
            return descriptors[0].revents != 0 ? .ready : .woken
        }
    }
}
