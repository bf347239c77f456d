import Databases
import FoundationEssentials
import Jobs
import TestKit
import Testing

@Suite struct `With nothing but DATABASE_URL` {
    /// The project's folder.
    private static let project = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
        .joined(separator: "/")

    private static let shipped = [
        "jobs/nightly-backup.yaml", "jobs/weekly-drill.yaml", "jobs/verify-stores.yaml", "jobs/tidy.yaml",
        "cron/nights.cron",
    ]

    @Test(.enabled(if: Scene.ordinaryUserCanRun), arguments: [false, true])
    func `a set is made that pg_restore restores, and the record tells of it`(withShippedFiles: Bool)
        async throws
    {
        let (server, source) = try await Sample.database()
        let before = try await Sample.counts(source)
        try await Scene.play(asRoot: false) { scene in
            if withShippedFiles {
                for name in Self.shipped {
                    try scene.write(
                        name, try String(contentsOfFile: "\(Self.project)/\(name)", encoding: .utf8))
                }
            }
            let environment = [
                "DATABASE_URL": source.url(),
                "PATH": "\(server.cluster.binaries.directory):\(BuiltProgram.searchPath)",
            ]
            let end = try await scene.pgvigil("run", "nightly-backup", environment: environment)
            #expect(end.status == 0, "\(end)")

            let store = "\(scene.home)/state/pgvigil/store"
            let archive = try #require(scene.files(below: store).first { $0.hasSuffix("/archive.dump") })
            #expect(archive.hasPrefix("main/\(try #require(source["dbname"]))/"))
            let target = server.connectionInfo(database: server.newDatabaseName())
            try await Sample.run("create database \(try #require(target["dbname"]))", server.connectionInfo())
            let restored = try await ChildRun.run(
                [
                    "\(server.cluster.binaries.directory)/pg_restore", "-e", "-j", "2", "-d", target.conninfo,
                    "\(store)/\(archive)",
                ], environment: BuiltProgram.cleanEnvironment(home: "/"))
            #expect(restored.status == 0, "\(restored)")
            #expect(try await Sample.counts(target) == before)
            for job in ["weekly-drill", "verify-stores", "tidy"] {
                let more = try await scene.pgvigil("run", job, environment: environment)
                #expect(more.status == 0, "\(more)")
            }
            let drills = try await scene.pgvigil("drills", "list", environment: environment)
            #expect(drills.output.contains("proven"), "\(drills)")

            try await Self.expectRecord(scene, environment)
            if withShippedFiles { try await Self.expectTonight(scene, environment) }
        }
    }

    /// Another process, which finds only the record, tells what happened.
    private static func expectRecord(_ scene: Scene, _ environment: [String: String]) async throws {
        let list = try await scene.pgvigil("runs", "list", "--json", environment: environment)
        let run = try #require(try scene.decode([RunRow].self, list).last)
        #expect(
            (run.job, run.kind, run.trigger, run.outcome) == ("nightly-backup", "backup", "hand", "succeeded")
        )
        #expect(run.ended != nil && run.slot == nil)
        for id in [run.id, String(run.id.prefix(8))] {
            let show = try await scene.pgvigil("runs", "show", id, "--json", environment: environment)
            let steps = try scene.decode(RunRow.self, show).steps ?? []
            #expect(
                steps.map(\.name) == [
                    "preflight", "globals", "dump", "publish-check", "publish", "record", "prune",
                ])
            #expect(steps.allSatisfy { $0.state == "done" })
        }
        let text = try await scene.pgvigil("runs", "list", environment: environment)
        #expect(text.output.contains(run.id.prefix(8)) && text.output.contains("saved and verified"))
        #expect(
            ProcessTable().entries.allSatisfy { !$0.directory.hasPrefix(scene.home) },
            "a server was left running")
    }

    private static func expectTonight(_ scene: Scene, _ environment: [String: String]) async throws {
        let check = try await scene.pgvigil("check", environment: environment)
        #expect(check.status == 0 && check.output.contains("At 01:30"), "\(check)")
        let plan = try await scene.pgvigil("plan", "--json", environment: environment)
        let slots = try scene.decode([SlotRow].self, plan)
        let slot = try #require(slots.first)
        #expect(slots.count == 1)
        #expect(
            (slot.job, slot.pattern, slot.zone, slot.open) == ("nightly-backup", "30 1 * * *", "UTC", true))
        #expect((slot.expectedSeconds ?? 0) > 0)
    }
}
