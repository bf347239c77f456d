import FoundationEssentials
package import Jobs
import Policy

/// What the slots to come will do to each other, as far as their expected durations tell.
///
/// It is rough: guards, failures and other daemons' runs by hand are not known, and a run that is expected to wait is
/// taken to start at its own time all the same.
package struct Forecast {
    /// More slots in the way of one are not named.
    private static let meetingsMax = 3

    private let targets: [Target]
    private let limits: Limits
    /// By job; none without history.
    private let expected: [String: Duration]
    private let render: InstantRendering
    private var seatsOfJobs: [String: [Seat]] = [:]
    private var under: [Occupation] = []

    /// A slot that is expected to be under way.
    private struct Occupation {
        var job: String
        var at: Date
        var until: Date
        var seats: [Seat]
    }

    private init(
        _ targets: [Target], _ limits: Limits, _ expected: [String: Duration], _ render: InstantRendering
    ) {
        self.targets = targets
        self.limits = limits
        self.expected = expected
        self.render = render
    }

    /// The views of slots, which come in the order of their instants.
    ///
    /// - Parameter expected: How long runs of each job take, from their history.
    package static func views(
        of slots: [Slot], targets: [Target], limits: Limits, expected: [String: Duration],
        render: InstantRendering
    ) -> [SlotView] {
        var forecast = Forecast(targets, limits, expected, render)
        return slots.map { forecast.view(of: $0) }
    }

    private mutating func view(of slot: Slot) -> SlotView {
        let job = slot.schedule.job
        let seats = seatsOfJobs[job.name] ?? SeatPlan.seats(of: job, targets: targets, limits: limits)
        seatsOfJobs[job.name] = seats
        var view = SlotView(slot, expected: expected[job.name], seats: seats, render: render)
        guard view.admission != "missed" else { return view }
        let begin = view.waitsUntil ?? slot.at
        under.removeAll { $0.until <= begin }
        view.meets = meetings(of: seats)
        // It will not get to take anything.
        if slot.schedule.overlap == .skip, view.meets.contains(where: { $0.seat == "job/\(job.name)" }) {
            view.admission = "skip"
            view.reason = "an earlier run of the job is expected to be under way still"
            return view
        }
        let length = expected[job.name] ?? job.expected
        under.append(
            Occupation(
                job: job.name, at: slot.at, until: begin.addingTimeInterval(Durations.seconds(length)),
                seats: seats))
        return view
    }

    /// Who is expected to have what it needs, the earliest first.
    private func meetings(of seats: [Seat]) -> [SlotView.Meeting] {
        var rivals = under
        var found: [SlotView.Meeting] = []
        while found.count < Self.meetingsMax,
            let (index, seat) = SeatPlan.blocker(
                of: seats, held: rivals.indices.map { (run: $0, seats: rivals[$0].seats) })
        {
            found.append(SlotView.Meeting(job: rivals[index].job, at: rivals[index].at, seat: seat.key))
            // One earlier run of the job is enough to be in its way.
            if seat.key.hasPrefix("job/") { break }
            rivals.remove(at: index)
        }
        return found
    }
}

/// Slots to come as a person reads them.
package enum PlanText {
    /// One line a slot.
    package static func table(_ views: [SlotView], _ instants: InstantText) -> String {
        var table = TextTable([
            ("WHEN", .left), ("JOB", .left), ("EXPECTED", .right), ("WINDOW", .left), ("RULES", .left),
            ("WHAT WILL HAPPEN", .left),
        ])
        for view in views {
            table.add([
                instants.full(view.at), view.job,
                view.expectedSeconds.map { InstantText.length($0) } ?? "not known yet",
                view.window.map { view.open ? $0 : "\($0) (closed)" } ?? "–", rules(view),
                fate(view, instants),
            ])
        }
        return ([table.render()] + misses(views, instants) + learned(views)).joined(separator: "\n")
    }

    /// Where the hours of learned windows come from, once for each.
    private static func learned(_ views: [SlotView]) -> [String] {
        var told: Set<String> = []
        let lines = views.compactMap { view -> String? in
            guard let name = view.window, let reason = view.windowReason, told.insert(name).inserted else {
                return nil
            }
            return TextLines.wrap("The window '\(name)' \(reason).", rest: "    ")
        }
        return (lines.isEmpty ? [] : [""]) + lines
    }

    /// Why slots will be missed, once for each job, below the table, where there is room.
    private static func misses(_ views: [SlotView], _ instants: InstantText) -> [String] {
        var told: Set<String> = []
        let first = views.filter { $0.admission == "missed" && told.insert($0.job).inserted }
        return (first.isEmpty ? [] : [""])
            + first.prefix(missesMax).map { view in
                TextLines.wrap(
                    "\(view.job) of \(instants.short(view.at)) will be missed: \(view.reason ?? "")",
                    rest: "    ")
            }
    }

    /// More jobs than this are not explained.
    private static let missesMax = 10

    /// What its line says, without what is so unless a line says otherwise.
    private static func rules(_ view: SlotView) -> String {
        var words = ["late=\(InstantText.written(from: view.at, to: view.deadline))"]
        if view.catchup != "latest" { words.append("catchup=\(view.catchup)") }
        if view.overlap != "skip" { words.append("overlap=\(view.overlap)") }
        return words.joined(separator: " ")
    }

    private static func fate(_ view: SlotView, _ instants: InstantText) -> String {
        var words: [String] = []
        if let until = view.waitsUntil { words.append("waits for its window until \(instants.short(until))") }
        if view.admission == "missed" { words.append("will be missed, see below") }
        words += view.meets.map { meeting in
            let (who, at) = (meeting.job, instants.short(meeting.at).suffix(5))
            guard meeting.seat == "job/\(view.job)" else {
                return "\(meeting.seat) is likely taken by \(who) of \(at)"
            }
            let what = view.admission == "skip" ? "is likely skipped: its" : "its"
            return "\(what) run of \(at) is likely under way still"
        }
        return words.isEmpty ? "starts" : words.joined(separator: "; ")
    }
}
