import ArchiveFormat
import Faults
import FoundationEssentials
import Jobs
import Measures

/// Everything outside that restores work with.
package struct RestorePorts: Sendable {
    package var server: any RestorePort
    package var archives: any ArchivePort
    package var tools: any ToolPort
    package var ambient: Ambient
    package var observer: any RunObserver

    package init(
        server: any RestorePort, archives: any ArchivePort, tools: any ToolPort, ambient: Ambient,
        observer: any RunObserver
    ) {
        self.server = server
        self.archives = archives
        self.tools = tools
        self.ambient = ambient
        self.observer = observer
    }
}

/// Brings one backup set into one database of one server, with the programs of PostgreSQL.
struct Restoration: Sendable {
    let set: StoredSet
    let item: BackupItem
    let server: any RestoreServer
    let database: String
    let clients: ClientTools
    let workers: Int
    let selection: RestoreCommand.Selection
    /// Private files for the programs; gone with the run.
    let scratch: any IncomingSet
    let environment: [String: String]
    let ports: RestorePorts

    /// How often the server is asked how far it is.
    private static let readPause = Duration.seconds(1)
    /// Bytes of a schema-only dump, or of the roles, that are kept.
    private static let definitionsMax = 512 << 20

    /// Opens what the programs need to reach a server: a password file and a service file, both private.
    static func environment(
        for connection: ConnectionInfo, in scratch: any IncomingSet
    ) async throws(AnyFault) -> [String: String] {
        var environment: [String: String] = [:]
        if let password = connection.password {
            environment["PGPASSFILE"] = try await scratch.writePrivate(
                "pgpass", Secret(DumpCommand.passwordFile(password.reveal())))
        }
        if let service = DumpCommand.serviceFile(connection) {
            environment["PGSERVICEFILE"] = try await scratch.writePrivate(
                "pg_service.conf", Secret(service))
        }
        return environment
    }

    /// Restores the archive into the database, which is there and empty.
    ///
    /// - Parameter bound: What the server may take on the disk; more interrupts it.
    /// - Returns: The programs' own complaints, as they wrote them; empty when all went well.
    /// - Throws: A fault if the program could not be started, or was stopped.
    func restore(bound: ByteCount?) async throws(AnyFault) -> String {
        let (name, arguments): (String, [String])
        let archive = "\(set.directory)/\(set.manifest.archive)"
        let connection = DumpCommand.tagged(server.connection(to: database), "restore")
        switch set.manifest.format {
        case .custom, .directory, .tar:
            name = "pg_restore"
            arguments = RestoreCommand.restore(
                selection, connection: connection, workers: workers, archive: archive)
        case .plain:
            let script = "\(scratch.directory)/script.sql"
            try await ports.archives.unpackScript(of: set, to: script)
            name = "psql"
            arguments = RestoreCommand.script(connection: connection, path: script)
        }
        let call = tool(name, arguments)
        let over = Guarded<ByteCount?>(nil)
        let outcome = await watched(bound: bound, over) { [ports] in
            await Result { () async throws(AnyFault) in try await ports.tools.run(call, output: .discard) }
        }
        if let used = over.withLock({ $0 }), let bound {
            throw RestoreFault.overBound(item: "\(item)", used: used, bound: bound).plain
        }
        let result = try outcome.get()
        if result.wasStopped { throw RunScribe.interrupted }
        if result.succeeded { return "" }
        // Ended by a signal it has no list of complaints, and that says nothing of the backup.
        if case .signalled = result.end, let fault = ToolFailure.fault(result, tool: name, item: "\(item)") {
            throw fault.plain
        }
        return result.errorTail.isEmpty ? "pg_restore: error: it said nothing" : result.errorTail
    }

    /// Gathers statistics, and asks the first question of the database.
    func analyze() async throws(AnyFault) {
        let connection = DumpCommand.tagged(server.connection(to: database), "restore")
        let result = try await ports.tools.run(
            tool("vacuumdb", RestoreCommand.analyze(connection: connection, workers: workers)),
            output: .discard)
        try accept(result, tool: "vacuumdb")
        _ = try await server.ask("SELECT 1", in: database, limit: .seconds(60))
    }

    /// Reads the definitions of the restored database back.
    func definitions() async throws(AnyFault) -> TableOfContents {
        let result = try await ports.tools.run(
            tool("pg_dump", RestoreCommand.definitions(connection: server.connection(to: database))),
            output: .collect(bytesMax: Self.definitionsMax))
        try accept(result, tool: "pg_dump")
        do throws(ArchiveFault) {
            return try TableOfContents.parse(result.output)
        } catch {
            throw AnyFault(error)
        }
    }

    /// Reads the roles of the server back.
    func globals() async throws(AnyFault) -> GlobalsScript {
        let result = try await ports.tools.run(
            tool("pg_dumpall", RestoreCommand.globals(connection: server.connection(to: database))),
            output: .collect(bytesMax: Self.definitionsMax))
        try accept(result, tool: "pg_dumpall")
        return GlobalsScript.parse(result.output)
    }

    // MARK: Inside

    private func tool(_ name: String, _ arguments: [String]) -> ToolCall {
        ToolCall(
            executable: "\(clients.directory)/\(name)", arguments: arguments,
            environment: environment.merging(DumpCommand.dates) { own, _ in own })
    }

    private func accept(_ result: ToolResult, tool: String) throws(AnyFault) {
        if result.wasStopped { throw RunScribe.interrupted }
        if let fault = ToolFailure.fault(result, tool: tool, item: "\(item)") { throw fault.plain }
    }

    /// Does the work, and meanwhile tells how far it is and keeps an eye on the disk.
    private func watched(
        bound: ByteCount?, _ over: Guarded<ByteCount?>,
        _ work: @escaping @Sendable () async -> Result<ToolResult, AnyFault>
    ) async -> Result<ToolResult, AnyFault> {
        let tables = Dictionary(
            set.manifest.tables.map { ("\($0.schema).\($0.name)", $0.bytes) }
        ) { first, _ in first }
        let working = Task { await work() }
        let watching = Task { [self] in
            var estimate = RestoreEstimate(tables)
            let start = ports.ambient.uptime()
            while !Task.isCancelled {
                await ports.ambient.sleep(Self.readPause)
                if Task.isCancelled { return }
                if let bound, let used = await server.diskUsed(), used > bound {
                    over.withLock { $0 = used }
                    return working.cancel()
                }
                guard let reading = await server.progress(of: database) else { continue }
                ports.observer.observe(
                    .restoring(item, estimate.take(reading), elapsed: ports.ambient.uptime() - start))
            }
        }
        let result = await withTaskCancellationHandler {
            await working.value
        } onCancel: {
            working.cancel()
        }
        watching.cancel()
        await watching.value
        return result
    }
}

extension Result where Failure == AnyFault {
    fileprivate init(_ body: () async throws(AnyFault) -> Success) async {
        do throws(AnyFault) { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
