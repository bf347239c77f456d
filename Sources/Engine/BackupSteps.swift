import ArchiveFormat
import Faults
import FoundationEssentials
import Jobs
import Measures
import Policy

/// Does the steps of a backup against the ports; one at a time, asked by ``BackupRun``.
actor BackupSteps {
    /// What is known of a database between its steps.
    struct Work {
        var facts: DatabaseFacts
        var server: ServerFacts
        var client: ClientTools
        var incoming: (any IncomingSet)?
        /// The state that is dumped, held until its rows were counted.
        var snapshot: (any HeldSnapshot)?
        /// Whether every table was counted at the source too, and had as many rows.
        var sourceCounts = false
        /// Names of private files, for the environment of the client programs.
        var environment: [String: String] = [:]
        var globals = Manifest.Globals.none
        var warnings: [String] = []
        var started: Date
        var files: [Manifest.File] = []
        var report: VerificationReport?
        /// What was written, where the archive is one of ours.
        var tally: ArchiveTally?
        var stored: StoredSet?
    }

    let run: RunRecord
    let spec: BackupSpec
    private let targets: [String: Target]
    private let limits: Limits
    let book: JournaledBook
    let ports: BackupPorts
    var works: [BackupItem: Work] = [:]
    /// Databases whose archive pg_dump writes itself, since its stream surprised us in an earlier attempt, and how.
    var stockReasons: [BackupItem: String] = [:]

    /// - Parameter book: Takes the place of the book of `ports`: what the catalog does not take waits, and does not fail.
    init(
        run: RunRecord, spec: BackupSpec, targets: [Target], limits: Limits, book: JournaledBook,
        ports: BackupPorts
    ) {
        self.run = run
        self.spec = spec
        self.targets = Dictionary(targets.map { ($0.name, $0) }) { first, _ in first }
        self.limits = limits
        self.book = book
        self.ports = ports
    }

    /// Does one step; `item` is nil for the preflight only.
    func perform(_ name: StepName, target: String, item: BackupItem?) async -> StepResult {
        do throws(AnyFault) {
            guard let target = targets[target] else { throw EngineFault.targetUnknown(target).plain }
            guard let item else { return try await preflight(target) }
            guard let work = works[item] else {
                throw EngineFault.surprise(item: "\(item)", summary: "no preflight came before it").plain
            }
            switch name {
            case .preflight: return try await preflight(target)
            case .globals: return try await globals(target, item, work)
            case .dump: return try await dump(target, item, work)
            case .publishCheck: return try await check(item, work)
            case .publish: return try await publish(item, work)
            case .record: return try await record(item, work)
            case .prune: return try await prune(item)
            case .choose, .checkSet, .server, .create, .restore, .analyze, .prove, .report, .swap,
                .verify, .look, .maintain, .statement, .before, .command, .onFailure, .after:
                throw EngineFault.surprise(item: "\(item)", summary: "\(name.rawValue) is no step of it")
                    .plain
            }
        } catch {
            // Whatever a port says of being cancelled, it is the run that was stopped, or the step.
            return .failed(Task.isCancelled ? RunScribe.interrupted : error)
        }
    }

    /// The databases that earlier processes of this run saved, in their order.
    ///
    /// A set that was published and not recorded any more, because its process died between the two, is recorded now. Sets
    /// that another daemon published into a store of its own count by their record alone.
    func savedEarlier() async -> [BackupItem] {
        // What neither the catalog nor the store tells is saved again: that costs time, and nothing else.
        let recorded = ((try? await book.backups(target: nil)) ?? []).filter { $0.run == run.id }
        // As above.
        let stored = ((try? await ports.store.sets().sets) ?? []).filter {
            $0.manifest.run == run.id && $0.damaged == nil
        }.map(BackupRecord.init)
        let known = Set(recorded.map(\.id))
        let unrecorded = stored.filter { !known.contains($0.id) }
        for backup in unrecorded { await book.record(backup) }
        var items: [BackupItem] = []
        for backup in (recorded + unrecorded).sorted(by: { $0.startedAt < $1.startedAt }) {
            let item = BackupItem(target: backup.target, database: backup.database)
            if !items.contains(item) { items.append(item) }
        }
        return items
    }

    /// Removes what a database has in the incoming folder.
    func discard(_ item: BackupItem) async {
        await works[item]?.snapshot?.release()
        works[item]?.snapshot = nil
        await works[item]?.incoming?.discard()
        works[item]?.incoming = nil
    }
}

// MARK: - Before and while the data is taken

extension BackupSteps {
    private func preflight(_ target: Target) async throws(AnyFault) -> StepResult {
        let server = try await ports.server.facts(of: target)
        let client: ClientTools
        do throws(EngineFault) {
            client = try ClientChoice.choose(
                among: await ports.tools.clients(), server: server.major, compression: spec.compression)
        } catch {
            throw error.plain
        }
        let (chosen, missing) = DatabaseChoice.choose(spec, target: target, existing: server.databases)
        var refused = missing.map { name in
            RefusedItem(
                item: BackupItem(target: target.name, database: name),
                fault: EngineFault.databaseMissing(target: target.name, pattern: name).plain)
        }
        var items: [BackupItem] = []
        for database in chosen {
            try stopIfCancelled()
            let item = BackupItem(target: target.name, database: database)
            do throws(AnyFault) {
                let facts = try await ports.server.facts(of: target, database: database)
                try await checkReadiness(item, facts)
                works[item] = Work(
                    facts: facts, server: server, client: client, started: ports.ambient.wallTime())
                items.append(item)
            } catch {
                refused.append(RefusedItem(item: item, fault: error))
            }
        }
        if items.isEmpty, refused.isEmpty { throw EngineFault.nothingToSave(target: target.name).plain }
        let detail =
            "PostgreSQL \(server.version), pg_dump \(client.version); \(items.count) to save"
            + (refused.first.map { ", \(refused.count) refused: \($0.item): \($0.fault.summary)" } ?? "")
        return StepResult(event: .foundDatabases(items, refused: refused), detail: detail)
    }

    private func checkReadiness(_ item: BackupItem, _ facts: DatabaseFacts) async throws(AnyFault) {
        do throws(EngineFault) {
            // What a partial dump leaves out need not be readable; pg_dump itself decides then.
            if !spec.selection.isPartial {
                if !facts.unreadable.isEmpty {
                    throw .unreadable(item: "\(item)", relations: facts.unreadable)
                }
                if !facts.rowSecurity.isEmpty {
                    throw .rowSecurity(item: "\(item)", tables: facts.rowSecurity)
                }
            }
        } catch {
            throw error.plain
        }
        // The size of the last set is a better guess than none, and its absence no reason to stop.
        let last = try? await book.lastSize(
            target: item.target, database: item.database, job: run.job, partial: spec.selection.isPartial)
        let free = try await ports.store.freeSpace()
        do throws(EngineFault) {
            try SpaceCheck.check(
                expected: SpaceCheck.expected(lastSize: last ?? nil, databaseSize: facts.size), free: free,
                reserve: limits.freeSpaceMin, store: ports.store.name)
        } catch {
            throw error.plain
        }
    }

    private func globals(_ target: Target, _ item: BackupItem, _ before: Work) async throws(AnyFault)
        -> StepResult
    {
        var work = before
        work.started = ports.ambient.wallTime()
        let incoming = try await ports.store.beginIncoming(
            run: run.id, target: item.target, database: item.database)
        work.incoming = incoming
        works[item] = work
        if let password = target.connection.password {
            work.environment["PGPASSFILE"] = try await incoming.writePrivate(
                "pgpass", Secret(DumpCommand.passwordFile(password.reveal())))
        }
        if let service = DumpCommand.serviceFile(target.connection) {
            work.environment["PGSERVICEFILE"] = try await incoming.writePrivate(
                "pg_service.conf", Secret(service))
        }
        works[item] = work
        guard spec.globals else { return StepResult(event: .done, detail: "not asked for") }
        let withPasswords = work.server.mayReadPasswords
        let file = try await incoming.makeFile("globals.sql")
        let arguments = DumpCommand.globals(
            connection: target.connection.with(database: item.database), database: item.database,
            job: run.job,
            withPasswords: withPasswords)
        let call = toolCall("pg_dumpall", arguments, work)
        let result = try await ports.tools.run(call, output: .sink(file))
        try Self.accept(result, tool: "pg_dumpall", item)
        try file.finish()
        work.globals = withPasswords ? .withPasswords : .withoutPasswords
        work.warnings += result.warnings
        works[item] = work
        let detail =
            withPasswords ? "roles and tablespaces" : "roles without passwords: the role may not read them"
        return StepResult(event: .done, detail: detail, bytes: file.size)
    }

    func toolCall(_ tool: String, _ arguments: [String], _ work: Work) -> ToolCall {
        // COPY writes `timestamptz` in the session's zone, and nothing in an archive tells which one that was: with one
        // zone for all, a drill finds the same text (manual, "Environment Variables", PGTZ). pg_dumpall writes `VALID
        // UNTIL` in the server's style of dates, which another server takes for another day: 02/01/2040.
        ToolCall(
            executable: "\(work.client.directory)/\(tool)", arguments: arguments,
            environment: work.environment.merging(DumpCommand.dates) { own, _ in own })
    }

    /// - Throws: What a program's end amounts to, if it is no success.
    static func accept(_ result: ToolResult, tool: String, _ item: BackupItem) throws(AnyFault) {
        if result.wasStopped || Task.isCancelled { throw RunScribe.interrupted }
        if let fault = ToolFailure.fault(result, tool: tool, item: "\(item)") { throw fault.plain }
    }

    func stopIfCancelled() throws(AnyFault) {
        if Task.isCancelled { throw RunScribe.interrupted }
    }

    func lost(_ item: BackupItem) -> AnyFault {
        EngineFault.surprise(item: "\(item)", summary: "its incoming set is gone").plain
    }
}
