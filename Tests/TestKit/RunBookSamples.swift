import Engine
import Faults
import FoundationEssentials
import Jobs
import Measures

/// Records with names that belong to one check.
struct RunBookSamples: Sendable {
    let job = "job-" + UUID().uuidString.lowercased()
    let target = "target-" + UUID().uuidString.lowercased()
    let fault = AnyFault(
        code: "tool.failed", summary: "pg_dump: \"x\"\nline", remedy: "Look.",
        place: Place(file: "jobs/a.yaml", line: 3), exitStatus: .undetermined, mayPass: true)

    func at(_ second: Int) -> Date { Date(timeIntervalSince1970: 1_795_307_400.25 + Double(second)) }

    func slot(at second: Int, pattern: String = "30 1 * * *") -> Trigger {
        .slot(ScheduleKey(job: job, zone: "Europe/Paris", pattern: pattern), at(second))
    }

    func run(at second: Int = 0, trigger: Trigger = .hand) -> RunRecord {
        RunRecord(
            id: UUID(), job: job, kind: .backup, trigger: trigger,
            owner: Owner(machine: "m1", host: "night", pid: 4711, stateDirectory: "/var/lib/pgvigil"),
            startedAt: at(second))
    }

    func steps(_ run: UUID) -> [StepRecord] {
        StepName.allCases.enumerated().map { index, name in
            StepRecord(
                run: run, attempt: 1 + index / 4, ordinal: 1 + index % 4, name: name,
                target: index == 0 ? nil : target, database: index > 1 ? "shop" : nil, startedAt: at(index))
        }
    }

    func backup(at second: Int = 0) -> BackupRecord {
        let id = UUID()
        return BackupRecord(
            id: id, run: UUID(), job: job, target: target, database: "shop", store: "local",
            path: "\(target)/shop/\(id)", startedAt: at(second), finishedAt: at(second + 1),
            size: ByteCount(123_456_789_012), format: .directory, codec: "zlib", serverVersion: "15.18",
            partial: true, verified: "decode", tables: 20, rows: 5_000_000_000, warnings: 1,
            files: [
                .init(
                    path: "archive/toc.dat", size: ByteCount(10), sha256: String(repeating: "ab", count: 32)),
                .init(path: "archive/3000.dat.gz", size: .zero, sha256: String(repeating: "0c", count: 32)),
                .init(path: "globals \"1\".sql", size: ByteCount(1 << 33), sha256: ""),
            ])
    }
}
