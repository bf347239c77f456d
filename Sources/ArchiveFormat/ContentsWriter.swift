/// Writes headers and entries as pg_dump does.
///
/// Authority: `WriteHead` and `WriteToc` in PostgreSQL, `src/bin/pg_dump/pg_backup_archiver.c`.
struct ContentsWriter {
    let header: ArchiveHeader
    private(set) var bytes: [UInt8] = []

    init(header: ArchiveHeader) {
        self.header = header
    }

    mutating func writeHeader() {
        bytes.append(contentsOf: "PGDMP".utf8)
        bytes.append(contentsOf: [header.version.major, header.version.minor, header.version.revision])
        bytes.append(contentsOf: [4, UInt8(clamping: header.offsetSize), header.layout.rawValue])
        if header.version >= .codecByte {
            bytes.append(header.codec.byte)
        } else {
            integer(header.level ?? (header.codec == .none ? 0 : -1))
        }
        let created = header.created
        for value in [
            created.second, created.minute, created.hour, created.day, created.month, created.year,
            created.isDaylightSaving,
        ] {
            integer(value)
        }
        text(header.databaseName)
        text(header.serverVersion)
        text(header.dumpVersion)
        integer(header.entryCount)
    }

    mutating func write(_ entry: TOCEntry) {
        integer(entry.dumpID)
        integer(entry.hadDumper ? 1 : 0)
        for value in [entry.catalogTable, entry.oid, entry.tag, entry.description] { text(value) }
        integer(entry.section.rawValue)
        for value in [
            entry.definition, entry.dropStatement, entry.copyStatement, entry.namespace, entry.tablespace,
        ] {
            text(value)
        }
        if header.version >= .accessMethods { text(entry.accessMethod) }
        if header.version >= .relationKinds { integer(entry.relationKind ?? 0) }
        text(entry.owner)
        text(entry.withOIDs)
        for dependency in entry.dependencies { text(dependency) }
        text(nil)
        switch entry.location {
        case .none: break
        case .file(let name): text(name)
        case .offset(let state, let value):
            bytes.append(state.rawValue)
            ArchiveInteger.append(littleEndian: value, count: header.offsetSize, to: &bytes)
        }
    }

    private mutating func integer(_ value: Int32) {
        ArchiveInteger.append(value, to: &bytes)
    }

    private mutating func text(_ value: ArchiveText?) {
        integer(value.map { Int32(clamping: $0.bytes.count) } ?? -1)
        if let value { bytes.append(contentsOf: value.bytes) }
    }
}
