import Archiving
import Databases
import Faults
import FoundationEssentials
import Jobs
import Postgres
import Processes
import TestKit

@testable import Engine

/// A database on a real server, and archives of it by pg_dump alone and by us.
struct Source: Sendable {
    let server: TemporaryServer
    let binaries: ServerBinaries
    let name: String
    let folder: String

    init(version: Int?, _ script: String) async throws {
        server = try await TemporaryServer.shared(version: version)
        binaries = server.cluster.binaries
        name = server.newDatabaseName()
        folder = FileManager.default.temporaryDirectory.appending(path: "source-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let first = try await Connection.open(server.connectionInfo().options())
        try await first.query("CREATE DATABASE \(name) TEMPLATE template0")
        await first.close()
        let writer = try await Connection.open(info.options())
        try await writer.run(script: script, limit: .seconds(300))
        await writer.close()
    }

    var info: ConnectionInfo { server.connectionInfo(database: name) }
    var target: Target { Target(name: "main", connection: info, origin: "test") }

    func remove() {
        // What is left of it lies in a folder for such things.
        try? FileManager.default.removeItem(atPath: folder)
    }

    func connect() async throws -> Connection { try await Connection.open(info.options()) }

    /// Runs a client program to its end and gives its standard output; a failure is the test's.
    @discardableResult
    func run(_ tool: String, _ arguments: [String]) async throws -> [UInt8] {
        let call = ToolCall(
            executable: "\(binaries.directory)/\(tool)", arguments: arguments,
            environment: ["PGTZ": "UTC", "PGDATESTYLE": "ISO"])
        let result = try await tools.run(call, output: .collect(bytesMax: 256 << 20))
        guard result.succeeded else { throw Failure(reason: "\(tool) \(arguments): \(result.errorTail)") }
        return result.output
    }

    struct Failure: Error {
        var reason: String
    }

    var tools: ChildProcesses { ChildProcesses(clientDirectories: [], environment: [:]) }

    /// The archive that pg_dump writes itself.
    func stock() async throws -> String {
        try await run("pg_dump", ["--dbname=\(info.conninfo)", "--format=custom", "--file=\(folder)/stock"])
        return "\(folder)/stock"
    }

    /// An archive of ours, over so many connections.
    ///
    /// - Parameter meanwhile: Done when the state is held and nothing is read yet.
    func ours(
        connections: Int, compression: SegmentCompression = .isal(level: 2),
        meanwhile: @Sendable () async throws -> Void = {}
    ) async throws -> (path: String, written: ArchiveWriting.Written) {
        let shared: (any SharedSnapshot)? =
            connections > 1
            ? try await ServerProbe().shareSnapshot(of: target, database: name, connections: connections)
            : nil
        try await meanwhile()
        let client = ClientTools(
            directory: binaries.directory, major: binaries.major, version: binaries.version)
        let arguments = DumpCommand.dump(
            BackupSpec(compression: BackupSpec.Compression.none), connection: info, job: "test",
            client: client,
            directory: folder, snapshot: shared?.id)
        let file = MemoryFile()
        let writing = ArchiveWriting(
            tools: tools,
            call: ToolCall(
                executable: "\(binaries.directory)/pg_dump", arguments: arguments,
                environment: ["PGTZ": "UTC", "PGDATESTYLE": "ISO"]),
            assembly: try Archiver().begin(file, compression: compression, workers: 2) { _ in },
            shared: shared
        ) { result throws(AnyFault) in
            if let fault = ToolFailure.fault(result, tool: "pg_dump", item: "test") { throw fault.plain }
        }
        let written = try await writing.perform()
        await shared?.release()
        let path = "\(folder)/ours-\(connections)-\(UUID().uuidString.prefix(8))"
        try Data(file.bytes).write(to: URL(filePath: path))
        return (path, written)
    }

    /// What pg_restore makes of an archive, without what differs from call to call.
    func script(_ archive: String) async throws -> [String] {
        let text = String(decoding: try await run("pg_restore", ["--file=-", archive]), as: UTF8.self)
        return text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init).filter {
            !$0.hasPrefix("\\restrict") && !$0.hasPrefix("\\unrestrict")
        }
    }

    /// What pg_restore lists, without the head.
    func list(_ archive: String) async throws -> [String] {
        String(decoding: try await run("pg_restore", ["--list", archive]), as: UTF8.self)
            .split(separator: "\n").map(String.init).filter { !$0.hasPrefix(";") }
    }
}

extension Source {
    /// The one value that a query gives, called `sum`.
    static func ask(_ info: ConnectionInfo, _ query: String) async throws -> String {
        let connection = try await Connection.open(info.options())
        let value = try await connection.query(query).one().text("sum")
        await connection.close()
        return value
    }
}
