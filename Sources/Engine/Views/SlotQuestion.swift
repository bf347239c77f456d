package import Cron
package import FoundationEssentials
import Measures

/// A slot as people name it: `nightly-backup@2026-11-22T01:30`.
package struct SlotQuestion: Sendable, Equatable {
    package var job: String
    /// The instants that it may mean: two in the hour that comes twice, none in one that is left out.
    package var instants: [Date]
    /// How far from an instant a slot still is the one that is meant: people leave out seconds.
    package var reach: Duration

    /// Nil for text that is not `JOB@TIME`.
    ///
    /// - Parameters:
    ///   - text: The time is civil time to the minute or second, or ends in `Z` or an offset such as `+01:00`.
    ///   - zone: Of civil times.
    package init?(_ text: String, zone: Zone) {
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty else { return nil }
        job = String(parts[0])
        let time = parts[1].replacing(" ", with: "T")
        let hasSeconds =
            time.split(separator: "T").last?.prefix { $0 != "Z" && $0 != "+" && $0 != "-" }
            .split(separator: ":").count == 3
        reach = hasSeconds ? .zero : .seconds(59)
        if let exact = InstantFormat.parse(time) {
            instants = [exact]
        } else {
            guard let civil = InstantFormat.parse("\(time)Z") else { return nil }
            instants = Self.instants(showing: civil, in: zone)
        }
    }

    /// When the clocks of a zone show what they show in UTC at an instant; the earlier first.
    static func instants(showing civil: Date, in zone: Zone) -> [Date] {
        let day = 86_400.0
        let offsets = Set([-day, 0, day].map { zone.offset(at: civil.addingTimeInterval($0)) })
        return offsets.map { civil.addingTimeInterval(-Double($0)) }
            .filter { instant in
                instant.addingTimeInterval(Double(zone.offset(at: instant))) == civil
            }.sorted()
    }

    /// Whether a slot is the one that is meant.
    package func means(_ slot: Date) -> Bool { ranges.contains { $0.contains(slot) } }

    /// Where to look for it.
    package var ranges: [ClosedRange<Date>] {
        instants.map { $0...$0.addingTimeInterval(reach / .seconds(1)) }
    }
}

/// Why a slot has no run: it is to come, it never was, or nobody accounted for it.
package struct SlotAnswer: Sendable, Equatable, Codable {
    package var job: String
    /// The planned instant; nil if none was planned then.
    package var slot: Date?
    package var standing: Standing
    /// One line or more for people.
    package var text: String

    /// The text in lines that are no wider than a screen.
    package var lines: String { TextLines.wrap(text) }

    /// The answer in a word; the raw value is the text in JSON.
    package enum Standing: String, Sendable, Equatable, Codable {
        case toCome = "to come"
        case neverPlanned = "never planned"
        case beforeFirstSeen = "before first seen"
        case notAccountedFor = "not accounted for"
        case notRecorded = "not recorded"
        case notKnown = "not known"
    }
}

extension SlotQuestion {
    /// Answers for a slot of which no run is known.
    ///
    /// - Parameters:
    ///   - schedules: Those of the job in the configuration.
    ///   - seen: What the catalog knows of them; nil if it cannot be asked.
    package func answer(
        schedules: [Schedule], seen: [SeenSchedule]?, now: Date, _ text: InstantText
    ) -> SlotAnswer {
        guard !instants.isEmpty else {
            return SlotAnswer(
                job: job, slot: nil, standing: .neverPlanned,
                text:
                    "There is no such time in \(text.zone.name): clocks go forward over it. A slot that falls into "
                    + "the gap is planned for the first moment after it.")
        }
        for range in ranges {
            for schedule in schedules {
                let before = range.lowerBound.addingTimeInterval(-1)
                guard let slot = schedule.pattern.next(after: before, in: schedule.zone), range.contains(slot)
                else {
                    continue
                }
                return planned(slot, schedule, seen, now, text)
            }
        }
        return SlotAnswer(job: job, slot: nil, standing: .neverPlanned, text: neverPlanned(schedules, text))
    }

    private func planned(
        _ slot: Date, _ schedule: Schedule, _ seen: [SeenSchedule]?, _ now: Date, _ text: InstantText
    ) -> SlotAnswer {
        func answer(_ standing: SlotAnswer.Standing, _ words: String) -> SlotAnswer {
            SlotAnswer(
                job: job, slot: slot, standing: standing,
                text: "\(text.full(slot)), \(schedule.place): '\(schedule.key.pattern)'. \(words)")
        }
        if slot > now { return answer(.toCome, "It is still to come, in \(text.span(from: now, to: slot)).") }
        guard let seen else {
            return answer(.notKnown, "The catalog cannot be asked, and no journal here knows of it.")
        }
        guard let known = seen.first(where: { $0.key == schedule.key }) else {
            return answer(
                .beforeFirstSeen,
                "No daemon has ever served this line, so the slot was nobody's. Start 'pgvigil serve'.")
        }
        if slot < known.firstSeen {
            return answer(
                .beforeFirstSeen,
                "The line was first seen at \(text.short(known.firstSeen)); slots before that are not made up for."
            )
        }
        guard let until = known.accountedUntil, slot <= until else {
            let so = known.accountedUntil.map { "They are accounted for until \(text.short($0)). " } ?? ""
            return answer(
                .notAccountedFor,
                "No daemon has looked at this line's slots since. \(so)The next 'pgvigil serve' decides about it."
            )
        }
        return answer(
            .notRecorded,
            "Its line's slots are accounted for until \(text.short(until)), and this one has no row of its own. If "
                + "very many came due at once, the oldest one's row speaks for them: see "
                + "'pgvigil runs list --job \(job) --outcome missed'.")
    }

    private func neverPlanned(_ schedules: [Schedule], _ text: InstantText) -> String {
        guard !schedules.isEmpty, let at = instants.first else {
            return "No line of cron/*.cron plans '\(job)'."
        }
        let before = schedules.compactMap { $0.pattern.previous(before: at, in: $0.zone) }.max()
        let after = schedules.compactMap { $0.pattern.next(after: at, in: $0.zone) }.min()
        let near = [
            before.map { "the last one before is \(text.full($0))" },
            after.map { "the next one after is \(text.full($0))" },
        ].compactMap { $0 }
        return "'\(job)' has no slot then" + (near.isEmpty ? "." : "; \(near.joined(separator: ", "))" + ".")
    }
}
