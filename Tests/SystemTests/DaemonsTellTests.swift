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

    @Test func `metrics tell of runs that others do, and of how much they saved`() async throws {
        let (_, source) = try await Sample.database()
        try await Fleet.play { fleet in
            let port = try freePort()
            try fleet.settings("a", target: source, more: "web: {listen: \"127.0.0.1:\(port)\"}")
            try fleet.settings("desk", target: source)
            for name in ["a", "desk"] {
                try fleet.scene.write("\(name)/jobs/work.yaml", "kind: backup\nretry: {attempts: 1}\n")
            }
            try fleet.crontab("a", lines: "0 0 29 2 *  work")
            let daemon = try await fleet.join("a")
            let before = try await get(port, "/metrics").output
            #expect(!before.contains("last_size_bytes"))
            let end = try await fleet.ask("desk", "run", "work")
            #expect(end.status == 0, "\(end)")
            let isTold = try await Fact.comes {
                let text = try await get(port, "/metrics").output
                return text.contains("pgvigil_job_last_outcome{job=\"work\",outcome=\"succeeded\"} 1")
                    && text.contains("pgvigil_job_last_size_bytes{job=\"work\"} ")
                    // Each daemon counts its own.
                    && text.contains("pgvigil_job_runs_total{job=\"work\",outcome=\"succeeded\"} 0")
            }
            let text = try await get(port, "/metrics").output
            #expect(isTold, "\(text)")
            try await fleet.stop(daemon)
        }
    }

    @Test func `a failure in the last moments of a daemon is told, once`() async throws {
        let recorder = try HTTPRecorder()
        try await Fleet.play { fleet in
            let hook = "{webhook: \"\(recorder.url("/hook"))\", events: [failure]}"
            try fleet.settings("a", "desk", grace: "60s", more: "notifications: {hook: \(hook)}")
            let gate = "\(fleet.scene.path)/gate-end"
            try fleet.scene.write(
                "a/jobs/work.yaml",
                """
                kind: command
                command: [sh, -c, "while [ ! -e \(gate) ]; do sleep 0.1; done; exit 1"]
                retry: {attempts: 1}
                """)
            try fleet.crontab("a", lines: "*/2 * * * * *  work")
            let daemon = try await fleet.join("a")
            #expect(try await Fact.comes { try await fleet.runs().contains { $0.outcome == "running" } })
            daemon.signal(SIGTERM)
            #expect(try await fleet.says(daemon, "1 run may go on"))
            try fleet.open("end")
            let end = try await daemon.end(within: .seconds(60))
            #expect(end.status == 0, "\(end)")
            let told = recorder.requests.filter { $0.body.contains("\"failure\"") }
            #expect(told.count == 1, "\(recorder.requests)")
        }
    }

    @Test func `whether one is alive is told without the catalog`() async throws {
        try await Fleet.play { fleet in
            try fleet.settings("a", "desk")
            try fleet.command("work", for: ["a"])
            try fleet.crontab("a", lines: "0 0 29 2 *  work")
            let none = try await fleet.ask("a", "daemons", "alive")
            #expect(none.status == 1 && none.output.hasPrefix("no daemon serves from"), "\(none)")
            let daemon = try await fleet.join("a")
            let alive = try await fleet.ask("a", "daemons", "alive")
            #expect(alive.status == 0 && alive.output.contains("serves, and turned"), "\(alive)")
            daemon.signal(SIGSTOP)
            let folder = "\(fleet.state("a"))/locks/daemons"
            for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
                try FileManager.default.setAttributes(
                    [.modificationDate: Date(timeIntervalSince1970: 1_700_000_000)],
                    ofItemAtPath: "\(folder)/\(name)")
            }
            let stuck = try await fleet.ask("a", "daemons", "alive")
            #expect(stuck.status == 1 && stuck.output.contains("hangs"), "\(stuck)")
            daemon.signal(SIGCONT)
            try await fleet.stop(daemon)
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
