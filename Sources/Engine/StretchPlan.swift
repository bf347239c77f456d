package import ArchiveFormat

/// Divides the tables of an archive among connections.
package enum StretchPlan: Sendable, Equatable {
    case stretches([TableStretch])
    /// The data stays with pg_dump's own stream, and why.
    case stream(because: String)

    /// So many bytes of a table are read in one go, so that what waits for its turn is small.
    static let stretchBytes: Int64 = 16 << 20

    /// The stretches in the order of the archive.
    ///
    /// - Parameter layouts: By the OID in decimal.
    package static func make(_ contents: TableOfContents, _ layouts: [String: TableLayout]) -> StretchPlan {
        var stretches: [TableStretch] = []
        for (index, entry) in contents.entries.enumerated() where entry.hasData {
            guard !entry.isLargeObjects else { return .stream(because: "there are large objects") }
            guard entry.isCopyText,
                let statement = entry.copyStatement.map({ CopyStatement.parse($0.bytes) }),
                let statement
            else { return .stream(because: "\(entry.qualifiedName) is not saved by COPY") }
            guard let layout = entry.oid.flatMap({ layouts[$0.display] }) else {
                return .stream(because: "\(entry.qualifiedName) is no plain table")
            }
            let source = CopySource(
                schema: statement.schema, name: statement.table, columns: statement.columns)
            stretches += divide(TableStretch(entry: index, source: source), layout)
        }
        guard !stretches.isEmpty else { return .stream(because: "there is nothing to read") }
        return .stretches(stretches)
    }

    private static func divide(_ whole: TableStretch, _ layout: TableLayout) -> [TableStretch] {
        var whole = whole
        whole.condition = layout.condition
        let count = layout.bytes / stretchBytes
        guard layout.isDivisible, layout.condition == nil, !whole.source.columns.isEmpty, count > 1,
            layout.pages > 1
        else { return [whole] }
        let pages = max(1, (layout.pages + count - 1) / count)
        return stride(from: 0, to: layout.pages, by: Int64.Stride(pages)).map { first in
            var stretch = whole
            stretch.from = first == 0 ? nil : first
            stretch.to = first + pages < layout.pages ? first + pages : nil
            return stretch
        }
    }
}
