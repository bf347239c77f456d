package import FoundationEssentials
package import Jobs

/// What became of each job's runs, as metrics tell it: filled from the record at the start, then from each end.
package struct JobTally: Sendable {
    private var jobs: [String: JobMetrics] = [:]

    /// Nothing is known yet.
    package init() {}

    /// Begins with runs of the record, newest first; they are not counted, since their number would fall again with
    /// what the record forgets.
    package mutating func begin(with runs: [RunRecord]) {
        for run in runs.reversed() { note(run, counted: false) }
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
            metrics.lastSuccessAt = ended
            metrics.lastDurationSeconds = max(0, ended.timeIntervalSince(run.startedAt))
            if let bytes { metrics.lastBytes = bytes }
        }
        jobs[run.job] = metrics
    }
}
