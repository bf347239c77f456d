package import FoundationEssentials
package import Measures

/// What one database shows of its need for maintenance at one moment; read from its catalogs, nothing decided.
package struct MaintenanceFacts: Sendable, Equatable {
    package var database: String
    /// As `server_version_num`, such as 150004.
    package var version: Int
    package var takenAt: Date
    /// A standby takes no maintenance.
    package var isInRecovery: Bool
    package var thresholds: ServerThresholds
    /// Tables, partitioned parents, materialized views, their TOAST tables and the system catalogs.
    package var relations: [RelationFacts]
    package var indexes: [IndexFacts]
    /// What keeps dead rows alive, the oldest first.
    package var blockers: [Blocker]
    /// Sessions of other roles that the role may not look into (it lacks `pg_monitor`); blockers may be among them.
    package var hiddenSessions: Int

    package init(
        database: String, version: Int, takenAt: Date, isInRecovery: Bool, thresholds: ServerThresholds,
        relations: [RelationFacts], indexes: [IndexFacts], blockers: [Blocker], hiddenSessions: Int = 0
    ) {
        self.database = database
        self.version = version
        self.takenAt = takenAt
        self.isInRecovery = isInRecovery
        self.thresholds = thresholds
        self.relations = relations
        self.indexes = indexes
        self.blockers = blockers
        self.hiddenSessions = hiddenSessions
    }
}

/// The server's own settings that say when autovacuum would act; a table's storage parameters stand in ``RelationFacts``.
package struct ServerThresholds: Sendable, Equatable {
    /// `autovacuum_freeze_max_age`, in transactions.
    package var freezeMaxAge: Int64
    /// `autovacuum_multixact_freeze_max_age`.
    package var multixactFreezeMaxAge: Int64
    /// `vacuum_failsafe_age`; nil before version 14.
    package var failsafeAge: Int64?
    /// `vacuum_multixact_failsafe_age`; nil before version 14.
    package var multixactFailsafeAge: Int64?
    package var defaults: AutovacuumParameters

    package init(
        freezeMaxAge: Int64 = 200_000_000, multixactFreezeMaxAge: Int64 = 400_000_000,
        failsafeAge: Int64? = 1_600_000_000, multixactFailsafeAge: Int64? = 1_600_000_000,
        defaults: AutovacuumParameters = AutovacuumParameters()
    ) {
        self.freezeMaxAge = freezeMaxAge
        self.multixactFreezeMaxAge = multixactFreezeMaxAge
        self.failsafeAge = failsafeAge
        self.multixactFailsafeAge = multixactFailsafeAge
        self.defaults = defaults
    }
}

/// When autovacuum looks after a table: a number of rows plus a share of them (manual, 24.1.6).
package struct AutovacuumParameters: Sendable, Equatable {
    package var vacuumThreshold: Double
    package var vacuumScale: Double
    /// `autovacuum_vacuum_max_threshold`, from version 18; negative for none.
    package var vacuumMax: Double
    /// `autovacuum_vacuum_insert_threshold`, from version 13; negative for never.
    package var insertThreshold: Double
    package var insertScale: Double
    package var analyzeThreshold: Double
    package var analyzeScale: Double

    package init(
        vacuumThreshold: Double = 50, vacuumScale: Double = 0.2, vacuumMax: Double = -1,
        insertThreshold: Double = 1000, insertScale: Double = 0.2,
        analyzeThreshold: Double = 50, analyzeScale: Double = 0.1
    ) {
        self.vacuumThreshold = vacuumThreshold
        self.vacuumScale = vacuumScale
        self.vacuumMax = vacuumMax
        self.insertThreshold = insertThreshold
        self.insertScale = insertScale
        self.analyzeThreshold = analyzeThreshold
        self.analyzeScale = analyzeScale
    }
}

/// A name in a schema; the pair is what statements quote, each part by itself.
package struct QualifiedName: Sendable, Hashable, Comparable {
    package var schema: String
    package var name: String

    package init(_ schema: String, _ name: String) {
        self.schema = schema
        self.name = name
    }

    package static func < (left: QualifiedName, right: QualifiedName) -> Bool {
        (left.schema, left.name) < (right.schema, right.name)
    }
}

/// What a table, or what is kept like one, shows.
package struct RelationFacts: Sendable, Equatable {
    package var oid: UInt32
    package var name: QualifiedName
    package var kind: RelationKind
    /// Of a TOAST table, the table that it belongs to.
    package var owner: UInt32?
    /// The heap alone, in bytes: `pg_relation_size`; of a partitioned parent, the sum of its leaves.
    package var size: ByteCount
    package var pages: Int64
    /// `relallvisible`: pages that an index-only scan does not visit.
    package var allVisiblePages: Int64
    /// `reltuples`; negative where nobody has ever counted (14 and later), or 0.
    package var tuples: Double
    package var deadRows: Int64
    /// Of a partitioned parent, what its leaves were modified by since the parent was last analyzed, at least.
    package var modifiedSinceAnalyze: Int64
    /// Nil before version 13.
    package var insertedSinceVacuum: Int64?
    /// By hand or by autovacuum, whichever is later; also lost with the server's statistics.
    package var lastVacuum: Date?
    package var lastAnalyze: Date?
    /// `age(relfrozenxid)`; nil for a partitioned parent.
    package var xidAge: Int64?
    /// `mxid_age(relminmxid)`.
    package var multixactAge: Int64?
    /// Its effective parameters: its own storage parameters where set, else the server's.
    package var parameters: AutovacuumParameters
    /// Its own `autovacuum_freeze_max_age`; nil where it has none. It can only lower the server's (manual, CREATE TABLE).
    package var freezeMaxAge: Int64?
    /// Its own `autovacuum_multixact_freeze_max_age`, likewise.
    package var multixactFreezeMaxAge: Int64?
    /// Whether the role that asks may maintain it.
    package var mayMaintain: Bool
    /// Who vacuums or analyzes it now; nil for nobody. Where the role may not look into a session that holds the lock
    /// that VACUUM takes, it counts as one.
    package var autovacuum: AutovacuumAtWork?
    /// Whether another session's temporary table; it can never be maintained by us.
    package var isOtherTemporary: Bool

    package init(
        oid: UInt32, name: QualifiedName, kind: RelationKind, owner: UInt32? = nil, size: ByteCount,
        pages: Int64 = 0, allVisiblePages: Int64 = 0, tuples: Double = 0, deadRows: Int64 = 0,
        modifiedSinceAnalyze: Int64 = 0, insertedSinceVacuum: Int64? = 0, lastVacuum: Date? = nil,
        lastAnalyze: Date? = nil, xidAge: Int64? = 0, multixactAge: Int64? = 0,
        parameters: AutovacuumParameters = AutovacuumParameters(), freezeMaxAge: Int64? = nil,
        multixactFreezeMaxAge: Int64? = nil, mayMaintain: Bool = true,
        autovacuum: AutovacuumAtWork? = nil, isOtherTemporary: Bool = false
    ) {
        self.oid = oid
        self.name = name
        self.kind = kind
        self.owner = owner
        self.size = size
        self.pages = pages
        self.allVisiblePages = allVisiblePages
        self.tuples = tuples
        self.deadRows = deadRows
        self.modifiedSinceAnalyze = modifiedSinceAnalyze
        self.insertedSinceVacuum = insertedSinceVacuum
        self.lastVacuum = lastVacuum
        self.lastAnalyze = lastAnalyze
        self.xidAge = xidAge
        self.multixactAge = multixactAge
        self.parameters = parameters
        self.freezeMaxAge = freezeMaxAge
        self.multixactFreezeMaxAge = multixactFreezeMaxAge
        self.mayMaintain = mayMaintain
        self.autovacuum = autovacuum
        self.isOtherTemporary = isOtherTemporary
    }
}

/// A vacuum of a table that another session is doing (`pg_stat_progress_vacuum`).
package struct AutovacuumAtWork: Sendable, Equatable {
    package var pid: Int32
    /// An autovacuum "(to prevent wraparound)": it is not cancelled for others.
    package var preventsWraparound: Bool

    package init(pid: Int32, preventsWraparound: Bool = false) {
        self.pid = pid
        self.preventsWraparound = preventsWraparound
    }
}

/// What kind of relation it is; the raw value is the text in records.
package enum RelationKind: String, Sendable, Equatable, CaseIterable, Codable {
    case table
    case partitioned = "partitioned table"
    case materializedView = "materialized view"
    case toast = "toast table"
    /// Of the server's own, the tables of the information schema among them.
    case systemCatalog = "system catalog"
}

/// What an index shows.
package struct IndexFacts: Sendable, Equatable {
    /// REINDEX CONCURRENTLY makes another index of the same name: what is remembered of an index goes by its name.
    package var oid: UInt32
    package var name: QualifiedName
    package var table: UInt32
    package var tableName: QualifiedName
    /// `btree`, `gin`, …
    package var method: String
    package var size: ByteCount
    /// `reltuples` of the index.
    package var tuples: Double
    /// What the statistics let expect after a clean rebuild, in bytes; nil where they say nothing.
    package var estimatedSize: ByteCount?
    package var isValid: Bool
    package var isExclusion: Bool
    package var isExpression: Bool
    /// Of a system catalog or a TOAST table of one.
    package var isOfSystem: Bool
    /// Whether a collation that it sorts by has another version now than the database has on record. The server does not
    /// know by which one an index was built: this stays true after a rebuild until somebody says
    /// `ALTER COLLATION … REFRESH VERSION` or `ALTER DATABASE … REFRESH COLLATION VERSION`.
    package var hasStaleCollation: Bool
    /// A build of it is in progress, or another session does maintenance or DDL on it or its table now: it holds a lock
    /// of SHARE UPDATE EXCLUSIVE or more. Readers and writers do not count.
    package var isBusy: Bool
    /// Rebuild it, or drop it where it is invalid.
    package var mayMaintain: Bool
    /// Its file; another after a rebuild.
    package var fileNode: UInt32
    /// Free space where its new file would lie; nil where nobody knows, as on another machine.
    package var freeSpace: ByteCount?

    package init(
        oid: UInt32, name: QualifiedName, table: UInt32, tableName: QualifiedName, method: String = "btree",
        size: ByteCount, tuples: Double = 0, estimatedSize: ByteCount? = nil, isValid: Bool = true,
        isExclusion: Bool = false, isExpression: Bool = false, isOfSystem: Bool = false,
        hasStaleCollation: Bool = false, isBusy: Bool = false, mayMaintain: Bool = true, fileNode: UInt32 = 0,
        freeSpace: ByteCount? = nil
    ) {
        self.oid = oid
        self.name = name
        self.table = table
        self.tableName = tableName
        self.method = method
        self.size = size
        self.tuples = tuples
        self.estimatedSize = estimatedSize
        self.isValid = isValid
        self.isExclusion = isExclusion
        self.isExpression = isExpression
        self.isOfSystem = isOfSystem
        self.hasStaleCollation = hasStaleCollation
        self.isBusy = isBusy
        self.mayMaintain = mayMaintain
        self.fileNode = fileNode
        self.freeSpace = freeSpace
    }
}

/// Something that keeps dead rows alive, so that VACUUM would be in vain, and REINDEX CONCURRENTLY would wait.
package struct Blocker: Sendable, Equatable {
    package var kind: Kind
    /// The session's pid; nil where there is none.
    package var pid: Int32?
    /// The session's application, the slot's name, the prepared transaction's id, or the standby's name.
    package var name: String
    package var user: String
    /// Its database; nil for one that holds back every database.
    package var database: String?
    /// Seconds since it began; nil where nobody knows.
    package var seconds: Double?
    /// How far behind it holds rows, in transactions.
    package var xidAge: Int64
    /// It holds back the system catalogs alone, as a logical slot does.
    package var catalogsOnly: Bool

    package init(
        kind: Kind, pid: Int32? = nil, name: String, user: String = "", database: String? = nil,
        seconds: Double? = nil, xidAge: Int64, catalogsOnly: Bool = false
    ) {
        self.kind = kind
        self.pid = pid
        self.name = name
        self.user = user
        self.database = database
        self.seconds = seconds
        self.xidAge = xidAge
        self.catalogsOnly = catalogsOnly
    }

    /// What it is; the raw value is the word in messages.
    package enum Kind: String, Sendable, Equatable, CaseIterable, Codable {
        case snapshot = "session with an old snapshot"
        case prepared = "prepared transaction"
        case slot = "replication slot"
        case standby = "standby with feedback"
        case dump = "pg_dump"
    }
}
