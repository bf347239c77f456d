import Databases
import FoundationEssentials
import Glibc
import Jobs
import TestKit
import Testing

@Suite struct `The record` {
    @Test func `that is lost comes back from the store`() async throws {
        let (_, source) = try await Sample.database()
        try await Scene.play { scene in
            try scene.settings(catalog: nil, target: source)
            try scene.job()
            let missing = try await scene.pgvigil("catalog", "status")
            #expect(missing.status == 1 && missing.output.contains("catalog migrate"), "\(missing)")
            let made = try await scene.pgvigil("catalog", "migrate")
            #expect(made.status == 0, "\(made)")
            let there = try await scene.pgvigil("catalog", "status")
            #expect(there.status == 0 && there.output.contains("version"), "\(there)")
            for _ in 1...2 { #expect(try await scene.pgvigil("run", "nightly-backup").status == 0) }

            try FileManager.default.removeItem(atPath: "\(scene.state)/catalog")
            let rebuilt = try await scene.pgvigil("catalog", "rebuild")
            #expect(
                rebuilt.status == 0 && rebuilt.output.contains("store local: 2 sets recorded"), "\(rebuilt)")
            try FileManager.default.removeItem(atPath: "\(scene.store)/\(scene.sets[0])")
            let again = try await scene.pgvigil("catalog", "rebuild")
            #expect(again.output.contains("0 sets recorded, 1 marked removed"), "\(again)")
            #expect(try await scene.runs().isEmpty)
            #expect(try await scene.pgvigil("run", "nightly-backup").status == 0)
            #expect(try await scene.runs().count == 1)
        }
    }

    @Test func `of a set that was away for a while knows it again`() async throws {
        let (_, source) = try await Sample.database()
        let catalog = try await Sample.catalog()
        func removed() async throws -> [String] {
            try await Sample.texts(
                "select path as value from pgvigil.backup where removed_at is not null", catalog)
        }
        try await Scene.play { scene in
            try scene.settings(catalog: catalog, target: source)
            try scene.job()
            for _ in 1...2 { #expect(try await scene.pgvigil("run", "nightly-backup").status == 0) }
            let set = try #require(scene.sets.first)
            let files = FileManager.default
            let away = "\(scene.path)/away"
            try files.moveItem(atPath: "\(scene.store)/\(set)", toPath: away)
            let without = try await scene.pgvigil("catalog", "rebuild")
            #expect(without.output.contains("0 sets recorded, 1 marked removed"), "\(without)")
            #expect(try await removed() == [set])
            try files.moveItem(atPath: away, toPath: "\(scene.store)/\(set)")
            let with = try await scene.pgvigil("catalog", "rebuild")
            #expect(with.output.contains("1 sets recorded, 0 marked removed"), "\(with)")
            #expect(try await removed().isEmpty)
            // A store without any set is taken for one that is not mounted.
            try files.moveItem(atPath: scene.store, toPath: away)
            let unmounted = try await scene.pgvigil("catalog", "rebuild")
            #expect(unmounted.output.contains("0 sets recorded, 0 marked removed"), "\(unmounted)")
            #expect(try await removed().isEmpty)
        }
    }

    @Test func `of a newer program is left alone, and backups go on`() async throws {
        let (_, source) = try await Sample.database()
        let catalog = try await Sample.catalog()
        try await Scene.play { scene in
            try scene.settings(catalog: catalog, target: source)
            try scene.job()
            #expect(try await scene.pgvigil("catalog", "migrate").status == 0)
            let columns = try await Sample.texts(
                """
                select column_name::text as value from information_schema.columns
                where table_schema = 'pgvigil' and table_name = 'schema_migration' and column_name <> 'number'
                """, catalog)
            let list = columns.map { "\"\($0)\"" }.joined(separator: ", ")
            try await Sample.run(
                "insert into pgvigil.schema_migration (number, \(list)) select 9999, \(list) from pgvigil.schema_migration limit 1",
                catalog)
            let status = try await scene.pgvigil("catalog", "status")
            #expect(status.status == 1 && status.output.contains("newer than this program"), "\(status)")
            for command in [["runs", "list"], ["plan"], ["catalog", "migrate"], ["catalog", "rebuild"]] {
                let end = try await scene.start(command).end()
                #expect(end.status == 3 && end.complaints.count == 1, "\(command): \(end)")
                #expect(end.errors.contains("9999"), "\(end)")
            }
            try await Self.expectJournaledRun(scene, says: "9999")
        }
    }

    @Test func `that cannot be reached does not stop a backup`() async throws {
        let (_, source) = try await Sample.database()
        try await Scene.play { scene in
            let nowhere = ConnectionInfo(parameters: [
                .init("host", "\(scene.path)/nowhere"), .init("dbname", "pgvigil"), .init("user", "pgvigil"),
            ])
            try scene.settings(catalog: nowhere, target: source)
            try scene.job()
            for command in [["runs", "list"], ["plan"], ["catalog", "status"], ["catalog", "rebuild"]] {
                let end = try await scene.start(command).end()
                #expect(end.status == 3 && end.complaints.count == 1, "\(command): \(end)")
                #expect(end.errors.contains("catalog") && end.errors.contains("nowhere"), "\(end)")
            }
            try await Self.expectJournaledRun(scene, says: "nowhere")
            let list = try await scene.pgvigil("backups", "list")
            #expect(list.status == 0 && list.output.contains("nightly-backup"), "\(list)")
        }
    }

    @Test func `that comes back is told what waited, by whoever asks it next, once`() async throws {
        let (_, source) = try await Sample.database()
        let catalog = try await Sample.catalog()
        let nowhere = ConnectionInfo(parameters: [
            .init("host", "/nowhere"), .init("dbname", "pgvigil"), .init("user", "pgvigil"),
        ])
        try await Scene.play { scene in
            try scene.job()
            for _ in 1...2 {
                try scene.settings(catalog: nowhere, target: source)
                #expect(try await scene.pgvigil("run", "nightly-backup").status == 0)
                #expect(Self.journals(scene).count == 1, "one for each process that left something")
                try scene.settings(catalog: catalog, target: source)
                let runs = try await scene.runs()
                #expect(runs.first?.outcome == "succeeded")
                #expect(Self.journals(scene) == [])
            }
            #expect(try await scene.runs().count == 2)
            let steps = try await Sample.texts(
                "select name as value from pgvigil.step where state = 'done' group by run, name", catalog)
            #expect(steps.count == 2 * Set(steps).count && !steps.isEmpty, "\(steps)")
            let sets = try await Sample.texts("select path as value from pgvigil.backup", catalog)
            #expect(Set(sets) == Set(scene.sets))
        }
    }

    private static func journals(_ scene: Scene) -> [String] {
        // No folder is no journal.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(scene.state)/journal")) ?? []
        return names.filter { $0.hasSuffix(".journal") }
    }

    /// The set is made, and the run says that its record waits.
    private static func expectJournaledRun(_ scene: Scene, says: String) async throws {
        let end = try await scene.pgvigil("run", "nightly-backup")
        #expect(end.status == 0, "\(end)")
        #expect(end.complaints.contains { $0.contains("kept in the journal") && $0.contains(says) }, "\(end)")
        #expect(journals(scene).count == 1)
        #expect(end.errors.contains("saved and verified"), "\(end)")
        #expect(scene.sets.count == 1)
        let verified = try await scene.pgvigil("backups", "verify")
        #expect(verified.status == 0, "\(verified)")
    }

    @Test(.enabled { await Apart.canBe })
    func `without any server to keep it in says what to install`() async throws {
        let (_, source) = try await Sample.database()
        try await Scene.play { scene in
            try scene.settings(catalog: nil, target: source)
            try scene.job()
            for command in [["catalog", "status"], ["runs", "list"]] {
                let end = try await Apart.run(scene, hiding: ["/usr/lib/postgresql"], command)
                #expect(end.status == 3 && end.complaints.count == 1, "\(end)")
                #expect(end.errors.contains("PostgreSQL") && end.errors.contains("nstall"), "\(end)")
            }
            let run = try await Apart.run(scene, hiding: ["/usr/lib/postgresql"], ["run", "nightly-backup"])
            #expect(run.status != 0 && run.errors.contains("no pg_dump is installed"), "\(run)")
        }
    }
}
