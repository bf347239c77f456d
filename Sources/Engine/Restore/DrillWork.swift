import ArchiveFormat
import FoundationEssentials
import Measures

/// What is known of one drill between its steps.
struct DrillWork: Sendable {
    let set: StoredSet
    let item: BackupItem
    /// The place among the drills of the run, from 1.
    let ordinal: Int
    let started: Date
    /// What reading the set back from the disk found; the archive's own counts and digests.
    var verified: VerificationReport?
    var globals: GlobalsScript?
    /// Nil for a plain archive.
    var contents: TableOfContents?
    var server: (any RestoreServer)?
    var facts: RestoreServerFacts?
    var scratch: (any IncomingSet)?
    var restoration: Restoration?
    /// Whether the database has been made, so that it has to be dropped on a server that stays.
    var madeDatabase = false
    var workers = 1
    var memory: ByteCount?
    var diskUsed: ByteCount?
    var lines: [DrillLine] = []
    var phases: [DrillReport.Phase] = []
    /// Monotonic time of the first byte.
    var recoveryBegan: Duration?
    var recovery: Duration?
    var isRecorded = false
    /// The check that the step belongs to which could not be done: without it nothing is proven.
    var failedCheck: DrillLine.Check?

    init(set: StoredSet, ordinal: Int, started: Date) {
        self.set = set
        self.ordinal = ordinal
        self.started = started
        item = BackupItem(target: set.manifest.target, database: set.manifest.database.name)
    }

    /// What the report says of the backup.
    var backup: DrillReport.Backup {
        let manifest = set.manifest
        return DrillReport.Backup(
            id: manifest.id.uuidString.lowercased(), store: set.store, path: set.path,
            target: manifest.target, database: manifest.database.name, slot: manifest.slot,
            started: manifest.started, serverVersion: manifest.serverVersion, bytes: manifest.size)
    }

    /// The tables of the archive with what was counted and digested when it was read back just now.
    var expectedTables: [ContentProof.Expected] {
        (verified?.tables ?? []).map {
            ContentProof.Expected(
                table: ContentProof.Name(schema: $0.schema, name: $0.name), rows: $0.rows, digest: $0.digest,
                bytes: $0.bytes)
        }
    }

    /// How each table is copied out, as the archive copied it: its columns in the archive's order.
    var sources: [ContentProof.Name: CopySource] {
        var sources: [ContentProof.Name: CopySource] = [:]
        for entry in contents?.entries ?? [] where entry.isTableData {
            guard let statement = entry.copyStatement.flatMap({ CopyStatement.parse($0.bytes) }) else {
                continue
            }
            let name = ContentProof.Name(schema: statement.schema, name: statement.table)
            sources[name] = CopySource(
                schema: statement.schema, name: statement.table, columns: statement.columns)
        }
        return sources
    }
}
