import Faults
import FoundationEssentials
import Measures

/// The report of a drill as one HTML page that needs nothing else: no script, no other file, light and dark.
package enum DrillPage {
    /// The page; every text of the report is escaped.
    package static func render(_ report: DrillReport, _ instants: InstantText) -> String {
        let name = escaped("\(report.backup.target)/\(report.backup.database)")
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>\(escaped(report.verdict.rawValue)): \(name)</title>
            <style>
            \(style)
            </style>
            </head>
            <body>
            <main>
            \(header(report, instants))
            \(findings(report))
            \(recovery(report))
            \(checks(report))
            \(facts(report, instants))
            </main>
            </body>
            </html>

            """
    }

    private static func header(_ report: DrillReport, _ instants: InstantText) -> String {
        let backup = report.backup
        let kind =
            switch report.verdict {
            case .proven: "ok"
            case .broken: "broken"
            case .couldNotVerify: "unknown"
            }
        let slot = backup.slot.map { " for the slot of \(instants.short($0))" } ?? ""
        return """
            <header class="\(kind)">
            <p class="verdict">\(escaped(report.verdict.rawValue))</p>
            <h1>\(escaped("\(backup.target)/\(backup.database)"))</h1>
            <p>\(escaped(report.summary))</p>
            <p class="quiet">The backup of \(escaped(instants.full(backup.started) + slot)), restored \
            \(escaped(instants.full(report.started))) into \(escaped(DrillText.server(report)))</p>
            </header>
            """
    }

    private static func findings(_ report: DrillReport) -> String {
        let sections: [(String, DrillLine.State)] = [
            ("Broken", .broken), ("Not known", .unknown), ("Worth knowing", .note),
        ]
        return sections.compactMap { title, state -> String? in
            let lines = report.lines.filter { $0.state == state }
            guard !lines.isEmpty else { return nil }
            let more =
                state == .broken && report.brokenOmitted > 0
                ? "\n<p class=\"quiet\">and \(Decimals.grouped(Int64(report.brokenOmitted))) more</p>" : ""
            return """
                <section>
                <h2>\(title)</h2>
                \(table(lines, isWell: false))\(more)
                </section>
                """
        }.joined(separator: "\n")
    }

    private static func checks(_ report: DrillReport) -> String {
        let lines = report.lines.filter { $0.state == .ok }
        guard !lines.isEmpty else { return "" }
        return """
            <section>
            <h2>Compared</h2>
            \(table(lines, isWell: true))
            </section>
            """
    }

    private static func table(_ lines: [DrillLine], isWell: Bool) -> String {
        let hasExpected = !isWell && lines.contains { $0.expected != nil }
        let rows = lines.map { line in
            let cells =
                hasExpected
                ? [line.subject, line.expected ?? "", line.found ?? ""]
                : [line.subject, line.found ?? line.expected ?? ""]
            return
                "<tr class=\"\(line.state.rawValue)\"><th scope=\"row\">\(escaped(line.check.rawValue))</th>"
                + cells.map { "<td>\(escaped($0))</td>" }.joined() + "</tr>"
        }
        let heads = hasExpected ? ["Check", "What", "Expected", "Found"] : ["Check", "What", "Found"]
        return """
            <div class="wide"><table>
            <thead><tr>\(heads.map { "<th scope=\"col\">\($0)</th>" }.joined())</tr></thead>
            <tbody>
            \(rows.joined(separator: "\n"))
            </tbody>
            </table></div>
            """
    }

    private static func recovery(_ report: DrillReport) -> String {
        let time =
            report.recoverySeconds.map { "Recovery took \(DrillText.length($0))" }
            ?? "It did not come to a recovery time"
        let total = report.phases.reduce(0) { $0 + max(0, $1.seconds) }
        let parts = report.phases.enumerated().map { index, phase in
            let share = total > 0 ? max(0, phase.seconds) / total * 100 : 0
            return
                "<span class=\"part p\(index % 6)\" style=\"width:\(Decimals.fixed(share, places: 2))%\"></span>"
        }
        let keys = report.phases.enumerated().map { index, phase in
            "<li><span class=\"key p\(index % 6)\"></span>\(escaped(phase.name)) "
                + "<b>\(DrillText.length(phase.seconds))</b></li>"
        }
        let bar =
            report.phases.isEmpty
            ? ""
            : """

            <div class="bar" role="img" aria-label="Shares of the phases">\(parts.joined())</div>
            <ul class="keys">\(keys.joined())</ul>
            """
        let bounds = DrillText.bounds(report).map { "<p class=\"quiet\">\(escaped($0))</p>" }
        return """
            <section>
            <h2>Recovery time</h2>
            <p>\(escaped(time + DrillText.objective(report)))</p>\(bar)
            \(bounds.joined(separator: "\n"))
            </section>
            """
    }

    private static func facts(_ report: DrillReport, _ instants: InstantText) -> String {
        let backup = report.backup
        let proof =
            switch report.proof {
            case .rows: "every table's rows are counted"
            case .content: "every table's rows are counted and compared by a digest"
            }
        let facts = [
            ("Backup", backup.id), ("Store", "\(backup.store): \(backup.path)"),
            ("Size", "\(ByteCount(backup.bytes))"), ("Saved from", "PostgreSQL \(backup.serverVersion)"),
            ("Slot", backup.slot.map(instants.full) ?? "none, by hand"), ("Proof", proof),
        ]
        let rows = facts.map { "<dt>\($0)</dt><dd>\(escaped($1))</dd>" }
        return """
            <section>
            <h2>The backup</h2>
            <dl>
            \(rows.joined(separator: "\n"))
            </dl>
            </section>
            """
    }

    /// The text as it may stand between tags and in quotes, on one line, without control characters.
    static func escaped(_ text: String) -> String {
        FaultText.oneLine(text).replacing("&", with: "&amp;").replacing("<", with: "&lt;")
            .replacing(">", with: "&gt;").replacing("\"", with: "&quot;").replacing("'", with: "&#39;")
    }
}
