/// One object of the dump, as the table of contents describes it.
///
/// Authority: `ReadToc` and `WriteToc` in PostgreSQL, `src/bin/pg_dump/pg_backup_archiver.c`. The fields
/// stand in the archive's order.
package struct TOCEntry: Sendable, Equatable {
    /// The number that dependencies and data blocks use; positive.
    package var dumpID: Int32 = 0
    /// Whether pg_dump had data to write for it.
    package var hadDumper = false
    /// The OID of the catalog that holds the object, in decimal.
    package var catalogTable: ArchiveText?
    /// The object's OID, in decimal.
    package var oid: ArchiveText?
    /// The object's name.
    package var tag: ArchiveText?
    /// What it is: `TABLE`, `TABLE DATA`, `BLOBS`, `INDEX` and so on.
    package var description: ArchiveText?
    /// When it is restored.
    package var section = Section.none
    /// The SQL that makes it.
    package var definition: ArchiveText?
    /// The SQL that removes it.
    package var dropStatement: ArchiveText?
    /// The COPY command of table data; null when the data is INSERT commands.
    package var copyStatement: ArchiveText?
    /// Its schema.
    package var namespace: ArchiveText?
    /// Its tablespace.
    package var tablespace: ArchiveText?
    /// Its table access method; from 1.14 on.
    package var accessMethod: ArchiveText?
    /// Its `pg_class.relkind` as a number; from 1.16 on.
    package var relationKind: Int32?
    /// The role that owns it.
    package var owner: ArchiveText?
    /// `true` or `false`: whether the table had OIDs.
    package var withOIDs: ArchiveText?
    /// The dump ids that it needs, in decimal.
    package var dependencies: [ArchiveText] = []
    /// Where its data is.
    package var location = Location.none

    /// `teSection` of `src/bin/pg_dump/pg_backup.h`.
    package enum Section: Int32, Sendable, Equatable {
        case none = 1
        case preData = 2
        case data = 3
        case postData = 4
    }

    /// Where the data of an entry is.
    package enum Location: Sendable, Equatable {
        /// Not read yet.
        case none
        /// In a custom archive: a state and a position from the start of the file.
        case offset(OffsetState, UInt64)
        /// In a directory or tar archive: the data file's name without the codec's suffix; empty without
        /// data.
        case file(ArchiveText?)
    }

    /// The flag of an offset, `K_OFFSET_*` of `src/bin/pg_dump/pg_backup_archiver.h`.
    package enum OffsetState: UInt8, Sendable, Equatable {
        /// There is data, and the archive went through a pipe: a reader must walk.
        case notSet = 1
        /// The block's position is known.
        case set = 2
        /// There is no data.
        case noData = 3
    }

    /// An entry with nothing in it.
    package init() {}

    /// The name for people.
    package var name: String { tag?.display ?? "" }

    /// The schema for people; nil for what lives in none.
    package var schema: String? { namespace.flatMap { $0.bytes.isEmpty ? nil : $0.display } }

    /// What it is, for people.
    package var kind: String { description?.display ?? "" }

    /// `schema.name`, or the name alone.
    package var qualifiedName: String { schema.map { "\($0).\(name)" } ?? name }

    /// Whether it is the rows of a table.
    package var isTableData: Bool { description == "TABLE DATA" }

    /// Whether it is the contents of large objects.
    package var isLargeObjects: Bool { description == "BLOBS" }

    /// Whether its data is COPY text, so that lines are rows.
    package var isCopyText: Bool { isTableData && copyStatement.map { !$0.bytes.isEmpty } ?? false }

    /// Whether data is stored for it in this archive.
    package var hasData: Bool {
        switch location {
        case .none: false
        case .offset(let state, _): state != .noData
        case .file(let name): name.map { !$0.bytes.isEmpty } ?? false
        }
    }
}
