import FoundationEssentials
import Measures

/// The report of a drill on one screen: the verdict first, then what is wrong, then what was compared.
package enum DrillText {
    /// The screen, for somebody who was woken up.
    package static func render(_ report: DrillReport, _ instants: InstantText) -> String {
        var parts = [headline(report, instants)]
        let broken = report.lines.filter { $0.state == .broken }
        if !broken.isEmpty {
            let more = report.brokenOmitted
            let last = more > 0 ? ["    and \(Decimals.grouped(Int64(more))) more"] : []
            parts.append((["Broken"] + broken.map(item) + last).joined(separator: "\n"))
        }
        for (title, state) in [("Not known", DrillLine.State.unknown), ("Worth knowing", .note)] {
            let lines = report.lines.filter { $0.state == state }
            if !lines.isEmpty { parts.append(([title] + lines.map(item)).joined(separator: "\n")) }
        }
        let well = report.lines.filter { $0.state == .ok }
        if !well.isEmpty { parts.append(compared(well)) }
        parts.append(recovery(report))
        return parts.joined(separator: "\n\n")
    }

    /// The verdict in words.
    static func verdict(_ report: DrillReport) -> String {
        let name = "\(report.backup.target)/\(report.backup.database)"
        return switch report.verdict {
        case .proven: "Proven: the backup of \(name) restores."
        case .broken: "BROKEN: the backup of \(name) does not restore as it was saved."
        case .couldNotVerify: "Could not verify the backup of \(name); nothing is known against it."
        }
    }

    private static func headline(_ report: DrillReport, _ instants: InstantText) -> String {
        let backup = report.backup
        let slot = backup.slot.map { ", for the slot of \(instants.short($0))" } ?? ""
        return [
            verdict(report),
            TextLines.wrap(report.summary, first: "  ", rest: "  "),
            "  backup \(backup.id) of \(instants.full(backup.started))\(slot)",
            "  \(backup.store): \(backup.path), \(ByteCount(backup.bytes)), PostgreSQL \(backup.serverVersion)",
            "  restored \(instants.full(report.started)) into \(server(report))",
        ].joined(separator: "\n")
    }

    /// Where it was restored into.
    static func server(_ report: DrillReport) -> String {
        let place = report.server.target.map { "target \($0)" } ?? "a throwaway cluster"
        return "\(place), PostgreSQL \(report.server.version)"
    }

    private static func item(_ line: DrillLine) -> String {
        TextLines.wrap("\(line.check.rawValue): \(line.said)", first: "  - ", rest: "    ")
    }

    private static func compared(_ lines: [DrillLine]) -> String {
        var table = TextTable([("CHECK", .left), ("COMPARED", .left), ("FOUND", .left)])
        for line in lines {
            table.add([line.check.rawValue, line.subject, line.found ?? line.expected ?? ""])
        }
        return table.render()
    }

    private static func recovery(_ report: DrillReport) -> String {
        var lines: [String] = []
        if let seconds = report.recoverySeconds {
            lines.append("Recovery took \(length(seconds))\(objective(report))")
        } else {
            lines.append("It did not come to a recovery time\(objective(report))")
        }
        if !report.phases.isEmpty {
            var table = TextTable([("PHASE", .left), ("TIME", .right)])
            for phase in report.phases { table.add([phase.name, length(phase.seconds)]) }
            lines.append(TextLines.indent(table.render()))
        }
        lines += bounds(report).map { "  \($0)" }
        return lines.joined(separator: "\n")
    }

    /// How the objective stands, as the end of a sentence.
    static func objective(_ report: DrillReport) -> String {
        guard let allowed = report.objectiveSeconds else { return "; no objective is set." }
        guard let seconds = report.recoverySeconds else { return "; \(length(allowed)) are allowed." }
        return seconds <= allowed
            ? ", within the \(length(allowed)) allowed." : ", MORE than the \(length(allowed)) allowed."
    }

    /// What the time was measured with.
    static func bounds(_ report: DrillReport) -> [String] {
        var parts = [TextLines.count(report.workers, "worker")]
        if let memory = report.memory { parts.append("\(ByteCount(memory)) of memory for PostgreSQL") }
        if let used = report.diskUsed {
            let of = report.disk.map { " of \(ByteCount($0))" } ?? ""
            parts.append("\(ByteCount(used))\(of) of disk taken")
        } else if let disk = report.disk {
            parts.append("\(ByteCount(disk)) of disk")
        }
        return [parts.joined(separator: ", ")] + (report.hosts.map { [$0] } ?? [])
    }

    /// A length of time with tenths of a second where they matter.
    static func length(_ seconds: Double) -> String {
        DurationText.render(.milliseconds(Int64(max(0, min(seconds, 1e12)) * 1000)))
    }
}
