import FoundationEssentials
import Measures

/// How everything stands, on one screen.
package enum StatusText {
    /// More runs of one kind are counted, not named.
    private static let runsMax = 8
    /// More findings of one weight are counted, not named.
    private static let findingsMax = 12

    /// The screen, for somebody who was woken up: the verdict first.
    package static func render(_ view: StatusView, _ instants: InstantText) -> String {
        var parts = [headline(view, instants)]
        for weight in StatusView.Finding.Weight.allCases {
            let found = view.findings.filter { $0.weight == weight }
            if !found.isEmpty { parts.append(findings(found, weight)) }
        }
        if !view.databases.isEmpty { parts.append(databases(view, instants)) }
        parts.append(section("Running", view.running.map { running($0, instants) }))
        parts.append(section("Waiting", view.waiting.map { waiting($0, instants) }))
        parts.append(section("Next", view.next.map { coming($0, instants) }))
        return parts.joined(separator: "\n\n")
    }

    private static func headline(_ view: StatusView, _ instants: InstantText) -> String {
        let count = view.findings.count { $0.weight == .wrong }
        let saved = view.databases.filter { $0.care == DatabaseStanding.Care.saved.rawValue }
        let text: String
        switch view.verdict {
        case .well:
            let age = saved.compactMap(\.ageSeconds).max().map { InstantText.length($0) }
            let oldest = age.map { "; the newest backup of each is at most \($0) old" } ?? ""
            text = "All is well: \(TextLines.count(saved.count, "database")) can be recovered\(oldest)."
        case .wrong: text = "\(TextLines.count(count, "thing")) \(count == 1 ? "is" : "are") wrong."
        case .notKnown: text = "It cannot be told whether all is well."
        }
        return "\(text)\n\(instants.full(view.at))"
    }

    private static func findings(
        _ findings: [StatusView.Finding], _ weight: StatusView.Finding.Weight
    ) -> String {
        let title =
            switch weight {
            case .wrong: "Wrong"
            case .notKnown: "Not known"
            case .note: "Worth knowing"
            }
        let lines = findings.prefix(findingsMax).map { finding in
            let text = TextLines.wrap("\(finding.subject): \(finding.text)", first: "  - ", rest: "    ")
            guard let remedy = finding.remedy else { return text }
            return text + "\n" + TextLines.wrap(remedy, first: "    ", rest: "    ")
        }
        let more = findings.count - lines.count
        return ([title] + lines + (more > 0 ? ["    and \(more) more: see --json"] : []))
            .joined(separator: "\n")
    }

    private static func databases(_ view: StatusView, _ instants: InstantText) -> String {
        var table = TextTable([
            ("DATABASE", .left), ("NEWEST BACKUP", .left), ("AGE", .right), ("SIZE", .right),
            ("RECOVERY", .left), ("PROVEN", .left), ("OBJECTIVES", .left),
        ])
        for one in view.databases {
            table.add([
                one.database.isEmpty ? one.target : "\(one.target)/\(one.database)",
                one.newest.map(instants.short) ?? "NONE",
                one.ageSeconds.map { InstantText.length($0) } ?? "–",
                one.bytes.map { "\(ByteCount($0))" } ?? "–",
                one.recoverySeconds.map { InstantText.length($0) } ?? "not measured",
                one.proven.map { "\(instants.short($0)), \(instants.span(from: $0, to: view.at)) old" }
                    ?? "never",
                objectives(one),
            ])
        }
        return table.render()
    }

    private static func objectives(_ one: StatusView.Database) -> String {
        guard one.care == DatabaseStanding.Care.saved.rawValue else {
            return one.care == DatabaseStanding.Care.gone.rawValue
                ? "gone from its server" : "no job saves it"
        }
        guard !one.objectives.isEmpty else { return "none set" }
        let broken = one.objectives.filter { !$0.met }
        if broken.isEmpty { return "met" }
        return "NOT MET: " + broken.map(\.name).joined(separator: ", ")
    }

    private static func section(_ title: String, _ lines: [String]) -> String {
        guard !lines.isEmpty else { return "\(title): nothing" }
        let more = lines.count - runsMax
        return ([title] + lines.prefix(runsMax) + (more > 0 ? ["    and \(more) more"] : []))
            .joined(separator: "\n")
    }

    private static func running(_ work: StatusView.Work, _ instants: InstantText) -> String {
        let step = work.step.map { ": \($0)" } ?? ""
        let attempt = work.attempt.flatMap { $0 > 1 ? ", attempt \($0)" : nil } ?? ""
        return TextLines.wrap(
            "\(work.job)\(slot(work, instants)), for \(InstantText.length(work.seconds))\(step)\(attempt) "
                + "(run \(work.run.prefix(8)) on \(work.host))\(journal(work))",
            first: "  - ", rest: "    ")
    }

    private static func waiting(_ work: StatusView.Work, _ instants: InstantText) -> String {
        let until = work.deadline.map { ", until \(instants.short($0)) at the latest" } ?? ""
        let reason = work.waitsFor.flatMap { $0.isEmpty ? nil : ": \($0)" } ?? ""
        return TextLines.wrap(
            "\(work.job)\(slot(work, instants)), for \(InstantText.length(work.seconds))\(until)\(reason) "
                + "(run \(work.run.prefix(8)) on \(work.host))\(journal(work))",
            first: "  - ", rest: "    ")
    }

    private static func coming(_ coming: StatusView.Coming, _ instants: InstantText) -> String {
        let note = coming.note.map { ", \($0)" } ?? ""
        return TextLines.wrap(
            "\(instants.short(coming.at)) \(coming.job), in \(InstantText.length(coming.inSeconds))\(note)",
            first: "  - ",
            rest: "    ")
    }

    private static func slot(_ work: StatusView.Work, _ instants: InstantText) -> String {
        work.slot.map { " of \(instants.short($0))" } ?? " by hand"
    }

    private static func journal(_ work: StatusView.Work) -> String {
        work.inJournal == true ? ", in the journal" : ""
    }
}
