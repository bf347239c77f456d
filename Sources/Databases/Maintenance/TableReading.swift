import Engine
import Measures
import Policy
import Postgres

/// A table before or after a statement, with what proves that the statement did something.
struct TableReading: Equatable {
    var name: QualifiedName
    var isPartitioned: Bool
    /// A temporary table, which is always another session's: ours makes none.
    var isTemporary: Bool
    var state: ObjectState
    var allVisiblePages: Int64
    /// `relfrozenxid` and `relminmxid` themselves: their ages rise by others' work.
    var frozen: String
    var multixact: String
    var vacuums: Int64
    var analyzes: Int64
    /// Whether the server counts at all (`track_counts`).
    var isCounted: Bool
    /// The number of its TOAST table; 0 for none.
    var toast: UInt32

    init(_ row: Rows.Row) throws(PostgresFault) {
        name = QualifiedName(try row.text("schema"), try row.text("name"))
        isPartitioned = try row.text("kind") == "p"
        isTemporary = try row.boolean("temporary")
        state = ObjectState(
            size: ByteCount(try row.integer("size")), deadRows: try row.integer("dead"),
            tuples: try row.tuples, xidAge: try row.integer("xid_age"),
            multixactAge: try row.integer("multixact_age"),
            fileNode: UInt32(truncatingIfNeeded: try row.integer("file")))
        allVisiblePages = try row.integer("visible")
        frozen = try row.text("frozen")
        multixact = try row.text("multixact")
        vacuums = try row.integer("vacuums")
        analyzes = try row.integer("analyzes")
        isCounted = try row.boolean("counts")
        toast = UInt32(truncatingIfNeeded: try row.integer("toast"))
    }
}

/// An index before or after a statement.
struct IndexReading: Equatable {
    var oid: UInt32
    var name: QualifiedName
    var table: UInt32
    var tableName: QualifiedName
    var isPartitioned: Bool
    var isValid: Bool
    var isExclusion: Bool
    var isExpression: Bool
    var isTemporary: Bool
    /// 0 for the database's own.
    var tablespace: Int64
    var state: ObjectState

    init(_ row: Rows.Row) throws(PostgresFault) {
        oid = UInt32(truncatingIfNeeded: try row.integer("oid"))
        name = QualifiedName(try row.text("schema"), try row.text("name"))
        table = UInt32(truncatingIfNeeded: try row.integer("table_oid"))
        tableName = QualifiedName(name.schema, try row.text("table_name"))
        isPartitioned = try row.text("kind") == "I"
        isValid = try row.boolean("valid")
        isExclusion = try row.boolean("exclusion")
        isExpression = try row.boolean("expression")
        tablespace = try row.integer("tablespace")
        isTemporary = try row.boolean("temporary")
        state = ObjectState(
            size: ByteCount(try row.integer("size")), tuples: try row.tuples,
            fileNode: UInt32(truncatingIfNeeded: try row.integer("file")))
    }
}

extension MaintenanceReader {
    /// A table as it is now; nil once it is gone.
    func table(_ oid: UInt32) async throws(PostgresFault) -> TableReading? {
        let rows = try await measured(
            { MaintenanceQueries.table(measured: $0) }, [.integer(Int64(oid))])
        return try rows.first.map { row throws(PostgresFault) in try TableReading(row) }
    }

    /// Indexes by one of the conditions of ``MaintenanceQueries``.
    func indexes(
        where condition: String, _ values: [SQLValue]
    ) async throws(PostgresFault) -> [IndexReading] {
        try await measured({ MaintenanceQueries.index(condition, measured: $0) }, values).map {
            row throws(PostgresFault) in try IndexReading(row)
        }
    }
}

extension Rows.Row {
    /// What `reltuples` says; -1, as for a table that nobody has counted, where it is what no table can have.
    ///
    /// From 18 on a table's owner may write into it what he likes, `NaN` and infinity among it
    /// (`pg_restore_relation_stats`).
    var tuples: Double {
        get throws(PostgresFault) {
            let number = try number("tuples")
            return number >= 0 && number <= BTreeSize.tuplesMax ? number : -1
        }
    }
}
