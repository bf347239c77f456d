package import FoundationEssentials
import Measures

/// Whether a run may start now, as far as its window goes.
package enum Admission: Sendable, Equatable {
    case start
    /// The next opening that is long enough begins before the deadline.
    case wait(until: Date, because: String)
    /// The run is missed.
    case never(because: String)

    /// Decides for a run with a window.
    ///
    /// A run starts only inside the window, and only if what it is expected to take fits in before the window
    /// closes; else it waits for the next opening that is long enough.
    /// - Parameters:
    ///   - deadline: Nothing starts after it; nil for a run that may wait for ever.
    ///   - name: The window's, for the reasons.
    ///   - stretch: ``Window/stretch(at:offset:)`` of the window.
    ///   - time: How the reasons show an instant.
    package static func decide(
        now: Date, deadline: Date?, expected: Duration, window name: String,
        stretch: (Date) -> WindowStretch, time: (Date) -> String
    ) -> Admission {
        let window = "window '\(name)'"
        if let deadline, now > deadline {
            return .never(because: "it had to start by \(time(deadline))")
        }
        let here = stretch(now)
        if fits(here, from: now, expected) { return .start }
        let length = DurationText.render(expected)
        guard let first = opening(after: now, stretch) else {
            return .never(because: "\(window) does not open again within \(Window.daysAheadMax) days")
        }
        guard let start = fitting(from: first, now: now, expected, stretch) else {
            return .never(because: "no opening of \(window) is as long as the \(length) that are expected")
        }
        var because = "\(window) is closed until \(time(first))"
        if case .open(let end?) = here {
            because =
                "\(window) closes at \(time(end)), too soon for the \(length) that are expected, and opens "
                + "again at \(time(first))"
        }
        if start > first {
            because += "; the first opening of \(length), which are expected, begins at \(time(start))"
        }
        guard let deadline, start > deadline else { return .wait(until: start, because: because) }
        return .never(because: "\(because), and it had to start by \(time(deadline))")
    }

    private static func fits(_ stretch: WindowStretch, from start: Date, _ expected: Duration) -> Bool {
        switch stretch {
        case .open(nil): true
        case .open(let end?): start.addingTimeInterval(expected.inSeconds) <= end
        case .closed: false
        }
    }

    /// The beginning of the next stretch of being open.
    private static func opening(after instant: Date, _ stretch: (Date) -> WindowStretch) -> Date? {
        switch stretch(instant) {
        case .closed(let opens): return opens
        case .open(nil): return nil
        case .open(let end?):
            guard case .closed(let opens) = stretch(end) else { return end }
            return opens
        }
    }

    /// The beginning of the first opening, from `first` on, that is long enough.
    private static func fitting(
        from first: Date, now: Date, _ expected: Duration, _ stretch: (Date) -> WindowStretch
    ) -> Date? {
        let last = now.addingTimeInterval(Double(Window.daysAheadMax * CivilDay.seconds))
        var start: Date? = first
        while let begin = start, begin <= last {
            if fits(stretch(begin), from: begin, expected) { return begin }
            start = opening(after: begin, stretch)
        }
        return nil
    }
}

extension Duration {
    /// For sums with dates, which are Doubles all the same.
    var inSeconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) / 1e18
    }
}
