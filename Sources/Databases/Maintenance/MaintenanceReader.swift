import FoundationEssentials
import Measures
import Policy
import Postgres

/// Reads what a database needs, with a few statements for all of its relations, each by itself.
struct MaintenanceReader {
    let connection: Connection
    let version: Int
    /// Free space at a path of the server's machine; nil where it is not this one.
    let freeSpace: @Sendable (String) -> ByteCount?
    var major: Int { version / 10_000 }

    func facts(_ database: String) async throws(PostgresFault) -> MaintenanceFacts {
        let server = try await connection.query(MaintenanceQueries.server).one()
        let thresholds = try await thresholds()
        let busy = try await busy()
        let relations = try await relations(thresholds.defaults, busy)
        let blockers = try await blockers(olderThan: .seconds(1))
        return MaintenanceFacts(
            database: database, version: version,
            takenAt: Date(timeIntervalSince1970: try server.number("now")),
            isInRecovery: try server.boolean("recovery"), thresholds: thresholds, relations: relations,
            indexes: try await indexes(of: relations, busy), blockers: blockers.found,
            hiddenSessions: blockers.hidden)
    }

    /// Repeats a reading without the file system's sizes where a lock came in between.
    func measured(
        _ sql: (_ measured: Bool) -> String, _ values: [SQLValue] = []
    ) async throws(PostgresFault) -> Rows {
        do throws(PostgresFault) {
            return try await connection.query(sql(true), values)
        } catch {
            guard error.sqlState == "55P03" else { throw error }
            return try await connection.query(sql(false), values)
        }
    }

    // MARK: Settings

    private func thresholds() async throws(PostgresFault) -> ServerThresholds {
        var settings: [String: Double] = [:]
        for row in try await connection.query(MaintenanceQueries.thresholds) {
            settings[try row.text("name")] = try row.number("setting")
        }
        let usual = ServerThresholds()
        return ServerThresholds(
            freezeMaxAge: settings["autovacuum_freeze_max_age"].map { Int64($0) } ?? usual.freezeMaxAge,
            multixactFreezeMaxAge: settings["autovacuum_multixact_freeze_max_age"].map { Int64($0) }
                ?? usual.multixactFreezeMaxAge,
            failsafeAge: settings["vacuum_failsafe_age"].map { Int64($0) },
            multixactFailsafeAge: settings["vacuum_multixact_failsafe_age"].map { Int64($0) },
            defaults: AutovacuumParameters().setting(settings, insertsNever: major < 13))
    }

    // MARK: Relations

    /// What others do to relations at this moment.
    struct Busy {
        var vacuums: [Int64: AutovacuumAtWork] = [:]
        var relations: Set<Int64> = []
    }

    func busy() async throws(PostgresFault) -> Busy {
        var busy = Busy()
        for row in try await connection.query(MaintenanceQueries.busy) {
            let oid = try row.integer("oid")
            busy.relations.insert(oid)
            guard try row.boolean("vacuums") else { continue }
            busy.vacuums[oid] = AutovacuumAtWork(
                pid: Int32(truncatingIfNeeded: try row.integer("pid")),
                preventsWraparound: try row.boolean("wraparound"))
        }
        return busy
    }

    private func relations(
        _ defaults: AutovacuumParameters, _ busy: Busy
    ) async throws(PostgresFault) -> [RelationFacts] {
        var relations: [RelationFacts] = []
        var autoanalyzed: [UInt32: Date] = [:]
        for row in try await measured({ MaintenanceQueries.relations(major: major, measured: $0) }) {
            let relation = try relation(row, defaults, busy)
            if let date = try row.date("autoanalyzed") { autoanalyzed[relation.oid] = date }
            relations.append(relation)
        }
        if relations.contains(where: { $0.kind == .partitioned }) {
            try await sumLeaves(&relations, autoanalyzed)
        }
        return relations
    }

    private func relation(
        _ row: Rows.Row, _ defaults: AutovacuumParameters, _ busy: Busy
    ) throws(PostgresFault) -> RelationFacts {
        let oid = try row.integer("oid")
        let (analyzed, auto) = (try row.date("analyzed"), try row.date("autoanalyzed"))
        let isTemporary = try row.boolean("temporary")
        let options = AutovacuumParameters.numbers(try row.optionalText("options"))
        return RelationFacts(
            oid: UInt32(truncatingIfNeeded: oid),
            name: QualifiedName(try row.text("schema"), try row.text("name")), kind: try Self.kind(row),
            owner: try row.optionalInteger("owner").map { UInt32(truncatingIfNeeded: $0) },
            size: ByteCount(try row.integer("size")), pages: try row.integer("pages"),
            allVisiblePages: try row.integer("visible"), tuples: try row.tuples,
            deadRows: try row.integer("dead"), modifiedSinceAnalyze: try row.integer("modified"),
            insertedSinceVacuum: try row.optionalInteger("inserted"), lastVacuum: try row.date("vacuumed"),
            lastAnalyze: [analyzed, auto].compactMap { $0 }.max(),
            xidAge: try row.optionalInteger("xid_age"),
            multixactAge: try row.optionalInteger("multixact_age"),
            parameters: defaults.setting(options),
            freezeMaxAge: options["autovacuum_freeze_max_age"].map { Int64($0) },
            multixactFreezeMaxAge: options["autovacuum_multixact_freeze_max_age"].map { Int64($0) },
            mayMaintain: try row.boolean("allowed") && !isTemporary, autovacuum: busy.vacuums[oid],
            isOtherTemporary: isTemporary)
    }

    private static func kind(_ row: Rows.Row) throws(PostgresFault) -> RelationKind {
        switch try row.text("kind") {
        case "p": .partitioned
        case "m": .materializedView
        case "t": .toast
        default: try row.boolean("catalog") ? .systemCatalog : .table
        }
    }

    /// A partitioned parent has no rows of its own: it gets its leaves' sizes, and as modified what they were modified
    /// by since the parent's statistics were made.
    ///
    /// A leaf's own count starts anew when autovacuum analyzes it, which it does from a number of modified rows on; that
    /// number is added for a leaf that was analyzed so after its parent.
    private func sumLeaves(
        _ relations: inout [RelationFacts], _ autoanalyzed: [UInt32: Date]
    ) async throws(PostgresFault) {
        let places = Dictionary(
            relations.enumerated().map { ($1.oid, $0) }, uniquingKeysWith: { first, _ in first })
        for row in try await connection.query(MaintenanceQueries.leaves) {
            guard let parent = places[UInt32(truncatingIfNeeded: try row.integer("parent"))],
                let child = places[UInt32(truncatingIfNeeded: try row.integer("leaf"))]
            else { continue }
            let leaf = relations[child]
            relations[parent].size = relations[parent].size + leaf.size
            relations[parent].modifiedSinceAnalyze += leaf.modifiedSinceAnalyze
            if let date = autoanalyzed[leaf.oid], relations[parent].lastAnalyze.map({ date > $0 }) ?? false {
                let least =
                    leaf.parameters.analyzeThreshold + leaf.parameters.analyzeScale * max(0, leaf.tuples)
                relations[parent].modifiedSinceAnalyze += Int64(min(max(0, least), 1e15))
            }
        }
    }
}

extension Rows.Row {
    /// An instant that came as seconds since 1970; nil for NULL.
    func date(_ column: String) throws(PostgresFault) -> Date? {
        try optionalText(column) == nil ? nil : Date(timeIntervalSince1970: number(column))
    }
}

extension AutovacuumParameters {
    /// The storage parameters of a table that are numbers, `name=value` a line (manual, CREATE TABLE, "Storage
    /// Parameters").
    static func numbers(_ options: String?) -> [String: Double] {
        guard let options, options.contains("autovacuum_") else { return [:] }
        var settings: [String: Double] = [:]
        for line in options.split(separator: "\n") {
            guard let at = line.firstIndex(of: "="), let value = Double(line[line.index(after: at)...]) else {
                continue
            }
            settings[String(line[..<at])] = value
        }
        return settings
    }

    /// With what settings say; the server's parameters and those of tables have the same names.
    func setting(_ settings: [String: Double], insertsNever: Bool = false) -> AutovacuumParameters {
        AutovacuumParameters(
            vacuumThreshold: settings["autovacuum_vacuum_threshold"] ?? vacuumThreshold,
            vacuumScale: settings["autovacuum_vacuum_scale_factor"] ?? vacuumScale,
            vacuumMax: settings["autovacuum_vacuum_max_threshold"] ?? vacuumMax,
            insertThreshold: insertsNever
                ? -1 : settings["autovacuum_vacuum_insert_threshold"] ?? insertThreshold,
            insertScale: settings["autovacuum_vacuum_insert_scale_factor"] ?? insertScale,
            analyzeThreshold: settings["autovacuum_analyze_threshold"] ?? analyzeThreshold,
            analyzeScale: settings["autovacuum_analyze_scale_factor"] ?? analyzeScale)
    }
}
