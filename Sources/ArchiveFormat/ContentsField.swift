/// The fields of a header and of an entry, in the order in which an archive holds them.
///
/// Authority: `ReadHead` and `ReadToc` in PostgreSQL, `src/bin/pg_dump/pg_backup_archiver.c`.
enum ContentsField: Int, Sendable {
    // The header.
    case magic, version, sizes, layout, codec, level
    case second, minute, hour, day, month, year, isDaylightSaving
    case databaseName, serverVersion, dumpVersion, entryCount
    // An entry.
    case dumpID, hadDumper, catalogTable, oid, tag, description, section
    case definition, dropStatement, copyStatement, namespace, tablespace, accessMethod, relationKind
    case owner, withOIDs, dependency, offset, file

    /// How a field is stored.
    enum Shape {
        /// So many bytes as they are.
        case fixed(Int)
        /// An integer.
        case integer
        /// An integer length and so many bytes.
        case text
    }

    /// How this field is stored, where offsets have so many bytes.
    func shape(offsetSize: Int) -> Shape {
        switch self {
        case .magic: .fixed(5)
        case .version: .fixed(3)
        case .sizes: .fixed(2)
        case .layout, .codec: .fixed(1)
        case .offset: .fixed(1 + offsetSize)
        case .level, .second, .minute, .hour, .day, .month, .year, .isDaylightSaving, .entryCount, .dumpID,
            .hadDumper, .section, .relationKind:
            .integer
        case .databaseName, .serverVersion, .dumpVersion, .catalogTable, .oid, .tag, .description,
            .definition,
            .dropStatement, .copyStatement, .namespace, .tablespace, .accessMethod, .owner, .withOIDs,
            .dependency,
            .file:
            .text
        }
    }

    /// The name of the field in messages.
    var title: String {
        switch self {
        case .magic: "magic"
        case .version: "format version"
        case .sizes: "integer sizes"
        case .layout: "format"
        case .codec, .level: "compression"
        case .second, .minute, .hour, .day, .month, .year, .isDaylightSaving: "creation time"
        case .databaseName: "database name"
        case .serverVersion: "server version"
        case .dumpVersion: "pg_dump version"
        case .entryCount: "number of entries"
        case .dumpID: "dump id"
        case .hadDumper: "data flag"
        case .catalogTable: "catalog OID"
        case .oid: "OID"
        case .tag: "name"
        case .description: "kind"
        case .section: "section"
        case .definition: "definition"
        case .dropStatement: "drop statement"
        case .copyStatement: "COPY statement"
        case .namespace: "schema"
        case .tablespace: "tablespace"
        case .accessMethod: "access method"
        case .relationKind: "relation kind"
        case .owner: "owner"
        case .withOIDs: "OIDs flag"
        case .dependency: "dependencies"
        case .offset: "data offset"
        case .file: "data file name"
        }
    }

    /// The field that follows in an archive of this header; nil after the last one of the header and of an
    /// entry.
    func next(version: ArchiveVersion, layout: ArchiveHeader.Layout) -> ContentsField? {
        switch self {
        case .layout: version >= .codecByte ? .codec : .level
        case .codec: .second
        case .tablespace where version < .accessMethods: .owner
        case .accessMethod where version < .relationKinds: .owner
        case .dependency: layout == .custom ? .offset : .file
        case .entryCount, .offset, .file: nil
        case .magic, .version, .sizes, .level, .second, .minute, .hour, .day, .month, .year,
            .isDaylightSaving,
            .databaseName, .serverVersion, .dumpVersion, .dumpID, .hadDumper, .catalogTable, .oid, .tag,
            .description, .section, .definition, .dropStatement, .copyStatement, .namespace, .tablespace,
            .accessMethod, .relationKind, .owner, .withOIDs:
            ContentsField(rawValue: rawValue + 1)
        }
    }
}
