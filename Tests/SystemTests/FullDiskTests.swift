import FoundationEssentials
import Jobs
import TestKit
import Testing

@Suite(.enabled { await Apart.canBe }) struct `A disk that is too small` {
    /// Makes rows that do not compress.
    private static func fill(_ source: ConnectionInfo, megabytes: Int) async throws {
        try await Sample.run(
            """
            create table public.bulk as select string_agg(pg_catalog.md5(random()::text), '') as text
                from generate_series(1, \(megabytes) * 512) n, generate_series(1, 64) k group by n
            """, source)
    }

    @Test func `is refused before anything is written`() async throws {
        let (_, source) = try await Sample.database()
        let catalog = try await Sample.catalog()
        try await Scene.play { scene in
            try scene.settings(catalog: catalog, target: source)
            try scene.job()
            let end = try await Apart.play(
                scene,
                [
                    "mkdir -m 700 \(scene.store)", "mount -t tmpfs -o size=16m,mode=0700 none \(scene.store)",
                    "\"$pgvigil\" run nightly-backup && exit 9 || status=$?",
                    "find \(scene.store) -type f ! -name moment",
                    "exit $status",
                ])
            #expect(end.status == 1 && end.output == "", "\(end)")
            #expect(
                end.errors.contains("are free in store 'local'") && end.errors.contains("prune --plan"),
                "\(end)")
            let run = try #require(try await scene.runs().first)
            #expect(run.outcome == "failed" && run.summary.contains("are free in store"), "\(run)")
        }
    }

    @Test(arguments: ["custom", "directory", "plain"])
    func `that is full in the middle of the dump is left without a half set`(format: String) async throws {
        let (_, source) = try await Sample.database()
        let catalog = try await Sample.catalog()
        try await Scene.play { scene in
            try scene.settings(catalog: catalog, target: source, more: "limits: {free_space: 1MiB}\n")
            try scene.job("format: \(format)")
            // What is expected is the size of the last set.
            #expect(try await scene.pgvigil("run", "nightly-backup").status == 0)
            try FileManager.default.removeItem(atPath: scene.store)
            try await Self.fill(source, megabytes: 12)
            let end = try await Apart.play(
                scene,
                [
                    "mkdir -m 700 \(scene.store)", "mount -t tmpfs -o size=6m,mode=0700 none \(scene.store)",
                    "\"$pgvigil\" run nightly-backup && exit 9 || status=$?",
                    "find \(scene.store) -type f ! -name moment",
                    "exit $status",
                ])
            #expect(end.status == 1 && end.output == "", "\(end)")
            let last = end.complaints.last ?? ""
            #expect(last.contains("No space left") || last.contains("full"), "\(end)")
            let run = try #require(try await scene.runs().first)
            #expect(run.outcome == "failed", "\(run)")
            let next = try await scene.pgvigil("run", "nightly-backup")
            #expect(next.status == 0, "\(next)")
        }
    }
}
