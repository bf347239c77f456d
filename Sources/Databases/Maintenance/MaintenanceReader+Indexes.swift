import Measures
import Policy
import Postgres

/// Reading indexes.
extension MaintenanceReader {
    func indexes(of relations: [RelationFacts], _ busy: Busy) async throws(PostgresFault) -> [IndexFacts] {
        let tables = Dictionary(relations.map { ($0.oid, $0) }, uniquingKeysWith: { first, _ in first })
        let rows = try await measured { MaintenanceQueries.indexes(major: major, measured: $0) }
        let estimates = try await estimates()
        let stale = try await staleIndexes()
        let places = try await places()
        var indexes: [IndexFacts] = []
        for row in rows {
            // One whose table was made after the tables were read is seen next time.
            guard let table = tables[UInt32(truncatingIfNeeded: try row.integer("table"))] else { continue }
            let oid = try row.integer("oid")
            indexes.append(
                IndexFacts(
                    oid: UInt32(truncatingIfNeeded: oid),
                    name: QualifiedName(table.name.schema, try row.text("name")), table: table.oid,
                    tableName: table.name, method: try row.text("method"),
                    size: ByteCount(try row.integer("size")), tuples: try row.tuples,
                    estimatedSize: estimates[oid], isValid: try row.boolean("valid"),
                    isExclusion: try row.boolean("exclusion"), isExpression: try row.boolean("expression"),
                    isOfSystem: table.oid < Self.systemOIDMax, hasStaleCollation: stale.contains(oid),
                    isBusy: busy.relations.contains(oid) || busy.relations.contains(Int64(table.oid)),
                    mayMaintain: try row.boolean("allowed") && !table.isOtherTemporary,
                    fileNode: UInt32(truncatingIfNeeded: try row.integer("file")),
                    freeSpace: places[try row.integer("tablespace")]))
        }
        return indexes
    }

    /// Free space of the tablespaces that lie on this machine, by their numbers; 0 is the database's own.
    func places() async throws(PostgresFault) -> [Int64: ByteCount] {
        var free: [Int64: ByteCount] = [:]
        guard Machine.runsPostgres(await connection.backendProcess) else { return free }
        for row in try await connection.query(MaintenanceQueries.places) {
            guard let place = try row.optionalText("place"), let space = freeSpace(place) else { continue }
            free[try row.integer("oid")] = space
            if try row.boolean("default") { free[0] = space }
        }
        return free
    }

    /// Relations below are the system's own, which are never rebuilt concurrently (`FirstUnpinnedObjectId` in transam.h).
    static let systemOIDMax = 12_000

    private func estimates() async throws(PostgresFault) -> [Int64: ByteCount] {
        var estimates: [Int64: ByteCount] = [:]
        for row in try await connection.query(MaintenanceQueries.widths) {
            let columns = try row.text("columns").split(separator: "\n").compactMap { BTreeSize.Column($0) }
            let options = try row.optionalText("options") ?? ""
            let lines = options.split(separator: "\n")
            let fill = lines.first { $0.hasPrefix("fillfactor=") }.flatMap { Int($0.dropFirst(11)) }
            let (covers, isUnique) = (try row.boolean("covers"), try row.boolean("unique"))
            let isPlain = !covers && !isUnique
            let size = BTreeSize(
                columns: columns, tuples: try row.tuples, fillFactor: fill ?? 90,
                deduplicates: isPlain && major >= 13 && !options.contains("deduplicate_items=off")
                    && !options.contains("deduplicate_items=false"))
            estimates[try row.integer("oid")] = size.estimate
        }
        return estimates
    }

    private func staleIndexes() async throws(PostgresFault) -> Set<Int64> {
        let sql = MaintenanceQueries.staleCollations(major: major)
        let stale = try await connection.query(sql).texts("oid")
        guard !stale.isEmpty else { return [] }
        return Set(
            try await connection.query(MaintenanceQueries.ofCollations, [.array(stale)]).map {
                row throws(PostgresFault) in try row.integer("oid")
            })
    }
}
