/// When a job may work: weekly openings in one zone.
package struct Window: Sendable, Equatable {
    /// An IANA name; nil for the zone of the schedule.
    package var zoneName: String?
    package var openings: [Opening]

    package init(zoneName: String? = nil, openings: [Opening]) {
        self.zoneName = zoneName
        self.openings = openings
    }

    /// From a minute of the week to another; an end at or before the start is on the next day.
    package struct Opening: Sendable, Equatable {
        /// 0 is Sunday.
        package var weekdays: Set<Int>
        /// Minutes after midnight, 0–1439.
        package var from: Int
        /// Minutes after midnight, 1–1440; not after `from` means on the following day.
        package var to: Int

        package init(weekdays: Set<Int>, from: Int, to: Int) {
            self.weekdays = weekdays
            self.from = from
            self.to = to
        }
    }
}
