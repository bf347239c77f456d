import ArchiveFormat
import FoundationEssentials
import Jobs

extension DrillRecord {
    /// What the catalog keeps of a report.
    init(_ report: DrillReport, run: UUID, _ work: DrillWork, endedAt: Date) {
        let manifest = work.set.manifest
        self.init(
            run: run, ordinal: work.ordinal, backup: manifest.id, store: work.set.store, path: work.set.path,
            target: manifest.target, database: manifest.database.name, slot: manifest.slot,
            takenAt: manifest.started, startedAt: work.started, endedAt: endedAt,
            verdict: Manifest.Proof.Verdict(report.verdict), level: Manifest.Proof.Level(report.proof),
            recoverySeconds: report.recoverySeconds,
            phases: report.phases.map { Phase(name: $0.name, seconds: $0.seconds) },
            serverVersion: report.server.version, summary: report.summary,
            findings: report.lines.filter { $0.state != .ok }.map { line in
                Finding(
                    check: line.check.rawValue, subject: line.subject, expected: line.expected ?? "",
                    found: line.found ?? "", isFault: line.state == .broken)
            })
    }
}

extension Manifest.Proof.Verdict {
    fileprivate init(_ verdict: DrillReport.Verdict) {
        switch verdict {
        case .proven: self = .proven
        case .broken: self = .broken
        case .couldNotVerify: self = .couldNotVerify
        }
    }
}

extension Manifest.Proof.Level {
    fileprivate init(_ proof: DrillReport.Proof) {
        switch proof {
        case .rows: self = .rows
        case .content: self = .content
        }
    }
}

extension DrillReport.Proof {
    /// What the job asks for.
    init(_ proof: DrillSpec.Proof) {
        switch proof {
        case .rows: self = .rows
        case .content: self = .content
        }
    }
}
