import ArchiveFormat
import Faults
import Measures

/// What is known of a restore between its steps.
struct RestoreWork: Sendable {
    let set: StoredSet
    /// Where it goes.
    let item: BackupItem
    /// What it is restored into until it is whole; the destination itself for rows alone.
    let database: String
    /// Nil for a plain archive.
    var contents: TableOfContents?
    /// The entries to restore, where only a part is wanted.
    var selection: RestoreSelection?
    var server: (any RestoreServer)?
    var facts: RestoreServerFacts?
    var scratch: (any IncomingSet)?
    var restoration: Restoration?
    /// Whether there is a database beside that is dropped unless it gets its place.
    var madeDatabase = false
    /// What could not be restored, each on one line; only with `keepGoing` it goes on then.
    var troubles: [String] = []

    init(set: StoredSet, item: BackupItem, database: String) {
        self.set = set
        self.item = item
        self.database = database
    }

    /// The entries that are restored; all of the archive if nothing is left out.
    var entries: [TOCEntry] {
        let all = contents?.entries ?? []
        guard let selection else { return all }
        let wanted = Set(selection.dumpIDs)
        return all.filter { wanted.contains($0.dumpID) }
    }

    /// The tables whose rows are restored, by the manifest.
    var tables: [Manifest.Table] {
        guard selection != nil else { return set.manifest.tables }
        let names = Set(entries.filter(\.isTableData).map(\.qualifiedName))
        return set.manifest.tables.filter { names.contains("\($0.schema).\($0.name)") }
    }

    /// Extensions that the server must have.
    var extensions: [String] {
        guard selection != nil else { return set.manifest.extensions.map(\.name) }
        return entries.filter { $0.kind == "EXTENSION" }.map(\.name)
    }
}
