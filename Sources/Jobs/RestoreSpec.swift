package import FoundationEssentials

/// What a restore takes, and where it puts it: `kind: restore`, and what the command makes of its options.
package struct RestoreSpec: Sendable, Equatable {
    /// `latest:target/database`, the beginning of an id, or the path of a set.
    package var backup: String
    /// With `latest:`, the newest set that was begun before or at this instant.
    package var at: Date?
    package var destination: Destination
    /// Whether a database that exists may be replaced; without it, such a restore is refused.
    package var replace: Bool
    /// Only these tables, as `name` or `schema.name`, with what belongs to them and what they need; empty takes all.
    package var tables: [String]
    /// Only these schemas; empty takes all.
    package var schemas: [String]
    package var dataOnly: Bool
    package var schemaOnly: Bool
    /// Whether roles and tablespaces are replayed on the server first.
    package var globals: Bool
    /// Processes that restore at the same time, 1–64; nil takes as many as there are cores.
    package var workers: Int?
    /// Whether the database that was replaced is dropped, not kept under another name.
    package var dropOld: Bool
    /// Whether sessions of others in the database that is replaced are ended.
    package var disconnect: Bool
    /// Whether a database that not all could be restored of is kept and put in its place; the restore has failed still.
    package var keepGoing: Bool

    package init(
        backup: String, at: Date? = nil, destination: Destination, replace: Bool = false,
        tables: [String] = [], schemas: [String] = [], dataOnly: Bool = false, schemaOnly: Bool = false,
        globals: Bool = false, workers: Int? = nil, dropOld: Bool = false, disconnect: Bool = false,
        keepGoing: Bool = false
    ) {
        self.backup = backup
        self.at = at
        self.destination = destination
        self.replace = replace
        self.tables = tables
        self.schemas = schemas
        self.dataOnly = dataOnly
        self.schemaOnly = schemaOnly
        self.globals = globals
        self.workers = workers
        self.dropOld = dropOld
        self.disconnect = disconnect
        self.keepGoing = keepGoing
    }

    /// Whether less than the whole backup is restored.
    package var isPartial: Bool { !tables.isEmpty || !schemas.isEmpty || dataOnly || schemaOnly }

    /// A database of a target; the text in files and on the command line is `target/database`.
    package struct Destination: Sendable, Equatable, Hashable, CustomStringConvertible {
        /// The target's name.
        package var target: String
        package var database: String

        package init(target: String, database: String) {
            self.target = target
            self.database = database
        }

        /// Reads `target/database`; nil if one of them is missing. A database's name may hold a `/` itself.
        package init?(_ text: String) {
            guard let slash = text.firstIndex(of: "/") else { return nil }
            let target = String(text[..<slash])
            let database = String(text[text.index(after: slash)...])
            // PostgreSQL cuts longer names, so that another database would be meant.
            guard Name.isValid(target), !database.isEmpty, database.utf8.count <= 63 else { return nil }
            self.init(target: target, database: database)
        }

        package var description: String { "\(target)/\(database)" }
    }
}
