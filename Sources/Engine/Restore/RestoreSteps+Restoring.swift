import ArchiveFormat
import Faults
import Jobs
import Measures

/// The way of a set into its database, and of that to its place.
extension RestoreSteps {
    func create(_ index: Int) async throws(AnyFault) -> SeriesReport {
        guard !spec.dataOnly else { return SeriesReport(.done, detail: "the tables are there") }
        let (server, facts) = try running(index)
        let saved = works[index].set.manifest.database
        let statements = DatabaseStatements(
            database: saved, name: works[index].database, major: facts.major)
        let mayOwn = facts.roles.contains(saved.owner)
        switch statements.create(owner: mayOwn ? nil : facts.role) {
        case .impossible(let why):
            throw RestoreFault.serverLacks(item: "\(works[index].item)", what: [why]).plain
        case .statement(let sql):
            // It may have been made although nobody hears of it.
            works[index].madeDatabase = true
            let outcome = try await server.perform([sql], in: maintenanceDatabase)
            if case .refused(_, let message)? = outcome.first {
                works[index].madeDatabase = false
                throw RestoreFault.refused(what: "CREATE DATABASE", message: message).plain
            }
        }
        return SeriesReport(.done, detail: works[index].database)
    }

    func restore(_ index: Int) async throws(AnyFault) -> SeriesReport {
        guard let restoration = works[index].restoration else { throw lost(index, "its programs are gone") }
        let troubles = RestoreTrouble.parse(try await restoration.restore(bound: nil))
            .map { "\($0.object): \($0.message)" }
        let detail = "\(restoration.workers) at a time"
        guard !troubles.isEmpty else { return SeriesReport(.done, detail: detail) }
        guard spec.keepGoing, !spec.dataOnly else {
            throw RestoreFault.restoreFailed(item: "\(works[index].item)", findings: troubles).plain
        }
        works[index].troubles = troubles
        return SeriesReport(.done, detail: "\(troubles.count) errors: \(troubles.joined(separator: "; "))")
    }

    func analyze(_ index: Int) async throws(AnyFault) -> SeriesReport {
        guard let restoration = works[index].restoration else { throw lost(index, "its programs are gone") }
        guard !spec.schemaOnly else { return SeriesReport(.done, detail: "there are no rows") }
        try await restoration.analyze()
        return SeriesReport(.done)
    }

    /// Counts the rows that came; a count that nobody knows is none to compare with.
    func compareRows(_ index: Int) async throws(AnyFault) -> SeriesReport {
        let (server, _) = try running(index)
        if spec.schemaOnly { return SeriesReport(.done, detail: "there are no rows") }
        if spec.dataOnly { return SeriesReport(.done, detail: "not counted: there were others before") }
        let tables = works[index].tables.filter { $0.rows != nil }.map {
            ContentProof.Expected(
                table: ContentProof.Name(schema: $0.schema, name: $0.name), rows: $0.rows, digest: nil,
                bytes: $0.bytes)
        }
        guard !tables.isEmpty else { return SeriesReport(.done, detail: "the manifest has no row counts") }
        let proof = ContentProof(
            tables: tables, largeObjects: 0, largeObjectsDigest: nil, proof: .rows)
        let reader = TableReader(
            server: server, database: works[index].database, sources: [:], proof: proof)
        let readings = await reader.read(workers: works[index].restoration?.workers ?? 1)
        if Task.isCancelled { throw RunScribe.interrupted }
        let lines = proof.lines(readings)
        let wrong = lines.filter { $0.state == .broken || $0.state == .unknown }.map { line in
            let expected = line.expected.map { "\($0) expected, " } ?? ""
            return "\(line.subject): \(expected)\(line.found ?? "")"
        }
        guard !wrong.isEmpty else {
            return SeriesReport(.done, detail: lines.first.map { "\($0.subject), as saved" } ?? "")
        }
        guard spec.keepGoing else {
            throw RestoreFault.restoreFailed(item: "\(works[index].item)", findings: wrong).plain
        }
        works[index].troubles += wrong
        return SeriesReport(.done, detail: wrong.joined(separator: "; "))
    }

    // MARK: Its place

    func swap(_ index: Int) async throws(AnyFault) -> SeriesReport {
        guard !spec.dataOnly else {
            return SeriesReport(.done, detail: "the rows are in \(spec.destination)")
        }
        let (server, facts) = try running(index)
        var told = try await applyProperties(index, server, facts)
        let name = spec.destination.database
        let old = SideDatabase.name(of: name, .before, run: run.id)
        if spec.replace {
            try await exchange(index, server, old: old)
        } else {
            let rename = [Self.rename(works[index].database, to: name)]
            do throws(AnyFault) {
                try await server.performTogether(rename, in: maintenanceDatabase)
            } catch {
                throw RestoreFault.refused(what: "ALTER DATABASE", message: error.summary).plain
            }
        }
        works[index].madeDatabase = false
        told.insert("\(spec.destination) is in its place", at: 0)
        if spec.replace { told.append(try await keepOrDrop(old, server)) }
        let troubles = works[index].troubles
        guard troubles.isEmpty else {
            throw RestoreFault.restoredInPart(database: name, findings: troubles).plain
        }
        return SeriesReport(.done, detail: told.joined(separator: "; "))
    }

    /// The database's own rights and settings, which pg_restore brings back with `--create` only.
    ///
    /// - Returns: What could not be taken over.
    private func applyProperties(
        _ index: Int, _ server: any RestoreServer, _ facts: RestoreServerFacts
    ) async throws(AnyFault) -> [String] {
        guard !spec.isPartial || spec.schemaOnly && works[index].selection == nil else { return [] }
        let statements = DatabaseStatements(
            database: works[index].set.manifest.database, name: works[index].database, major: facts.major)
        let properties =
            works[index].contents.map(statements.properties) ?? statements.propertiesFromManifest()
        let outcomes = try await server.perform(properties.statements, in: maintenanceDatabase)
        var refused: [String] = []
        for (statement, outcome) in zip(properties.statements, outcomes) {
            if case .refused(_, let message) = outcome { refused.append("\(statement): \(message)") }
        }
        guard refused.isEmpty || spec.keepGoing else {
            throw RestoreFault.restoreFailed(item: "\(works[index].item)", findings: refused).plain
        }
        works[index].troubles += refused
        return properties.notes
    }

    /// Gives the old database another name and the new one its place, both or neither.
    private func exchange(_ index: Int, _ server: any RestoreServer, old: String) async throws(AnyFault) {
        let name = spec.destination.database
        let statements = [Self.rename(name, to: old), Self.rename(works[index].database, to: name)]
        if !spec.disconnect { try await checkSessions(server) }
        do throws(AnyFault) {
            if spec.disconnect {
                try await whileDisconnecting(name, server) {
                    [maintenanceDatabase] () async throws(AnyFault) in
                    try await server.performTogether(statements, in: maintenanceDatabase)
                }
            } else {
                try await server.performTogether(statements, in: maintenanceDatabase)
            }
        } catch {
            if Task.isCancelled { throw error }
            // Whoever came meanwhile is named.
            try await checkSessions(server)
            throw RestoreFault.refused(what: "ALTER DATABASE", message: error.summary).plain
        }
    }

    private static let disconnectPause = Duration.milliseconds(250)

    /// Ends the sessions of others again and again while a database gets another name.
    ///
    /// Renaming holds off new sessions from its beginning on, and waits five seconds for the old ones to go
    /// (`RenameDatabase` in `src/backend/commands/dbcommands.c`). So a pool that connects again at once cannot slip in,
    /// and nothing has to be forbidden that a kill might leave forbidden.
    private func whileDisconnecting(
        _ name: String, _ server: any RestoreServer, _ body: @Sendable () async throws(AnyFault) -> Void
    ) async throws(AnyFault) {
        try await server.disconnectOthers(from: name)
        let (sleep, pause) = (ports.ambient.sleep, Self.disconnectPause)
        let ending = Task {
            while !Task.isCancelled {
                await sleep(pause)
                if Task.isCancelled { return }
                // Whoever could not be ended is named when the renaming has failed.
                try? await server.disconnectOthers(from: name)
            }
        }
        let result: Result<Void, AnyFault>
        do throws(AnyFault) { result = .success(try await body()) } catch { result = .failure(error) }
        ending.cancel()
        await ending.value
        try result.get()
    }

    private func keepOrDrop(_ old: String, _ server: any RestoreServer) async throws(AnyFault) -> String {
        guard spec.dropOld else {
            return "what was there is now '\(old)': DROP DATABASE \(Identifier.quoted(old))"
        }
        let outcome = try await server.perform(
            ["DROP DATABASE \(Identifier.quoted(old))"], in: maintenanceDatabase)
        if case .refused(_, let message)? = outcome.first {
            throw RestoreFault.oldStays(database: old, message: message).plain
        }
        return "what was there is dropped"
    }

    private static func rename(_ name: String, to other: String) -> String {
        "ALTER DATABASE \(Identifier.quoted(name)) RENAME TO \(Identifier.quoted(other))"
    }
}
