/// Puts parsed fields where they belong, and refuses values that pg_dump cannot have written.
struct ContentsBuilder: Sendable {
    var header = ArchiveHeader()
    var isHeaderComplete = false
    /// Whether the dependency just read was the null that ends the list.
    private(set) var endsDependencies = false
    private var entry = TOCEntry()
    private var entriesTaken = 0

    /// The entry that is complete now; the next one begins empty.
    mutating func takeEntry() -> TOCEntry {
        defer { entry = TOCEntry() }
        entriesTaken += 1
        return entry
    }

    private var part: String { isHeaderComplete ? "entry \(entriesTaken + 1)" : "the header" }

    private func wrong(_ field: ContentsField, _ value: some Any, at offset: Int64) -> ArchiveFault {
        .malformed("the \(field.title) of \(part) cannot be \(value)", offset: offset)
    }

    mutating func set(
        _ field: ContentsField, bytes: UnsafeRawBufferPointer, at offset: Int64
    ) throws(ArchiveFault) {
        switch field {
        case .magic:
            guard bytes.elementsEqual("PGDMP".utf8) else {
                throw .notAnArchive("it does not begin with PGDMP")
            }
        case .version:
            header.version = ArchiveVersion(bytes[0], bytes[1], bytes[2])
            guard header.version.isKnown else { throw .unknownVersion(header.version) }
        case .sizes:
            guard bytes[0] == 4, bytes[1] == 4 || bytes[1] == 8 else {
                throw .unsupportedSizes(integer: bytes[0], offset: bytes[1])
            }
            header.offsetSize = Int(bytes[1])
        case .layout:
            guard let layout = ArchiveHeader.Layout(rawValue: bytes[0]), layout != .null else {
                throw wrong(field, bytes[0], at: offset)
            }
            header.layout = layout
        case .codec:
            guard let codec = ArchiveCodec(byte: bytes[0]) else { throw .unknownCodec(bytes[0]) }
            header.codec = codec
        case .offset:
            guard let state = TOCEntry.OffsetState(rawValue: bytes[0]) else {
                throw wrong(field, "of state \(bytes[0])", at: offset)
            }
            let value = ArchiveInteger.parse(littleEndian: bytes.dropping(1))
            guard value <= UInt64(Int64.max) else { throw wrong(field, value, at: offset) }
            entry.location = .offset(state, value)
        case .level, .second, .minute, .hour, .day, .month, .year, .isDaylightSaving, .databaseName,
            .serverVersion,
            .dumpVersion, .entryCount, .dumpID, .hadDumper, .catalogTable, .oid, .tag, .description, .section,
            .definition, .dropStatement, .copyStatement, .namespace, .tablespace, .accessMethod,
            .relationKind,
            .owner, .withOIDs, .dependency, .file:
            throw wrong(field, "of fixed length", at: offset)
        }
    }

    mutating func set(_ field: ContentsField, integer value: Int32, at offset: Int64) throws(ArchiveFault) {
        func within(_ range: ClosedRange<Int32>) throws(ArchiveFault) -> Int32 {
            guard range.contains(value) else { throw wrong(field, value, at: offset) }
            return value
        }
        switch field {
        case .level:
            header.level = try within(-1...9)
            header.codec = value == 0 ? .none : .zlib
        case .second: header.created.second = try within(0...60)
        case .minute: header.created.minute = try within(0...59)
        case .hour: header.created.hour = try within(0...23)
        case .day: header.created.day = try within(1...31)
        case .month: header.created.month = try within(0...11)
        case .year: header.created.year = try within(0...8099)
        case .isDaylightSaving: header.created.isDaylightSaving = try within(-1...1)
        case .entryCount: header.entryCount = value
        case .dumpID: entry.dumpID = try within(1...Int32.max)
        case .hadDumper: entry.hadDumper = try within(0...1) == 1
        case .section:
            guard let section = TOCEntry.Section(rawValue: value) else {
                throw wrong(field, value, at: offset)
            }
            entry.section = section
        case .relationKind: entry.relationKind = try within(0...255)
        case .magic, .version, .sizes, .layout, .codec, .databaseName, .serverVersion, .dumpVersion,
            .catalogTable,
            .oid, .tag, .description, .definition, .dropStatement, .copyStatement, .namespace, .tablespace,
            .accessMethod, .owner, .withOIDs, .dependency, .offset, .file:
            throw wrong(field, "an integer", at: offset)
        }
    }

    mutating func set(_ field: ContentsField, text: ArchiveText?, at offset: Int64) throws(ArchiveFault) {
        switch field {
        case .databaseName: header.databaseName = text
        case .serverVersion: header.serverVersion = text
        case .dumpVersion: header.dumpVersion = text
        case .catalogTable: entry.catalogTable = text
        case .oid: entry.oid = text
        case .tag: entry.tag = text
        case .description: entry.description = text
        case .definition: entry.definition = text
        case .dropStatement: entry.dropStatement = text
        case .copyStatement: entry.copyStatement = text
        case .namespace: entry.namespace = text
        case .tablespace: entry.tablespace = text
        case .accessMethod: entry.accessMethod = text
        case .owner: entry.owner = text
        case .withOIDs: entry.withOIDs = text
        case .file: entry.location = .file(text)
        case .dependency:
            endsDependencies = text == nil
            guard let text else { return }
            guard !text.bytes.isEmpty, text.bytes.allSatisfy({ (0x30...0x39).contains($0) }) else {
                throw wrong(field, "'\(text.display)'", at: offset)
            }
            guard entry.dependencies.count < ArchiveLimits.dependenciesMax else {
                throw .beyondLimit("\(ArchiveLimits.dependenciesMax) dependencies of one entry")
            }
            entry.dependencies.append(text)
        case .magic, .version, .sizes, .layout, .codec, .level, .second, .minute, .hour, .day, .month, .year,
            .isDaylightSaving, .entryCount, .dumpID, .hadDumper, .section, .relationKind, .offset:
            throw wrong(field, "text", at: offset)
        }
    }
}

extension ArchiveHeader {
    /// A header that has not been read yet.
    fileprivate init() {
        version = .relationKinds
        offsetSize = 8
        layout = .custom
        codec = .none
        created = CreationTime()
        entryCount = 0
    }
}
