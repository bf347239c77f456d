package import Cron
package import Faults
package import FoundationEssentials
package import Jobs
package import Policy

/// A crontab line joined with its job: when, and what.
///
/// It has a thousand bytes, and a daemon keeps ten thousand of them in several orders: so there is one of each, which
/// its copies share.
package struct Schedule: Sendable, Equatable {
    /// What it is known by.
    package var key: ScheduleKey {
        get { shared.parts.key }
        set { change { $0.key = newValue } }
    }
    /// When it is due.
    package var pattern: CronPattern {
        get { shared.parts.pattern }
        set { change { $0.pattern = newValue } }
    }
    /// Whose clock the pattern is about.
    package var zone: Zone {
        get { shared.parts.zone }
        set { change { $0.zone = newValue } }
    }
    /// What is done.
    package var job: Job {
        get { shared.parts.job }
        set { change { $0.job = newValue } }
    }
    /// When its runs may work; nil for always.
    package var window: NamedWindow? {
        get { shared.parts.window }
        set { change { $0.window = newValue } }
    }
    /// A slot that could not start within this time of its instant is missed.
    package var late: Duration {
        get { shared.parts.late }
        set { change { $0.late = newValue } }
    }
    /// What becomes of slots that nobody was there for.
    package var catchUp: CatchUp {
        get { shared.parts.catchUp }
        set { change { $0.catchUp = newValue } }
    }
    /// What an earlier run of the job means for a new one.
    package var overlap: Overlap {
        get { shared.parts.overlap }
        set { change { $0.overlap = newValue } }
    }
    /// Where it is written.
    package var place: Place {
        get { shared.parts.place }
        set { change { $0.place = newValue } }
    }

    private var shared: Shared

    private struct Parts: Sendable, Equatable {
        var key: ScheduleKey
        var pattern: CronPattern
        var zone: Zone
        var job: Job
        var window: NamedWindow?
        var late: Duration
        var catchUp: CatchUp
        var overlap: Overlap
        var place: Place
    }

    /// What nobody can change, so that copies may share it.
    private final class Shared: Sendable {
        let parts: Parts

        init(_ parts: Parts) { self.parts = parts }
    }

    private mutating func change(_ body: (inout Parts) -> Void) {
        var parts = shared.parts
        body(&parts)
        shared = Shared(parts)
    }

    package static func == (left: Schedule, right: Schedule) -> Bool {
        left.shared === right.shared || left.shared.parts == right.shared.parts
    }

    /// A window with the name it has in `pgvigil.yaml`, and the zone its hours are in.
    package struct NamedWindow: Sendable, Equatable {
        package var name: String
        package var window: Window
        package var zone: Zone
        /// Where the hours of a learned window come from, for people; nil for one that is written.
        package var note: String?

        package init(name: String, window: Window, zone: Zone, note: String? = nil) {
            self.name = name
            self.window = window
            self.zone = zone
            self.note = note
        }

        /// Whether it is open at an instant.
        package func contains(_ instant: Date) -> Bool {
            window.contains(instant) { [zone] in
                zone.offset(at: $0)
            }
        }

        /// The stretch of being open or closed that an instant lies in.
        package func stretch(at instant: Date) -> WindowStretch {
            window.stretch(at: instant) { [zone] in zone.offset(at: $0) }
        }

        /// Whether a run may start in it now, or how long it waits for it.
        package func admission(
            now: Date, deadline: Date?, expected: Duration, _ render: InstantRendering
        ) -> Admission {
            Admission.decide(
                now: now, deadline: deadline, expected: expected, window: name,
                stretch: { [window, zone] instant in window.stretch(at: instant) { zone.offset(at: $0) } },
                time: { render($0) })
        }
    }

    /// What a schedule that says nothing allows.
    package static let lateDefault = Duration.seconds(3600)

    package init(
        key: ScheduleKey, pattern: CronPattern, zone: Zone, job: Job, window: NamedWindow? = nil,
        late: Duration = Schedule.lateDefault, catchUp: CatchUp = .latest, overlap: Overlap = .skip,
        place: Place
    ) {
        shared = Shared(
            Parts(
                key: key, pattern: pattern, zone: zone, job: job, window: window, late: late,
                catchUp: catchUp, overlap: overlap, place: place))
    }
}

/// One planned instant of a schedule.
package struct Slot: Sendable, Equatable {
    package var schedule: Schedule
    package var at: Date

    package init(schedule: Schedule, at: Date) {
        self.schedule = schedule
        self.at = at
    }
}

/// Plans slots: pure, from schedules and instants alone.
package enum Planner {
    /// More slots than this are not listed at once.
    package static let slotsMax = 100_000

    /// Every slot after `from` up to and including `until`, in their order; the first `limit` if there are more.
    package static func slots(
        of schedules: [Schedule], after from: Date, until: Date, limit: Int = slotsMax
    ) -> [Slot] {
        var slots: [Slot] = []
        var end = until
        for schedule in schedules {
            for at in Occurrences(of: schedule.pattern, after: from, through: end, in: schedule.zone) {
                slots.append(Slot(schedule: schedule, at: at))
                guard slots.count >= 2 * limit else { continue }
                // Nothing after the last one that is kept can be listed any more.
                slots = first(limit, of: slots)
                end = slots.last?.at ?? end
                if at > end { break }
            }
        }
        return first(limit, of: slots)
    }

    private static func first(_ limit: Int, of slots: [Slot]) -> [Slot] {
        let sorted = slots.sorted { left, right in
            if left.at != right.at { return left.at < right.at }
            let (one, other) = (left.schedule.key, right.schedule.key)
            return (one.job, one.pattern, one.zone) < (other.job, other.pattern, other.zone)
        }
        return Array(sorted.prefix(limit))
    }
}
