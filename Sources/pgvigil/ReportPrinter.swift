import ArchiveFormat
import Engine
import Faults
import FoundationEssentials
import Measures
import Wiring

/// Verifies archives one after the other and prints what was found.
struct ReportPrinter {
    var json: Bool
    var workers: Int?

    /// Verifies archives and folders of sets; a set's manifest is compared as well.
    func verify(_ paths: [String]) async -> [VerificationReport] {
        var reports: [VerificationReport] = []
        for path in paths {
            let report = await ArchiveCheck(workers: workers).verify(path: path)
            reports.append(report)
            if !json { Console.say(Self.text(report)) }
        }
        if json { Console.say(JSONText.render(reports)) }
        return reports
    }

    /// Ends with the worst of the verdicts.
    static func end(_ reports: [VerificationReport]) throws {
        if reports.contains(where: { $0.verdict == .damaged }) { throw Ending(status: .badResult) }
        if reports.contains(where: { $0.verdict == .cannotTell }) { throw Ending(status: .undetermined) }
    }

    /// The verdict in a line, what the archive holds, and each finding with what it means.
    static func text(_ report: VerificationReport) -> String {
        var lines = ["\(report.path): \(verdict(report.verdict))"]
        var facts: [String] = []
        if let format = report.format { facts.append("\(format.rawValue) format") }
        if let codec = report.codec { facts.append("\(codec)") }
        if let name = report.databaseName { facts.append("database \(name)") }
        if let version = report.dumpVersion { facts.append("pg_dump \(version)") }
        if !facts.isEmpty { lines.append("  " + facts.joined(separator: ", ")) }
        if report.storedBytes > 0 {
            let rows = report.tables.reduce(Int64(0)) { $0 + ($1.rows ?? 0) }
            lines.append(
                "  \(report.tables.count) tables, \(Decimals.grouped(rows)) rows, \(report.largeObjects) large objects; "
                    + "\(ByteCount(report.storedBytes)) stored, \(ByteCount(report.decodedBytes)) decoded"
                    + (report.comparedWithManifest ? "; manifest compared" : ""))
        }
        for finding in report.findings + report.notes {
            let place = [finding.file, finding.offset.map { "byte \($0)" }].compactMap { $0 }.joined(
                separator: ", ")
            lines.append(
                "  \(finding.subject)\(place.isEmpty ? "" : " (\(place))"): \(FaultText.oneLine(finding.message))"
            )
            lines.append("    \(FaultText.oneLine(finding.meaning))")
        }
        return lines.joined(separator: "\n")
    }

    private static func verdict(_ verdict: VerificationReport.Verdict) -> String {
        switch verdict {
        case .sound: "sound"
        case .damaged: "DAMAGED"
        case .cannotTell: "cannot tell"
        }
    }
}
