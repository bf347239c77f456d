import ArchiveFormat
import Engine
import FoundationEssentials
import TestKit

/// Backup sets of a test.
enum Sets {
    /// Half past midnight of 2026-11-22, and so many days later.
    static func night(_ day: Int) -> Date {
        Date(timeIntervalSince1970: 1_795_307_400 + Double(day) * 86_400)
    }

    static func manifest(
        day: Int, job: String = "nightly", target: String = "main", database: String = "shop",
        verified: Bool = true
    ) throws -> Manifest {
        Manifest(
            id: ManualClock.id(UInt32(100 + day)), run: ManualClock.id(UInt32(200 + day % 50)), job: job,
            target: target,
            started: night(day), finished: night(day) + 60, format: .custom, compression: "zlib:6",
            archive: "archive.dump", globals: .withPasswords,
            files: verified
                ? [.init(path: "archive.dump", size: 4_096, sha256: String(repeating: "ab", count: 32))] : [],
            serverVersion: "17.6", clientVersion: "17.6",
            database: .init(
                name: database, owner: "shop", encoding: "UTF8", collate: "C", ctype: "C",
                localeProvider: "c",
                settings: [], size: 8_192),
            extensions: [], warnings: [], tables: [], largeObjects: 0,
            verification: .init(level: .decode, at: night(day) + 50))
    }

    static func stored(
        day: Int, job: String = "nightly", target: String = "main", database: String = "shop",
        verified: Bool = true,
        held: String? = nil, damaged: String? = nil, partial: Manifest.Selection? = nil
    ) throws -> StoredSet {
        var manifest = try manifest(
            day: day, job: job, target: target, database: database, verified: verified)
        manifest.partial = partial
        return StoredSet(
            store: "local", path: "\(target)/\(database)/\(job)-\(day)", directory: "/store/\(day)",
            manifest: manifest, held: held, damaged: damaged)
    }
}
