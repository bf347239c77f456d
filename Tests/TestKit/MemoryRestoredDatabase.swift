import ArchiveFormat
package import Engine
import Measures

/// What a database in memory holds for those that prove it.
package struct MemoryRestoredDatabase: Sendable, Equatable {
    /// The rows of each table by `schema.name`, each as a line of COPY's text without its line break.
    package var tables: [String: [String]]
    package var largeObjects: [String]
    package var state: RestoredState
    /// Nil where amcheck is not there.
    package var indexes: IndexReport?
    /// Answers to the user's questions, by their exact text.
    package var answers: [String: QueryAnswer]

    /// A database with these rows in which nothing is wrong.
    package init(
        tables: [String: [String]] = [:], largeObjects: [String] = [],
        state: RestoredState = MemoryRestoredDatabase.sound,
        indexes: IndexReport? = IndexReport(checked: 3, damaged: [:]), answers: [String: QueryAnswer] = [:]
    ) {
        self.tables = tables
        self.largeObjects = largeObjects
        self.state = state
        self.indexes = indexes
        self.answers = answers
    }

    /// What the system catalogs tell of `MemoryServer.database` once it is restored.
    package static let sound = RestoredState(
        owner: "shop", encoding: "UTF8", collate: "en_US.UTF-8", ctype: "en_US.UTF-8", localeProvider: "c",
        acl: nil, settings: ["search_path=app, public"], extensions: ["plpgsql": "1.0"], sequences: [],
        materializedViews: [:], invalidIndexes: [], notValidConstraints: [], size: ByteCount(300 << 20))

    /// The count, the digest and the bytes of these rows, in any order; the digest is one of this twin only.
    package static func reading(of rows: [String]) -> ContentReading {
        var digest = RowDigest()
        for row in rows { digest.add(hash(row)) }
        let bytes = rows.reduce(0) { $0 + $1.utf8.count + 1 }
        return ContentReading(count: Int64(rows.count), digest: digest, bytes: Int64(bytes))
    }

    /// 128-bit FNV-1a.
    private static func hash(_ row: String) -> UInt128 {
        row.utf8.reduce(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d as UInt128) {
            ($0 ^ UInt128($1)) &* 0x0000_0000_0100_0000_0000_0000_0000_013b
        }
    }
}
