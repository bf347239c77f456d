package import Measures

/// What a drill job restores, where, and what it proves: `kind: drill`.
package struct DrillSpec: Sendable, Equatable {
    /// Exact names or globs of databases; nil takes every database that the store has sets of.
    package var databases: [String]?
    /// Names or globs left out after that.
    package var excludeDatabases: [String]
    package var backup: BackupChoice
    /// The name of the store that the sets are in.
    package var store: String
    package var proof: Proof
    /// Tables with more data than this are proven by their row counts, and one of them, another at each drill, by its
    /// content too; nil proves every table by its content.
    package var contentMax: ByteCount?
    package var location: Location
    /// What a throwaway cluster may take on the disk; nil sets no bound but the free space.
    package var diskMax: ByteCount?
    /// What PostgreSQL may take for caches and sorting; nil leaves it to the machine's size.
    package var memoryMax: ByteCount?
    /// Processes that restore at the same time, 1–64; nil takes as many as there are cores.
    package var workers: Int?
    /// Whether amcheck looks at every B-tree where the extension is there.
    package var amcheck: Bool
    package var assertions: [Assertion]

    package init(
        databases: [String]? = nil, excludeDatabases: [String] = [], backup: BackupChoice = .latest,
        store: String = "local", proof: Proof = .content, contentMax: ByteCount? = nil,
        location: Location = .throwaway, diskMax: ByteCount? = nil, memoryMax: ByteCount? = nil,
        workers: Int? = nil, amcheck: Bool = true, assertions: [Assertion] = []
    ) {
        self.databases = databases
        self.excludeDatabases = excludeDatabases
        self.backup = backup
        self.store = store
        self.proof = proof
        self.contentMax = contentMax
        self.location = location
        self.diskMax = diskMax
        self.memoryMax = memoryMax
        self.workers = workers
        self.amcheck = amcheck
        self.assertions = assertions
    }

    /// How closely the rows are compared; the raw value is the text in files, in the catalog and in JSON.
    package enum Proof: String, Sendable, Equatable, CaseIterable, Codable {
        /// Every table has as many rows as the archive.
        case rows
        /// Every table has the rows of the archive, by their digests.
        case content
    }

    /// Where a drill restores; the text in files is `throwaway`, or `target/NAME`.
    package enum Location: Sendable, Equatable, Hashable, CustomStringConvertible {
        /// A private cluster that is removed afterwards.
        case throwaway
        /// A database of its own on the server of a target, by the target's name.
        case target(String)

        package var description: String {
            switch self {
            case .throwaway: "throwaway"
            case .target(let name): "target/\(name)"
            }
        }
    }
}
