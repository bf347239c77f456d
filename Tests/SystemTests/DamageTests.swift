import Databases
import FoundationEssentials
import Jobs
import TestKit
import Testing

@Suite struct `A store that somebody has touched` {
    /// A scene with one good set.
    private static func play(_ body: (Scene, String) async throws -> Void) async throws {
        let (_, source) = try await Sample.database()
        try await Scene.play { scene in
            try scene.settings(catalog: try await Sample.catalog(), target: source)
            try scene.job()
            let end = try await scene.pgvigil("run", "nightly-backup")
            try #require(end.status == 0, "\(end)")
            try await body(scene, "\(scene.store)/\(try #require(scene.sets.first))")
        }
    }

    /// Changes the bytes of a file.
    private static func change(_ path: String, _ change: (inout [UInt8]) -> Void) throws {
        var bytes = Array(try Data(contentsOf: URL(filePath: path)))
        change(&bytes)
        try Data(bytes).write(to: URL(filePath: path))
    }

    @Test func `has a flipped bit found, and told by its table`() async throws {
        try await Self.play { scene, set in
            let sound = try await scene.pgvigil("backups", "verify", "latest")
            #expect(sound.status == 0 && sound.output.contains(": sound"), "\(sound)")
            try Self.change("\(set)/archive.dump") { $0[$0.count / 2] ^= 0x10 }
            let id = try #require(try await scene.read([BackupRow].self, "backups", "list").first).id
            for ids in [[], [id], [String(id.prefix(8))], ["latest"]] {
                let end = try await scene.start(["backups", "verify"] + ids).end()
                #expect(end.status == 1 && end.output.contains("DAMAGED"), "\(end)")
            }
            let end = try await scene.start(["backups", "verify", "--json"]).end()
            #expect(end.status == 1)
            let report = try #require(try scene.decode([ReportRow].self, end).first)
            #expect(report.verdict == "damaged" && report.comparedWithManifest)
            #expect(report.findings.contains { $0.subject.contains(".") && $0.offset != nil }, "\(report)")
            let plain = try await scene.pgvigil("verify", "\(set)/archive.dump")
            #expect(plain.status == 1, "\(plain)")
        }
    }

    @Test func `has a truncated archive found, however it is asked for`() async throws {
        try await Self.play { scene, set in
            try Self.change("\(set)/archive.dump") { $0.removeLast($0.count / 3) }
            for command in [["backups", "verify"], ["backups", "verify", "latest"], ["verify", set]] {
                let end = try await scene.start(command).end()
                #expect(end.status == 1, "\(command): \(end)")
            }
            let list = try await scene.pgvigil("backups", "list")
            #expect(
                list.errors.contains("archive.dump has") && list.errors.contains("manifest says"), "\(list)")
            try await Fact.nextSecond()
            let next = try await scene.pgvigil("run", "nightly-backup")
            #expect(next.status == 0, "\(next)")
            let newest = try await scene.pgvigil("backups", "verify", "latest")
            #expect(newest.status == 0, "\(newest)")
            let both = try await scene.pgvigil("backups", "verify")
            #expect(both.status == 1 && both.output.contains(": sound"), "one of two is damaged: \(both)")
        }
    }

    @Test func `has a set without its manifest found`() async throws {
        try await Self.play { scene, set in
            try FileManager.default.removeItem(atPath: "\(set)/manifest.json")
            let list = try await scene.pgvigil("backups", "list")
            #expect(
                list.output == "No backups.\n" && list.errors.contains("it has no manifest.json"), "\(list)")
            let next = try await scene.pgvigil("run", "nightly-backup")
            #expect(next.status == 0, "\(next)")
            #expect(FileManager.default.fileExists(atPath: "\(set)/archive.dump"), "it was removed")
        }
    }

    @Test func `keeps what is not its own, and says so`() async throws {
        try await Self.play { scene, set in
            let database = set.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(
                separator: "/")
            try FileManager.default.createDirectory(
                atPath: "\(database)/2020-01-01", withIntermediateDirectories: true)
            try FileManager.default.createDirectory(
                atPath: "\(scene.store)/.incoming/notes", withIntermediateDirectories: true)
            let strangers = [
                "\(scene.store)/notes.txt", "\(database)/old.dump", "\(database)/2020-01-01/archive.dump",
                "\(scene.store)/.incoming/notes/mine",
            ]
            for stranger in strangers {
                try "mine".write(toFile: stranger, atomically: true, encoding: .utf8)
            }
            try FileManager.default.createSymbolicLink(
                atPath: "\(scene.store)/elsewhere", withDestinationPath: scene.home)
            try scene.job("keep: {last: 1}")
            let end = try await scene.pgvigil("run", "nightly-backup")
            #expect(end.status == 0, "\(end)")
            _ = try await scene.pgvigil("backups", "prune")
            for stranger in strangers {
                // A stranger that cannot be read is not what it was.
                #expect((try? String(contentsOfFile: stranger, encoding: .utf8)) == "mine", "\(stranger)")
            }
            let list = try await scene.pgvigil("backups", "list")
            #expect(list.status == 0 && scene.sets.count == 1)
            for name in ["notes.txt", "old.dump", "2020-01-01", "elsewhere"] {
                #expect(list.errors.contains("not a backup set: ") && list.errors.contains(name), "\(list)")
            }
        }
    }

    @Test func `of others is verified as well: archives that pgvigil did not make`() async throws {
        let (server, source) = try await Sample.database()
        try await Scene.play { scene in
            let dump = "\(server.cluster.binaries.directory)/pg_dump"
            let ways = [("-Fc", "custom"), ("-Fd", "folder"), ("-Ft", "tar"), ("-Fp", "plain.sql")]
            for (format, name) in ways {
                let path = "\(scene.home)/\(name)"
                let made = try await ChildRun.run(
                    [dump, format, "-f", path, "-d", source.conninfo],
                    environment: BuiltProgram.cleanEnvironment(home: scene.home))
                #expect(made.status == 0, "\(made)")
            }
            let packed = try await ChildRun.run(
                ["gzip", "-k", "\(scene.home)/plain.sql"],
                environment: BuiltProgram.cleanEnvironment(home: scene.home))
            #expect(packed.status == 0)
            let paths = (ways.map(\.1) + ["plain.sql.gz"]).map { "\(scene.home)/\($0)" }
            let end = try await scene.start(["verify"] + paths).end()
            #expect(end.status == 0, "\(end)")
            for path in paths { #expect(end.output.contains("\(path): sound"), "\(end)") }
            for path in paths where path != "\(scene.home)/folder" {
                try Self.change(path) { $0.removeLast(20) }
                let cut = try await scene.pgvigil("verify", path)
                #expect(cut.status == 1, "\(cut)")
            }
            let none = try await scene.pgvigil("verify", "\(scene.home)/nowhere")
            #expect(none.status == 3, "\(none)")
            try "nothing of the kind".write(toFile: "\(scene.home)/text", atomically: true, encoding: .utf8)
            let text = try await scene.pgvigil("verify", "\(scene.home)/text")
            #expect(text.status == 1 || text.status == 3, "\(text)")
        }
    }
}
