import FoundationEssentials
import Glibc
import Jobs
import TestKit
import Testing

@Suite struct `What serving daemons tell` {
    @Test func `metrics and health are served while a daemon serves`() async throws {
        try await Fleet.play { fleet in
            let port = try freePort()
            try fleet.settings("a", "desk", more: "web: {listen: \"127.0.0.1:\(port)\"}")
            try fleet.command("work", for: ["a"])
            try fleet.crontab("a", lines: "*/2 * * * * *  work")
            let daemon = try await fleet.join("a")
            _ = try #require(try await Fact.value { fleet.testimony("work").first { !$0.isBegin } })
            for (page, said) in [("/healthz", "ok"), ("/readyz", "ready: the lease is held")] {
                let end = try await get(port, page)
                #expect(end.output.hasPrefix("200 ") && end.output.contains(said), "\(end)")
            }
            let counts = try await Fact.comes {
                let text = try await get(port, "/metrics").output
                return text.contains("pgvigil_catalog_up 1") && text.contains("job=\"work\"")
                    && text.contains("succeeded")
            }
            let text = try await get(port, "/metrics").output
            #expect(counts, "\(text)")
            #expect(!text.contains(fleet.catalog.conninfo))
            try await fleet.stop(daemon)
            #expect(try await get(port, "/healthz").status != 0)
        }
    }

    @Test func `a failure and the recovery from it are told once, although two daemons serve`() async throws {
        let recorder = try HTTPRecorder()
        try await Fleet.play { fleet in
            try fleet.settings(
                "a", "b", "desk",
                more:
                    "notifications: {hook: {webhook: \"\(recorder.url("/hook"))\", events: [failure, recovery]}}"
            )
            // It fails until its gate is open.
            for name in ["a", "b"] {
                try fleet.scene.write(
                    "\(name)/jobs/work.yaml",
                    "kind: command\ncommand: [test, -e, \(fleet.scene.path)/gate-well]\n")
            }
            try fleet.crontab("a", "b", lines: "*/3 * * * * *  work")
            let daemons = [try await fleet.join("a"), try await fleet.join("b")]
            func told(_ event: String) -> Int {
                recorder.requests.count { $0.path == "/hook" && $0.body.contains("\"\(event)\"") }
            }
            let bothFailed = try await Fact.comes {
                Set(try await fleet.runs().filter { $0.outcome == "failed" }.map(\.pid)).count == 2
            }
            #expect(bothFailed)
            #expect(try await Fact.comes { told("failure") >= 1 })
            try fleet.open("well")
            #expect(try await Fact.comes { told("recovery") >= 1 }, "\(recorder.requests)")
            let bothWell = try await Fact.comes {
                Set(try await fleet.runs().filter { $0.outcome == "succeeded" }.map(\.pid)).count == 2
            }
            #expect(bothWell)
            for daemon in daemons { try await fleet.stop(daemon) }
            #expect(told("failure") == 1 && told("recovery") == 1, "\(recorder.requests)")
        }
    }

    private func get(_ port: UInt16, _ page: String) async throws -> ChildRun.End {
        let script = """
            import sys, urllib.request
            with urllib.request.urlopen(sys.argv[1], timeout=20) as answer:
                print(answer.status, answer.read().decode())
            """
        return try await ChildRun.run(
            ["python3", "-c", script, "http://127.0.0.1:\(port)\(page)"],
            environment: BuiltProgram.cleanEnvironment(home: "/"))
    }

    /// A port that nobody listens at, a moment ago.
    private func freePort() throws -> UInt16 { try HTTPRecorder().port }
}
