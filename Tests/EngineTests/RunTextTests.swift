import Cron
import FoundationEssentials
import TestKit
import Testing

@testable import Engine

@Suite struct `A run as a person reads it` {
    @Test func `shows the steps of each attempt, and the remedy of what failed`() async throws {
        let bench = Bench(databases: ["app", "shop"])
        bench.programs.queue("pg_dump", .failure("pg_dump: error: the connection was lost"))
        let run = try await bench.launch()
        let view = RunView(
            run, attempts: try await bench.book.attempts(of: run.id),
            steps: try await bench.book.steps(of: run.id))
        let instants = InstantText(zone: .utc)
        Golden.expect(RunText.details(view, RunStory(), instants), "run-with-steps")
    }
}
