/// When a job may work: weekly openings in one zone, without the days that are closed, while its guards hold.
package struct Window: Sendable, Equatable {
    /// An IANA name; nil for the zone of the schedule.
    package var zoneName: String?
    package var openings: [Opening]
    /// Days on which no opening begins and none goes on: public holidays, sale days.
    package var closed: [ClosedDays]
    package var guards: [GuardRule]

    package init(
        zoneName: String? = nil, openings: [Opening], closed: [ClosedDays] = [], guards: [GuardRule] = []
    ) {
        self.zoneName = zoneName
        self.openings = openings
        self.closed = closed
        self.guards = guards
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

    /// A civil day, or several on end, in the window's zone.
    package struct ClosedDays: Sendable, Equatable {
        /// Numbers of days as in ``Measures/CivilDay``; `last` belongs to them and is not before `first`.
        package var first: Int
        package var last: Int

        package init(first: Int, last: Int) {
            self.first = first
            self.last = last
        }
    }
}
