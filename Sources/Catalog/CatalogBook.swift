package import Engine
package import Faults
package import FoundationEssentials
package import Measures
package import Postgres

/// The record of outcomes in PostgreSQL.
///
/// Times are kept to the microsecond. A write is finished even if the task that asked for it is cancelled meanwhile, since
/// what a cancelled run did is worth as much as any other.
package struct CatalogBook: RunBook {
    private let connections: CatalogConnections

    private init(_ connections: CatalogConnections) {
        self.connections = connections
    }

    /// Opens the catalog, and makes or updates it first if the role may.
    ///
    /// - Parameters:
    ///   - migrate: False refuses a catalog that is missing or behind instead.
    ///   - revive: Called when its server is gone, before one other try; where the server is our own, this starts it.
    /// - Throws: ``CatalogFault``.
    package static func open(
        _ options: ConnectionOptions, migrate: Bool = true, revive: @escaping @Sendable () async -> Void = {}
    ) async throws(CatalogFault) -> CatalogBook {
        let admin = CatalogAdmin(options)
        if migrate { try await admin.migrate() }
        let connections = CatalogConnections { CatalogConnection(options, admin: admin, revive: revive) }
        try await connections.prepare()
        return CatalogBook(connections)
    }

    /// Closes the connections; a later call opens another.
    package func close() async {
        await connections.close()
    }

    // MARK: Writing

    package func begin(_ run: RunRecord) async throws(AnyFault) -> RunStart {
        let stored = try reading { () throws(CatalogFault) in try SQLValue.json(StoredRun(run)) }
        let rows = try await write(Statements.runBegin, [stored] + run.lease.values)
        return try reading { () throws(CatalogFault) in
            let row = try rows.oneRow()
            let verdict: Verdict = try row.named("verdict")
            switch verdict {
            case .begun: return .begun
            case .slotTaken: return .slotTaken(by: try row.uuid("holder"))
            case .takenOver: throw .runTakenOver(run.id)
            }
        }
    }

    /// The answers of `pgvigil.begin_run`.
    private enum Verdict: String {
        case begun
        case slotTaken = "slot taken"
        case takenOver = "taken over"
    }

    package func end(_ run: UUID, lease: Lease?, outcome: Outcome, summary: String, at: Date)
        async throws(AnyFault)
    {
        let values: [SQLValue] = [.uuid(run), .text(outcome.rawValue), .line(summary), .microseconds(at)]
        try await write(Statements.runEnd, values + lease.values, of: run)
    }

    package func record(_ attempt: AttemptRecord, lease: Lease?) async throws(AnyFault) {
        try await write(Statements.attemptRecord, AttemptRow.values(attempt) + lease.values, of: attempt.run)
    }

    package func record(_ step: StepRecord, lease: Lease?) async throws(AnyFault) {
        let values = try reading { () throws(CatalogFault) in try StepRow.values(step) }
        try await write(Statements.stepRecord, values + lease.values, of: step.run)
    }

    package func record(_ backup: BackupRecord) async throws(AnyFault) {
        try await write(Statements.backupRecord, BackupRow.values(backup))
    }

    package func markRemoved(_ backup: UUID, at: Date, reason: String) async throws(AnyFault) {
        try await write(Statements.backupRemoved, [.uuid(backup), .microseconds(at), .line(reason)])
    }

    // MARK: Reading

    package func runs(_ query: RunQuery, limit: Int) async throws(AnyFault) -> [RunRecord] {
        try await runs(query, ids: nil, limit: limit)
    }

    package func runs(idPrefix prefix: String) async throws(AnyFault) -> [RunRecord] {
        guard let ids = UUIDRange(prefix: prefix) else { return [] }
        return try await runs(RunQuery(), ids: ids, limit: 2)
    }

    package func attempts(of run: UUID) async throws(AnyFault) -> [AttemptRecord] {
        try await read(Statements.attempts, [.uuid(run)]) { row throws(CatalogFault) in
            try AttemptRow.record(row)
        }
    }

    package func steps(of run: UUID) async throws(AnyFault) -> [StepRecord] {
        try await read(Statements.steps, [.uuid(run)]) { row throws(CatalogFault) in try StepRow.record(row) }
    }

    package func backups(target: String?) async throws(AnyFault) -> [BackupRecord] {
        try await read(Statements.backups, [.optional(target)]) { row throws(CatalogFault) in
            try BackupRow.record(row)
        }
    }

    package func durations(ofJob job: String, limit: Int) async throws(AnyFault) -> [Duration] {
        try await read(Statements.durations, [.text(job), .integer(Int64(limit))]) {
            row throws(CatalogFault) in
            .microseconds(try row.whole("took"))
        }
    }

    package func lastSize(target: String, database: String, job: String, partial: Bool)
        async throws(AnyFault) -> ByteCount?
    {
        let values: [SQLValue] = [.text(target), .text(database), .text(job), .boolean(partial)]
        return try await read(Statements.lastSize, values) { row throws(CatalogFault) in
            ByteCount(try row.whole("size"))
        }.first
    }

    // MARK: Inside

    private func runs(_ query: RunQuery, ids: UUIDRange?, limit: Int) async throws(AnyFault) -> [RunRecord] {
        let values: [SQLValue] = [
            .optional(query.job), .optional(query.outcome?.rawValue), .boolean(query.unfinishedOnly),
            .boolean(query.waitingOnly),
            .microseconds(query.startedSince), .optional(ids?.lowest), .optional(ids?.highest),
            .integer(Int64(max(0, limit))),
        ]
        return try await read(Statements.runs, values) { row throws(CatalogFault) in try RunRow.record(row) }
    }

    /// Writes of a run, whose statement says whether it is there and whose it is.
    func write(_ sql: String, _ values: [SQLValue], of run: UUID) async throws(AnyFault) {
        let rows = try await write(sql, values)
        try reading { () throws(CatalogFault) in
            let row = try rows.oneRow()
            guard try row.flag("known") else { throw .runUnknown(run) }
            guard try row.flag("mine") else { throw .runTakenOver(run) }
        }
    }

    /// Writes in a task of its own, which the caller's cancellation does not reach.
    @discardableResult
    func write(_ sql: String, _ values: [SQLValue]) async throws(AnyFault) -> Rows {
        let task = Task { [connections] in
            do throws(CatalogFault) {
                return Result<Rows, CatalogFault>.success(try await connections.query(sql, values))
            } catch {
                return .failure(error)
            }
        }
        switch await task.value {
        case .success(let rows): return rows
        case .failure(let fault): throw AnyFault(fault)
        }
    }

    /// Reads records, one for each row.
    func read<Record>(
        _ sql: String, _ values: [SQLValue], _ record: (Rows.Row) throws(CatalogFault) -> Record
    ) async throws(AnyFault) -> [Record] {
        do throws(CatalogFault) {
            return try await connections.query(sql, values).map(record)
        } catch {
            throw AnyFault(error)
        }
    }

    /// Does what may find a value that means nothing.
    func reading<Value>(_ body: () throws(CatalogFault) -> Value) throws(AnyFault) -> Value {
        do throws(CatalogFault) {
            return try body()
        } catch {
            throw AnyFault(error)
        }
    }
}
