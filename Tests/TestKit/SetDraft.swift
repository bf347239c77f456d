package import ArchiveFormat
package import Engine
import Faults
package import FoundationEssentials
import Testing

/// A backup set in the making, for tests of stores.
package struct SetDraft: Sendable {
    package var incoming: any IncomingSet
    package var run: UUID
    package var target: String
    package var database: String
    package var started: Date

    /// Begins the set of one database.
    ///
    /// - Parameter day: Nights after 2026-11-22 at half past midnight, UTC.
    package static func begin(
        _ store: any BackupStore, run: UUID = UUID(), target: String = "main", database: String = "shop",
        day: Int = 0
    ) async throws -> SetDraft {
        let incoming = try await store.beginIncoming(run: run, target: target, database: database)
        return SetDraft(
            incoming: incoming, run: run, target: target, database: database,
            started: BackupStoreConformance.night(day))
    }

    /// Makes a whole set with one file.
    package static func publish(
        _ store: any BackupStore, run: UUID = UUID(), target: String = "main", database: String = "shop",
        day: Int = 0,
        text: String = "data"
    ) async throws -> StoredSet {
        let draft = try await begin(store, run: run, target: target, database: database, day: day)
        try await draft.write("archive.dump", text)
        let files = try await draft.incoming.readBack()
        return try await draft.incoming.publish(draft.manifest(files), at: draft.started)
    }

    /// Writes a file of the set.
    package func write(_ name: String, _ text: String) async throws {
        let file = try await incoming.makeFile(name)
        try Self.put(text, into: file)
        try file.finish()
    }

    /// Writes text into a file.
    package static func put(_ text: String, into file: any IncomingFile) throws {
        try Array(text.utf8).span.bytes.withUnsafeBytes { bytes throws(AnyFault) in try file.write(bytes) }
    }

    /// A manifest that lists these files.
    package func manifest(_ files: [Manifest.File]) -> Manifest {
        let isFolder = files.contains { $0.path.hasPrefix("archive/") }
        let archive = isFolder ? "archive" : "archive.dump"
        return Manifest(
            id: run, run: run, job: "nightly-backup", target: target, started: started,
            finished: started.addingTimeInterval(60), format: isFolder ? .directory : .custom,
            compression: "zlib:6",
            archive: archive,
            globals: .none, files: files, serverVersion: "15.18", clientVersion: "15.18",
            database: Manifest.Database(
                name: database, owner: "shop", encoding: "UTF8", collate: "C", ctype: "C",
                localeProvider: "c",
                settings: [], size: 8_192),
            extensions: [], warnings: [], tables: [], largeObjects: 0,
            verification: Manifest.Verification(level: .hash, at: started.addingTimeInterval(50)))
    }
}
