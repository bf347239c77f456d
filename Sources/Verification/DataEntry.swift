import ArchiveFormat

/// An entry with data, as little of it as a check needs.
struct DataEntry: Sendable, Equatable {
    var id: Int32
    var schema: String
    var name: String
    var qualifiedName: String
    var isTableData: Bool
    var isLargeObjects: Bool
    var isCopyText: Bool
    var location: TOCEntry.Location

    init(_ entry: TOCEntry) {
        id = entry.dumpID
        schema = entry.schema ?? ""
        name = entry.name
        qualifiedName = entry.isLargeObjects ? "the large objects" : entry.qualifiedName
        isTableData = entry.isTableData
        isLargeObjects = entry.isLargeObjects
        isCopyText = entry.isCopyText
        location = entry.location
    }

    /// Whether pg_dump could not go back and set the offset.
    var isPiped: Bool {
        if case .offset(.notSet, _) = location { true } else { false }
    }
}
