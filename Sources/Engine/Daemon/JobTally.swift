package import FoundationEssentials
package import Jobs
import Measures

/// What became of each job's runs, as metrics tell it: filled from the record at the start, then from each end.
package struct JobTally: Sendable {
    private var jobs: [String: JobMetrics] = [:]

    /// Nothing is known yet.
    package init() {}

    /// Takes what the record knows, at the start and now and then, since other daemons do runs as well.
    ///
    /// They are not counted: their number would fall again with what the record forgets, and each daemon counts its own.
    /// - Parameters:
    ///   - runs: In any order.
    ///   - backups: Sets of any runs, for what the last success of a job saved.
    package mutating func learn(_ runs: [RunRecord], backups: [BackupRecord] = []) {
        let sizes = Dictionary(grouping: backups, by: \.run).mapValues { $0.reduce(0) { $0 + $1.size.bytes } }
        for run in runs { note(run, counted: false, bytes: sizes[run.id]) }
    }

    /// Notes a run that has ended.
    package mutating func note(_ run: RunRecord, bytes: Int64? = nil) {
        note(run, counted: true, bytes: bytes)
    }

    /// Every job of the configuration, by name, with how many of its runs are under way and wait.
    package func metrics(of configured: [Job], unfinished: [RunRecord]) -> [JobMetrics] {
        var running: [String: Int] = [:]
        var waiting: [String: Int] = [:]
        for run in unfinished {
            switch run.state {
            case .waiting: waiting[run.job, default: 0] += 1
            case .running: running[run.job, default: 0] += 1
            case .ended: break
            }
        }
        return configured.sorted { $0.name < $1.name }.map { job in
            var metrics = jobs[job.name] ?? JobMetrics(job: job.name, kind: job.kind)
            metrics.running = running[job.name] ?? 0
            metrics.waiting = waiting[job.name] ?? 0
            return metrics
        }
    }

    /// Jobs of which a success is known.
    package var succeeded: Set<String> { Set(jobs.filter { $0.value.lastSuccessAt != nil }.keys) }

    /// When the newest succeeded run of each job started.
    package var lastSuccess: [String: Date] {
        jobs.compactMapValues { $0.lastSuccessAt?.addingTimeInterval(-($0.lastDurationSeconds ?? 0)) }
    }

    private mutating func note(_ run: RunRecord, counted: Bool, bytes: Int64? = nil) {
        guard case .ended(let outcome) = run.state else { return }
        let ended = run.endedAt ?? run.startedAt
        var metrics = jobs[run.job] ?? JobMetrics(job: run.job, kind: run.kind)
        if counted { metrics.ended[outcome, default: 0] += 1 }
        if metrics.lastEndedAt.map({ $0 <= ended }) ?? true {
            metrics.lastOutcome = outcome
            metrics.lastEndedAt = ended
        }
        if outcome == .succeeded, metrics.lastSuccessAt.map({ $0 <= ended }) ?? true {
            // Of a set that has been removed since, nothing is known any more; of another run's nothing is told.
            if let bytes {
                metrics.lastBytes = bytes
            } else if metrics.lastSuccessAt != ended {
                metrics.lastBytes = nil
            }
            metrics.lastSuccessAt = ended
            metrics.lastDurationSeconds = max(0, ended.timeIntervalSince(run.startedAt))
        }
        jobs[run.job] = metrics
    }
}
