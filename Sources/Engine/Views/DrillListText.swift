import FoundationEssentials

/// Drills as a person reads them in lists; one report is ``DrillText``'s.
package enum DrillListText {
    /// More findings of one drill are counted, not named.
    private static let findingsMax = 5

    /// One line a drill.
    package static func table(_ drills: [DrillView], _ instants: InstantText) -> String {
        var table = TextTable([
            ("DRILL", .left), ("WHEN", .left), ("DATABASE", .left), ("BACKUP", .left), ("TAKEN", .left),
            ("VERDICT", .left), ("LEVEL", .left), ("RECOVERY", .right), ("REASON", .left),
        ])
        for drill in drills {
            table.add([
                drill.id, instants.short(drill.started), "\(drill.target)/\(drill.database)",
                String(drill.backup.prefix(8)), instants.short(drill.taken), verdict(drill), drill.level,
                drill.recoverySeconds.map(DrillText.length) ?? "–", drill.summary,
            ])
        }
        return table.render()
    }

    /// What the drills of one run found, the broken first; empty for none.
    package static func findings(_ drills: [DrillView], _ instants: InstantText) -> String {
        drills.map { drill in
            let head =
                "drill \(drill.id): \(drill.target)/\(drill.database) of \(instants.short(drill.taken)), "
                + verdict(drill)
            let faults = drill.findings.filter(\.fault)
            var lines = [head]
            if faults.isEmpty {
                lines.append(TextLines.wrap(drill.summary, first: "  - ", rest: "    "))
            }
            lines += faults.prefix(findingsMax).map { finding in
                TextLines.wrap("\(finding.check): \(said(finding))", first: "  - ", rest: "    ")
            }
            if faults.count > findingsMax { lines.append("    and \(faults.count - findingsMax) more") }
            return (lines + ["    all of it: pgvigil drills show \(drill.id)"]).joined(separator: "\n")
        }.joined(separator: "\n")
    }

    /// Loud where somebody has to act.
    private static func verdict(_ drill: DrillView) -> String {
        drill.verdict == DrillReport.Verdict.broken.rawValue ? drill.verdict.uppercased() : drill.verdict
    }

    private static func said(_ finding: DrillView.Finding) -> String {
        DrillLine(
            .manifest, finding.subject, expected: finding.expected, found: finding.found, state: .broken
        )
        .said
    }
}
