import Catalog
import Compression
import Postgres

/// The versions of this program and of what it stands on.
package struct ProgramVersion: Sendable, Encodable {
    package var pgvigil: String
    package var libpq: String
    package var zlib: String
    package var catalogSchema: Int

    /// Those of this process.
    package static var current: ProgramVersion {
        ProgramVersion(
            pgvigil: "0.1.0", libpq: Postgres.LibraryVersion.text, zlib: Compression.LibraryVersion.zlib,
            catalogSchema: Migration.all.map(\.number).max() ?? 0)
    }
}
