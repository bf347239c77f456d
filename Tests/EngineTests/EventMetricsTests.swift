import Engine
import FoundationEssentials
import Jobs
import TestKit
import Testing

@Suite struct `The page of metrics` {
    @Test func `reads like this, and as strict readers want it`() throws {
        let text = Metrics.render(full)
        Golden.expect(text, "metrics")
        let families = try StrictReader.read(text)
        #expect(families["pgvigil_job_runs_total"] == "counter")
        #expect(families.values.allSatisfy { ["gauge", "counter"].contains($0) })
    }

    @Test func `of a daemon that knows nothing yet has no empty families`() throws {
        let text = Metrics.render(
            MetricsView(version: "1.0", isCatalogUp: false, startedAt: EventSamples.start))
        Golden.expect(text, "metrics of nothing")
        let names = try StrictReader.read(text).keys.sorted()
        #expect(
            names == [
                "pgvigil_build_info", "pgvigil_catalog_up", "pgvigil_journal_pending_entries",
                "pgvigil_start_time_seconds",
            ])
    }

    private var full: MetricsView {
        MetricsView(
            version: "1.2.3",
            jobs: [
                JobMetrics(
                    job: "nightly", kind: .backup, lastOutcome: .couldNotVerify,
                    lastEndedAt: EventSamples.start + 60.25, lastSuccessAt: EventSamples.start - 86_400,
                    lastDurationSeconds: 12.3456, lastBytes: 9_007_199_254, waiting: 1, running: 2),
                JobMetrics(job: "a \"quoted\\ name\nin lines\" Ü", kind: .command, ended: [.missed: 3]),
            ],
            objectives: [
                ObjectiveMetrics(
                    objective: "backup_age", target: "store", database: "medusa", seconds: 97_200,
                    limitSeconds: 93_600, isBreached: true),
                ObjectiveMetrics(
                    objective: "proven_age", target: "store", database: "medusa", seconds: nil,
                    limitSeconds: 691_200, isBreached: true),
            ],
            leaseSecondsLeft: 19.5, isCatalogUp: true, journalEntriesPending: 4, startedAt: EventSamples.start
        )
    }
}

/// Reads the text format as its description has it, and nothing laxer.
private enum StrictReader {
    struct Refusal: Error { var line: Substring }

    /// The types of all families by name.
    static func read(_ text: String) throws -> [String: String] {
        #expect(text.hasSuffix("\n"))
        var families: [String: String] = [:]
        var samples: Set<Substring> = []
        var current = ""
        var help = ""
        for line in text.split(separator: "\n") {
            if let match = line.wholeMatch(of: /# HELP ([a-z_]+) [A-Z].*\./) {
                help = String(match.1)
                #expect(families[help] == nil, "a family stands together")
            } else if let match = line.wholeMatch(of: /# TYPE ([a-z_]+) ([a-z]+)/) {
                current = String(match.1)
                families[current] = String(match.2)
                #expect(current == help)
                #expect(current.hasSuffix("_total") == (match.2 == "counter"))
            } else if let match = line.wholeMatch(
                of: /([a-z_]+)((?:\{(?:[a-z]+="(?:[^"\\\n]|\\["\\n])*",?)+\})?) -?[0-9]+(?:\.[0-9]+)?/)
            {
                #expect(match.1 == current)
                #expect(samples.insert(match.1 + match.2).inserted, "a sample stands once")
            } else {
                throw Refusal(line: line)
            }
        }
        return families
    }
}
