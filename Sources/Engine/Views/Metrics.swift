import FoundationEssentials
import Jobs

/// Writes metrics as Prometheus reads them: the text format, version 0.0.4
/// (prometheus.io/docs/instrumenting/exposition_formats).
package enum Metrics {
    /// The whole page; families, jobs and objectives in a fixed order.
    package static func render(_ view: MetricsView) -> String {
        var page = Page()
        renderDaemon(view, &page)
        renderJobs(view.jobs.sorted { $0.job < $1.job }, &page)
        renderObjectives(
            view.objectives.sorted {
                ($0.objective, $0.target, $0.database) < ($1.objective, $1.target, $1.database)
            }, &page)
        return page.text
    }

    private static func renderDaemon(_ view: MetricsView, _ page: inout Page) {
        page.family("pgvigil_build_info", .gauge, "The version of the program; always 1.")
        page.sample(1, [("version", view.version)])
        page.family("pgvigil_start_time_seconds", .gauge, "When the daemon started, in Unix time.")
        page.sample(view.startedAt.timeIntervalSince1970)
        page.family("pgvigil_catalog_up", .gauge, "Whether the catalog can be reached.")
        page.sample(view.isCatalogUp ? 1 : 0)
        if let left = view.leaseSecondsLeft {
            page.family(
                "pgvigil_lease_remaining_seconds", .gauge,
                "Time until the daemon counts its lease as lost, unless it is renewed.")
            page.sample(left)
        }
        page.family(
            "pgvigil_journal_pending_entries", .gauge, "Outcomes that the catalog has not got yet.")
        page.sample(Double(view.journalEntriesPending))
    }

    private static func renderJobs(_ jobs: [JobMetrics], _ page: inout Page) {
        guard !jobs.isEmpty else { return }
        page.family("pgvigil_job_info", .gauge, "The jobs that are scheduled, with their kind; always 1.")
        for job in jobs { page.sample(1, [("job", job.job), ("kind", job.kind.rawValue)]) }
        page.family(
            "pgvigil_job_last_outcome", .gauge,
            "What became of the job's last run: 1 for its outcome, 0 for all others.")
        for job in jobs {
            guard let last = job.lastOutcome else { continue }
            for outcome in Outcome.allCases {
                page.sample(outcome == last ? 1 : 0, [("job", job.job), ("outcome", outcome.label)])
            }
        }
        let optional: [(String, String, (JobMetrics) -> Double?)] = [
            (
                "last_end_timestamp_seconds", "When the job's last run ended, in Unix time.",
                { $0.lastEndedAt?.timeIntervalSince1970 }
            ),
            (
                "last_success_timestamp_seconds", "When the job succeeded last, in Unix time.",
                { $0.lastSuccessAt?.timeIntervalSince1970 }
            ),
            (
                "last_duration_seconds", "How long the job's last success took.",
                { $0.lastDurationSeconds }
            ),
            (
                "last_size_bytes", "The size of what the job's last success saved.",
                { $0.lastBytes.map(Double.init) }
            ),
            ("waiting_runs", "Runs of the job that wait.", { Double($0.waiting) }),
            ("running_runs", "Runs of the job under way.", { Double($0.running) }),
        ]
        for (name, help, value) in optional {
            page.family("pgvigil_job_\(name)", .gauge, help)
            for job in jobs {
                if let value = value(job) { page.sample(value, [("job", job.job)]) }
            }
        }
        page.family(
            "pgvigil_job_runs_total", .counter, "Runs and slots of the job that have ended, by outcome.")
        for job in jobs {
            for outcome in Outcome.allCases {
                let count = Double(job.ended[outcome] ?? 0)
                page.sample(count, [("job", job.job), ("outcome", outcome.label)])
            }
        }
    }

    private static func renderObjectives(_ objectives: [ObjectiveMetrics], _ page: inout Page) {
        guard !objectives.isEmpty else { return }
        let families: [(String, String, (ObjectiveMetrics) -> Double?)] = [
            ("value_seconds", "The age or time that the objective limits.", { $0.seconds }),
            ("limit_seconds", "What the objective allows.", { $0.limitSeconds }),
            ("breached", "Whether the objective is not met.", { $0.isBreached ? 1 : 0 }),
        ]
        for (name, help, value) in families {
            page.family("pgvigil_objective_\(name)", .gauge, help)
            for one in objectives {
                guard let value = value(one) else { continue }
                page.sample(
                    value,
                    [("objective", one.objective), ("target", one.target), ("database", one.database)])
            }
        }
    }

    private enum Kind: String {
        case gauge, counter
    }

    /// A page that grows family by family.
    private struct Page {
        private(set) var text = ""
        private var name = ""
        private var head = ""

        /// The family of the samples that follow; one without samples is left out.
        mutating func family(_ name: String, _ kind: Kind, _ help: String) {
            self.name = name
            head = "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
        }

        mutating func sample(_ value: Double, _ labels: [(String, String)] = []) {
            text += head
            head = ""
            let pairs = labels.map { "\($0)=\"\(Metrics.escaped($1))\"" }.joined(separator: ",")
            text += "\(name)\(pairs.isEmpty ? "" : "{\(pairs)}") \(Metrics.written(value))\n"
        }
    }

    /// As a label's value may stand between quotes.
    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }

    /// Whole numbers without a fraction, others to the millisecond.
    private static func written(_ value: Double) -> String {
        let rounded = (value * 1000).rounded() / 1000
        // Past this a double has gaps between whole numbers.
        guard let whole = Int64(exactly: rounded), abs(rounded) < 9e15 else { return String(rounded) }
        return String(whole)
    }
}

extension Outcome {
    /// As a label's value, such as `could_not_verify`.
    fileprivate var label: String { rawValue.replacing(" ", with: "_") }
}
