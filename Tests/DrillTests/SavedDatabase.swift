import ArchiveFormat
import Databases
import Engine
import FoundationEssentials
import Jobs
import Policy
import TestKit

/// Databases of one version with the sets that a backup made of them, shared by the tests of this process.
struct SavedDatabase: Sendable {
    let version: Int
    let folder: Folder
    let target: Target

    /// The nasty database, saved in every format, oldest first: custom, directory, plain.
    static func nasty(_ version: Int) async throws -> SavedDatabase {
        try await library.nasty(version)
    }

    /// The small database `small` and the empty ones, saved once.
    static func small(_ version: Int) async throws -> SavedDatabase {
        try await library.small(version)
    }

    /// A bench for drills of it, whose store is the shared one.
    func bench(versions: [Int]? = nil, targets: [Target] = [], plant: Plant? = nil) async -> Bench {
        await Bench(folder, targets: [target] + targets, versions: versions ?? [version], plant: plant)
    }

    /// A bench with a copy of the newest set of a database in a store of its own, which may be damaged.
    func copied(_ database: String, versions: [Int]? = nil) async throws -> (bench: Bench, set: StoredSet) {
        let folder = try Folder()
        let sets = try await bench().sets().filter { $0.manifest.database.name == database }
        guard let set = sets.last else { throw Trouble(reason: "no set of \(database)") }
        let place = "\(folder.path)/store/\(set.path)"
        try FileManager.default.createDirectory(
            atPath: place.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(
                separator: "/"),
            withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        try FileManager.default.copyItem(atPath: set.directory, toPath: place)
        let bench = await Bench(folder, targets: [target], versions: versions ?? [version])
        guard let copy = try await bench.sets().first else { throw Trouble(reason: "no copy") }
        return (bench, copy)
    }

    private static let library = Library()

    private actor Library {
        private var nasties: [Int: Task<SavedDatabase, any Error>] = [:]
        private var smalls: [Int: Task<SavedDatabase, any Error>] = [:]

        func nasty(_ version: Int) async throws -> SavedDatabase {
            if let task = nasties[version] { return try await task.value }
            let task = Task { try await SavedDatabase.makeNasty(version) }
            nasties[version] = task
            return try await task.value
        }

        func small(_ version: Int) async throws -> SavedDatabase {
            if let task = smalls[version] { return try await task.value }
            let task = Task { try await SavedDatabase.makeSmall(version) }
            smalls[version] = task
            return try await task.value
        }
    }

    private static func makeNasty(_ version: Int) async throws -> SavedDatabase {
        let server = try await Sources.shared.server(version)
        let name = "Nasty \"db\"; ä"
        try await Sources.make(
            name, on: server, script: try Sources.text("nasty.sql"),
            more: try await extras(server) + properties(of: "\"Nasty \"\"db\"\"; ä\""))
        let saved = try SavedDatabase(version: version, folder: Folder(), target: target(server))
        let compressions: [(BackupSpec.Format, BackupSpec.Compression)] = [
            (.custom, .zlib(level: 1)), (.directory, .zlib(level: 1)), (.plain, .zlib(level: 1)),
        ]
        for (format, compression) in compressions {
            try await saved.save([name], format, compression)
        }
        return saved
    }

    private static func makeSmall(_ version: Int) async throws -> SavedDatabase {
        let server = try await Sources.shared.server(version)
        let more =
            version == 16 ? [] : ["CREATE EXTENSION citext", "CREATE TABLE words AS SELECT 1 AS n"]
        try await Sources.make(
            "small", on: server, script: try Sources.text("small.sql"),
            more: more + [
                "GRANT CREATE ON DATABASE small TO writer", "ALTER DATABASE small SET work_mem = '9MB'",
                "ALTER ROLE reader IN DATABASE small SET lock_timeout = '7s'",
            ])
        try await Sources.make("void", on: server, script: "SELECT 1")
        try await Sources.make(
            "bare", on: server, script: "CREATE TABLE one (n integer); CREATE TABLE two (t text)")
        let saved = try SavedDatabase(version: version, folder: Folder(), target: target(server))
        try await saved.save(["small", "void", "bare"], .custom, .zlib(level: 1))
        return saved
    }

    private static func target(_ server: TemporaryServer) -> Target {
        Target(name: "main", connection: server.connectionInfo(), origin: "a test")
    }

    /// What only some servers have.
    private static func extras(_ server: TemporaryServer) async throws -> [String] {
        guard server.cluster.major != 16 else { return [] }
        return [
            "ALTER EVENT TRIGGER frozen DISABLE", "CREATE EXTENSION citext SCHEMA tools",
            "CREATE EXTENSION hstore VERSION '1.7'", "CREATE EXTENSION file_fdw",
            "CREATE EXTENSION postgres_fdw", "ALTER EVENT TRIGGER frozen ENABLE",
            "CREATE TABLE public.words (w tools.citext PRIMARY KEY, h public.hstore)",
            "INSERT INTO public.words VALUES ('Ä', 'a=>1, b=>NULL')",
            "CREATE SERVER files FOREIGN DATA WRAPPER file_fdw",
            "CREATE FOREIGN TABLE public.passwd (line text) SERVER files OPTIONS (filename '/etc/passwd')",
        ]
    }

    private static func properties(of name: String) -> [String] {
        [
            "COMMENT ON DATABASE \(name) IS 'nasty'", "REVOKE ALL ON DATABASE \(name) FROM PUBLIC",
            "GRANT CONNECT, TEMPORARY ON DATABASE \(name) TO reader WITH GRANT OPTION",
            "ALTER DATABASE \(name) SET search_path = tools, public",
            "ALTER DATABASE \(name) SET timezone = 'Asia/Kolkata'",
            "ALTER DATABASE \(name) SET \"DateStyle\" = 'German, DMY'",
            "ALTER DATABASE \(name) SET work_mem = '9MB'",
            "ALTER DATABASE \(name) SET \"my.own\" = 'it''s'",
            "ALTER ROLE reader IN DATABASE \(name) SET statement_timeout = '5s'",
        ]
    }

    private func save(
        _ databases: [String], _ format: BackupSpec.Format, _ compression: BackupSpec.Compression
    ) async throws {
        try await Fact.nextSecond()
        let spec = BackupSpec(
            databases: databases, format: format, compression: compression,
            workers: .exactly(format == .directory ? 2 : 1))
        let run = try await bench().run(.backup(spec))
        guard run.state == .ended(.succeeded) else { throw Trouble(reason: "\(run.state) \(run.summary)") }
    }
}
