package import Faults
import FoundationEssentials
package import Jobs
import Policy

/// Watches the targets of learned windows: counts every minute, chooses every day.
package actor TrafficSampler {
    /// What it works with.
    package struct Ports: Sendable {
        package var port: any TrafficPort
        package var book: any TrafficBook
        package var ambient: Ambient
        /// Told of the choices that hold, whenever their hours are others than before.
        package var onChoices: @Sendable ([TrafficChoice]) async -> Void
        /// Told of a target that does not answer, once until it answers again; must not block.
        package var onFault: @Sendable (AnyFault) -> Void

        package init(
            port: any TrafficPort, book: any TrafficBook, ambient: Ambient,
            onChoices: @escaping @Sendable ([TrafficChoice]) async -> Void,
            onFault: @escaping @Sendable (AnyFault) -> Void
        ) {
            self.port = port
            self.book = book
            self.ambient = ambient
            self.onChoices = onChoices
            self.onFault = onFault
        }
    }

    /// Days that counts are kept for: all that may be learned from, and a week to look back on.
    static let keptDays = QuietSearch.daysMax + 7
    /// The choices are looked at so often, which another daemon may have made.
    static let choiceMinutes: Int64 = 10
    /// The readings of several targets, and those of several daemons, lie so far apart at the most.
    private static let spread = Duration.seconds(20)

    private let ports: Ports
    private var learned: [LearnedHours]
    private var targets: [Target]
    private var silent: Set<String> = []
    /// The hours that were told of last.
    private var held: [[Window.Opening]]?
    private var looked: Int64?
    private var tidied: Date?

    /// - Parameters:
    ///   - learned: The learned windows, used by a schedule or not.
    ///   - targets: All targets; those of the windows are watched.
    package init(_ ports: Ports, learned: [LearnedHours], targets: [Target]) {
        self.ports = ports
        self.learned = learned
        self.targets = targets
    }

    /// From now on these hold.
    package func use(_ learned: [LearnedHours], targets: [Target]) {
        self.learned = learned
        self.targets = targets
        held = nil
        looked = nil
    }

    /// Watches until its task is cancelled.
    package func serve() async {
        while !Task.isCancelled {
            await turn()
            let now = ports.ambient.wallTime().timeIntervalSince1970
            let left = 60 - now.truncatingRemainder(dividingBy: 60)
            await ports.ambient.sleep(.seconds(left) + Self.spread * ports.ambient.jitter())
        }
    }

    /// Does what belongs to the minute: a reading of each target and, now and then, a look at the choices.
    package func turn() async {
        let watched = targets.filter { target in learned.contains { $0.window.target == target.name } }
        guard !watched.isEmpty else { return }
        let minute = Int64((ports.ambient.wallTime().timeIntervalSince1970 / 60).rounded(.down))
        if looked.map({ abs(minute - $0) >= Self.choiceMinutes }) ?? true, await lookAtChoices() {
            looked = minute
        }
        await withTaskGroup(of: (String, AnyFault?).self) { group in
            for target in watched {
                group.addTask { (target.name, await self.sample(target, minute)) }
            }
            for await (name, fault) in group { note(fault, of: name) }
        }
    }

    /// One message for each outage of a target: it is asked every minute.
    private func note(_ fault: AnyFault?, of target: String) {
        guard let fault else {
            silent.remove(target)
            return
        }
        if silent.insert(target).inserted { ports.onFault(fault) }
    }

    /// - Returns: Why the target could not be asked; the catalog's own faults are told of by whoever needs it.
    private nonisolated func sample(_ target: Target, _ minute: Int64) async -> AnyFault? {
        // A minute that the catalog does not take is lost, which the profile stands.
        guard let turn = try? await ports.book.takeTurn(target: target.name, minute: minute) else {
            return nil
        }
        switch turn {
        case .others: return nil
        case .mine(let before):
            let reading: TrafficReading
            do throws(AnyFault) { reading = try await ports.port.read(target) } catch { return error }
            let quarter: TrafficQuarter? =
                switch reading.step(since: before) {
                case .counted(let quarter): quarter
                case .dropped: nil
                }
            // As above.
            try? await ports.book.record(reading, of: target.name, minute: minute, quarter: quarter)
            return nil
        }
    }

    // MARK: Choosing

    /// - Returns: Whether the catalog could be asked.
    private func lookAtChoices() async -> Bool {
        let (learned, now) = (self.learned, ports.ambient.wallTime())
        do throws(AnyFault) {
            var choices: [TrafficChoice] = []
            let recorded = try await ports.book.choices(window: nil)
            for hours in learned {
                let last = recorded.first { $0.window == hours.name && $0.terms == hours.terms }
                if let last, !hours.isDue(last, now: now) {
                    choices.append(last)
                } else {
                    choices.append(try await choose(hours, last, now))
                }
            }
            if tidied.map({ now.timeIntervalSince($0) >= 86_400 }) ?? true {
                try await ports.book.forgetTraffic(
                    before: now.addingTimeInterval(-Double(Self.keptDays) * 86_400))
                tidied = now
            }
            guard learned == self.learned else { return false }
            let hours = choices.map { QuietStretch.openings($0.stretches) }
            if held != hours {
                held = hours
                await ports.onChoices(choices)
            }
            return true
        } catch {
            return false
        }
    }

    private func choose(_ hours: LearnedHours, _ last: TrafficChoice?, _ now: Date) async throws(AnyFault)
        -> TrafficChoice
    {
        let since = now.addingTimeInterval(-Double(hours.window.search.days) * 86_400)
        let quarters = try await ports.book.quarters(target: hours.window.target, since: since)
        let choice = hours.choose(from: quarters, previous: last, now: now)
        try await ports.book.record(choice)
        return choice
    }
}
