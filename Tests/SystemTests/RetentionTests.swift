import Databases
import FoundationEssentials
import Jobs
import TestKit
import Testing

@Suite struct `Sets that grow old` {
    private static func run(_ scene: Scene, times: Int) async throws {
        for _ in 0..<times {
            let end = try await scene.pgvigil("run", "nightly-backup")
            try #require(end.status == 0, "\(end)")
            try await Fact.nextSecond()
        }
    }

    @Test func `are removed by the rule, and only those of their own database`() async throws {
        let server = try await TemporaryServer.shared()
        let name = server.newDatabaseName()
        for database in [name, "\(name)-staging"] {
            try await Sample.run("create database \"\(database)\"", server.connectionInfo())
        }
        let catalog = try await Sample.catalog()
        try await Scene.play { scene in
            var target = server.connectionInfo()
            target["dbname"] = nil
            try scene.settings(catalog: catalog, target: target)
            try scene.job("databases: [\(name), \(name)-staging]\nkeep: {last: 2}")
            try await Self.run(scene, times: 2)
            let first = scene.sets
            #expect(first.count == 4)
            // One of the two grows further on its own.
            try scene.job("databases: \(name)\nkeep: {last: 2}")
            try await Self.run(scene, times: 1)
            let staging = first.filter { $0.hasPrefix("main/\(name)-staging/") }
            #expect(staging.count == 2 && staging.allSatisfy(scene.sets.contains))
            let rows = try await scene.read([BackupRow].self, "backups", "list", "main/\(name)")
            #expect(rows.count == 2 && rows.allSatisfy { $0.database == name })
            let oldest = first.filter { $0.hasPrefix("main/\(name)/") }.sorted()
            #expect(!scene.sets.contains(oldest[0]) && scene.sets.contains(oldest[1]))
            let removed = try await Sample.texts(
                "select path as value from pgvigil.backup where removed_at is not null", catalog)
            #expect(removed == [oldest[0]])
        }
    }

    @Test func `stay while they are held, and a plan removes nothing`() async throws {
        let (_, source) = try await Sample.database()
        try await Scene.play { scene in
            try scene.settings(catalog: try await Sample.catalog(), target: source)
            try scene.job("keep: {last: 2}")
            try await Self.run(scene, times: 1)
            let held = try #require(scene.sets.first)
            let hold = try await scene.pgvigil("backups", "hold", "latest", "--reason", "before the move")
            #expect(hold.status == 0 && hold.output.contains("held: before the move"), "\(hold)")
            try await Self.run(scene, times: 3)
            #expect(scene.sets.count == 3 && scene.sets.contains(held))
            let row = try #require(try await scene.read([BackupRow].self, "backups", "list").last)
            #expect(row.path == held && row.held == "before the move")

            try scene.job("keep: {last: 1}")
            let before = scene.files(below: scene.store)
            let plan = try await scene.read([PruneRow].self, "backups", "prune", "--plan")
            #expect(plan.map(\.keep) == [true, false, true], "\(plan)")
            #expect(plan.allSatisfy { !$0.reasons.isEmpty })
            #expect(plan.last?.reasons.contains("held") == true, "\(plan)")
            let text = try await scene.pgvigil("backups", "prune", "--plan")
            #expect(text.status == 0 && text.output.contains("remove"), "\(text)")
            #expect(scene.files(below: scene.store) == before, "a plan has removed something")

            let release = try await scene.pgvigil("backups", "hold", row.id, "--release")
            #expect(release.status == 0, "\(release)")
            let prune = try await scene.pgvigil("backups", "prune")
            #expect(prune.status == 0, "\(prune)")
            #expect(scene.sets.count == 1 && !scene.sets.contains(held))
            let last = try await scene.pgvigil("backups", "show", "latest")
            #expect(last.status == 0 && last.output.contains("public.customer"), "\(last)")
        }
    }
}
