import ArchiveFormat
import Faults
import Jobs
import Measures

/// What is asked of the server before anything on it is touched.
extension RestoreSteps {
    func lookAtServer(_ index: Int) async throws(AnyFault) -> SeriesReport {
        guard var target = targets.first(where: { $0.name == spec.destination.target }) else {
            throw EngineFault.targetUnknown(spec.destination.target).plain
        }
        // A session of our own in the database that is to be replaced would be in the way.
        target.connection = target.connection.with(database: maintenanceDatabase)
        let server = try await ports.server.server(of: target)
        works[index].server = server
        var facts = try await server.facts()
        let leftovers = RestoreLeftovers(
            server: server, facts: facts, book: book, maintenanceDatabase: maintenanceDatabase)
        let dropped = await leftovers.sweep(SideDatabase.runPrefix)
        facts.databases.removeAll(where: dropped.contains)
        works[index].facts = facts
        try checkFacts(index, facts)
        try await checkDestination(index, server, facts)
        let tools = try await clients(index, facts)
        try await prepare(index, server, tools)
        var parts = ["PostgreSQL \(facts.version)", "pg_restore \(tools.version)"]
        if let same = sameness(index, facts) { parts.append(same) }
        if !dropped.isEmpty {
            parts.append("dropped what an earlier run left: \(dropped.joined(separator: ", "))")
        }
        return SeriesReport(.done, detail: parts.joined(separator: ", "))
    }

    func replayGlobals(_ index: Int) async throws(AnyFault) -> SeriesReport {
        let (server, facts) = try running(index)
        var detail = "not asked for"
        if spec.globals {
            guard let bytes = try await ports.archives.globals(of: works[index].set) else {
                throw RestoreFault.cannotSelect("the backup holds no roles").plain
            }
            let script = GlobalsScript.parse(bytes)
            let plan = script.plan(.living(roles: facts.roles))
            let outcomes = try await server.perform(plan.statements.map(\.sql), in: maintenanceDatabase)
            let lines = GlobalsScript.lines(
                plan, outcomes, bootstrapRole: script.bootstrapRole, isDrill: false)
            detail = lines.map { "\($0.subject): \($0.found ?? "")" }.joined(separator: "; ")
            works[index].facts?.roles = try await server.facts().roles
        }
        let missing = missingRoles(index)
        if !missing.isEmpty {
            let fault = RestoreFault.rolesMissing(item: "\(works[index].item)", roles: missing)
            guard spec.keepGoing else { throw fault.plain }
            detail += "; \(fault.summary)"
        }
        return SeriesReport(.done, detail: detail)
    }

    // MARK: Inside

    private func checkFacts(_ index: Int, _ facts: RestoreServerFacts) throws(AnyFault) {
        let target = spec.destination.target
        if facts.inRecovery { throw RestoreFault.inRecovery(target: target).plain }
        if !spec.dataOnly, !facts.mayCreateDatabases {
            throw RestoreFault.mayNotCreate(role: facts.role, target: target).plain
        }
        let missing = works[index].extensions.filter { facts.extensions[$0] == nil }
        guard missing.isEmpty || spec.dataOnly else {
            throw RestoreFault.serverLacks(
                item: "\(works[index].item)", what: missing.map { "extension \($0)" }
            ).plain
        }
    }

    private func checkDestination(
        _ index: Int, _ server: any RestoreServer, _ facts: RestoreServerFacts
    ) async throws(AnyFault) {
        let name = spec.destination.database
        let isThere = facts.databases.contains(name)
        if spec.dataOnly {
            guard isThere else {
                throw RestoreFault.tablesMissing(database: name, tables: "at all: it is not there").plain
            }
            return try await checkTables(index, server)
        }
        if isThere, !spec.replace { throw RestoreFault.databaseExists(name).plain }
        if spec.replace {
            guard isThere else { throw RestoreFault.databaseMissing(name).plain }
            // Who is in the way now is told now and not after hours.
            if !spec.disconnect { try await checkSessions(server) }
        }
    }

    /// - Throws: ``RestoreFault/sessionsInTheWay(database:sessions:)``.
    func checkSessions(_ server: any RestoreServer) async throws(AnyFault) {
        let name = spec.destination.database
        let sessions = try await server.sessions(in: name)
        guard sessions.isEmpty else {
            throw RestoreFault.sessionsInTheWay(database: name, sessions: sessions.map(\.title)).plain
        }
    }

    /// Rows alone need every table of theirs.
    private func checkTables(_ index: Int, _ server: any RestoreServer) async throws(AnyFault) {
        let names = works[index].entries.filter(\.isTableData).map {
            Literal.quoted(Identifier.quoted(schema: $0.schema ?? "", name: $0.name))
        }
        guard !names.isEmpty else { throw RestoreFault.cannotSelect("there are no rows to restore").plain }
        let question = """
            SELECT pg_catalog.string_agg(t.name, ', ') FROM pg_catalog.unnest(ARRAY[\(names.joined(separator: ", "))]) \
            AS t (name) WHERE pg_catalog.to_regclass(t.name) IS NULL
            """
        let name = spec.destination.database
        if let missing = try await server.ask(question, in: name, limit: .seconds(60)).value {
            throw RestoreFault.tablesMissing(database: name, tables: missing).plain
        }
    }

    /// Programs that know both the server and the archive: an older pg_restore refuses what a newer pg_dump wrote.
    private func clients(_ index: Int, _ facts: RestoreServerFacts) async throws(AnyFault) -> ClientTools {
        let saved = works[index].set.manifest.clientVersion
        let writer = Int(saved.prefix { $0.isNumber }) ?? 0
        return try RestoreClients.choose(
            among: await ports.tools.clients(), server: max(facts.major, writer))
    }

    /// Opens a private folder for passwords and lists, and puts together what restores.
    private func prepare(
        _ index: Int, _ server: any RestoreServer, _ clients: ClientTools
    ) async throws(AnyFault) {
        let work = works[index]
        let scratch = try await openScratch(work)
        works[index].scratch = scratch
        var selection = RestoreCommand.Selection(dataOnly: spec.dataOnly, schemaOnly: spec.schemaOnly)
        if let list = work.selection?.list {
            selection.list = try await scratch.writePrivate("restore.list", Secret(list))
        }
        let room = try await ports.server.room()
        works[index].restoration = Restoration(
            set: work.set, item: work.item, server: server, database: work.database, clients: clients,
            workers: spec.workers ?? room.cores, selection: selection, scratch: scratch,
            environment: try await Restoration.environment(
                for: server.connection(to: work.database), in: scratch), ports: ports)
    }

    /// In the store of the set, else in any that takes writes: a backup may lie on a disk that takes none.
    private func openScratch(_ work: RestoreWork) async throws(AnyFault) -> any IncomingSet {
        let ordered =
            stores.filter { $0.name == work.set.store } + stores.filter { $0.name != work.set.store }
        var fault = EngineFault.storeUnknown(work.set.store).plain
        for store in ordered {
            do throws(AnyFault) {
                _ = try await store.open()
                return try await store.beginIncoming(
                    run: run.id, target: work.item.target, database: work.item.database)
            } catch {
                fault = error
            }
        }
        throw fault
    }

    /// Whether it is the very server that was saved, and the database too; nil if it is another, or nobody can tell.
    private func sameness(_ index: Int, _ facts: RestoreServerFacts) -> String? {
        let manifest = works[index].set.manifest
        guard let saved = manifest.systemIdentifier, saved == facts.systemIdentifier else { return nil }
        return manifest.database.name == spec.destination.database
            ? "the server and the database that were saved" : "the server that was saved"
    }

    private func missingRoles(_ index: Int) -> [String] {
        guard let facts = works[index].facts, !spec.dataOnly else { return [] }
        var names = ArchiveRoles.names(in: works[index].entries)
        let saved = works[index].set.manifest.database
        if !spec.isPartial {
            names.insert(saved.owner)
            names.formUnion((saved.roleSettings ?? []).map(\.role))
        }
        return names.subtracting(facts.roles).sorted()
    }
}

extension ServerSession {
    /// The session for people: `pid 4711 (shop, psql, 10.0.0.7)`.
    package var title: String {
        let facts = [role, application, address].filter { !$0.isEmpty }
        return "pid \(pid)" + (facts.isEmpty ? "" : " (\(facts.joined(separator: ", ")))")
    }
}
