import Databases
import FoundationEssentials
import Glibc
import Jobs
import TestKit
import Testing

/// A folder of its own with configuration, state and store, in which a test runs the program as a user would.
///
/// Nothing outside it is written; what runs in it is stopped, and it is removed, when the test is over.
final class Scene: Sendable {
    /// The folder, which the user of the embedded catalog may pass through.
    let path: String
    /// Where the program runs: the folder of pgvigil.yaml, jobs/ and cron/.
    var config: String { "\(path)/config" }
    var state: String { "\(path)/state" }
    var store: String { "\(path)/store" }
    var home: String { "\(path)/home" }

    /// No more scenes than this at a time: the programs in them are what a machine has to carry.
    static let places = Places(2)

    /// The start of every command line of ours: nothing, or what makes root somebody ordinary.
    private let user: [String]

    private init(asRoot: Bool) throws {
        var template = Array("/tmp/pgvigil-system-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        chmod(path, 0o711)
        let ordinary = asRoot || geteuid() != 0 ? nil : getpwnam("postgres") ?? getpwnam("nobody")
        user =
            ordinary.map { entry in
                let (uid, gid) = (entry.pointee.pw_uid, entry.pointee.pw_gid)
                return ["setpriv", "--reuid=\(uid)", "--regid=\(gid)", "--clear-groups", "--"]
            } ?? []
        for folder in [path + "/config", path + "/home"] {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            if let ordinary { chown(folder, ordinary.pointee.pw_uid, ordinary.pointee.pw_gid) }
        }
    }

    /// Whether the program can be run by somebody who is not root; for us, if we are not, it is so.
    static let ordinaryUserCanRun: Bool = {
        guard geteuid() == 0 else { return true }
        var folder = ""
        for part in BuiltProgram.path.split(separator: "/") {
            folder += "/\(part)"
            var status = stat()
            guard stat(folder, &status) == 0, status.st_mode & 0o001 != 0 else { return false }
        }
        return true
    }()

    /// Plays a test in a scene of its own.
    ///
    /// - Parameters:
    ///   - asRoot: Whether the program runs as root where we are.
    ///   - places: What bounds how many are played at the same time.
    static func play<Value>(
        asRoot: Bool = true, places: Places = Scene.places, _ body: (Scene) async throws -> Value
    ) async throws -> Value {
        await places.take()
        do {
            let scene = try Scene(asRoot: asRoot)
            let result: Result<Value, any Error>
            do { result = .success(try await body(scene)) } catch { result = .failure(error) }
            await scene.remove()
            await places.giveBack()
            return try result.get()
        } catch {
            await places.giveBack()
            throw error
        }
    }

    // MARK: Files

    /// Writes a file of the configuration.
    func write(_ name: String, _ text: String, mode: mode_t = 0o644) throws {
        let file = "\(config)/\(name)"
        let folder = file.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(
            separator: "/")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        chmod(file, mode)
    }

    /// Writes pgvigil.yaml with state and store in the scene.
    ///
    /// - Parameters:
    ///   - catalog: The way to the catalog; nil takes the embedded one.
    ///   - target: The way to the one target; nil leaves the targets to the environment.
    ///   - more: Further lines.
    func settings(catalog: ConnectionInfo?, target: ConnectionInfo? = nil, more: String = "") throws {
        var text = "state: \(state)\nstores: {local: \(store)}\n"
        if let catalog { text += "catalog: \"\(catalog.conninfo)\"\n" }
        if let target {
            text += "targets:\n  main:\n    url: \"\(target.conninfo)\"\n"
            if let name = target["dbname"] { text += "    databases: [\"\(name)\"]\n" }
        }
        try write("pgvigil.yaml", text + more)
    }

    /// Writes the job `nightly-backup`, which tries once unless `lines` say otherwise.
    func job(_ lines: String = "", named name: String = "nightly-backup") throws {
        let retry = lines.contains("retry:") ? "" : "retry: {attempts: 1}\n"
        try write("jobs/\(name).yaml", "kind: backup\n\(retry)\(lines)\n")
    }

    /// Paths below a folder, relative to it, sorted; folders end in a slash.
    func files(below folder: String) -> [String] {
        // A folder that is not there holds nothing.
        let names = (try? FileManager.default.subpathsOfDirectory(atPath: folder)) ?? []
        return names.sorted().map { name in
            var isFolder = false
            _ = FileManager.default.fileExists(atPath: "\(folder)/\(name)", isDirectory: &isFolder)
            return isFolder ? "\(name)/" : name
        }
    }

    /// The folders of published sets, relative to the store.
    var sets: [String] {
        files(below: store).filter { $0.hasSuffix("/manifest.json") && !$0.hasPrefix(".incoming") }
            .map { String($0.dropLast("/manifest.json".count)) }
    }

    /// What runs have not taken away from the store's folder for sets in the making.
    var incoming: [String] {
        files(below: "\(store)/.incoming").filter { $0 != "moment" }
    }

    // MARK: Running

    /// Runs the program to its end.
    func pgvigil(
        _ arguments: String..., environment: [String: String] = [:], input: String? = nil,
        within limit: Duration = .seconds(120)
    ) async throws -> ChildRun.End {
        try await start(arguments, environment: environment, input: input).end(within: limit)
    }

    /// Starts the program.
    func start(
        _ arguments: [String], environment: [String: String] = [:], input: String? = nil,
        ownGroup: Bool = false
    ) throws -> ChildRun {
        try ChildRun(
            user + [BuiltProgram.path] + arguments,
            environment: BuiltProgram.cleanEnvironment(home: home).merging(environment) { $1 },
            directory: config,
            input: input, ownGroup: ownGroup)
    }

    /// Runs the program and reads the JSON that it prints.
    func read<Value: Decodable>(
        _ type: Value.Type, _ arguments: String..., sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Value {
        let end = try await start(arguments + ["--json"]).end()
        return try decode(type, end, sourceLocation: sourceLocation)
    }

    /// The runs that the catalog tells of, newest first.
    func runs(sourceLocation: SourceLocation = #_sourceLocation) async throws -> [RunRow] {
        let end = try await start(["runs", "list", "--json"]).end()
        return try decode([RunRow].self, end, sourceLocation: sourceLocation)
    }

    /// Reads the JSON that the program has printed.
    func decode<Value: Decodable>(
        _ type: Value.Type, _ end: ChildRun.End, sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> Value {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        do {
            return try decoder.decode(type, from: Data(end.output.utf8))
        } catch {
            Issue.record("no such JSON: \(error)\n\(end)", sourceLocation: sourceLocation)
            throw error
        }
    }

    /// Stops what still runs in the scene, such as the embedded catalog of a program that was killed, and removes it.
    private func remove() async {
        var left = lodgers
        for entry in left where entry.parent == 1 || !left.contains(where: { $0.pid == entry.parent }) {
            // A postmaster ends its servers and removes its shared memory (manual, "Shutting Down the Server").
            kill(entry.pid, SIGQUIT)
        }
        // It may throw only when the test is cancelled; then the killing below is all that is left to do.
        _ = try? await Fact.comes(within: .seconds(10)) { lodgers.isEmpty }
        left = lodgers
        for entry in left { kill(entry.pid, SIGKILL) }
        // What cannot be removed stays in /tmp under a name that tells whose it is.
        try? FileManager.default.removeItem(atPath: path)
    }

    /// The processes whose working folder is in the scene; a server's is its data.
    private var lodgers: [ProcessTable.Entry] {
        ProcessTable().entries.filter { $0.directory.hasPrefix(path) }
    }
}

/// Places to be taken and given back; whoever comes when all are taken waits.
actor Places {
    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(_ count: Int) {
        free = count
    }

    func take() async {
        if free > 0 {
            free -= 1
        } else {
            await withCheckedContinuation { waiting.append($0) }
        }
    }

    func giveBack() {
        if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
    }
}
