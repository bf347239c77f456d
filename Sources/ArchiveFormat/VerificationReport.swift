/// What a verification established about one archive or backup set.
///
/// Its JSON is part of the interface (`pgvigil verify --json`).
package struct VerificationReport: Sendable, Equatable, Codable {
    /// The path that was verified, as it was given.
    package var path: String
    /// How the archive is laid out; nil when it could not be told.
    package var format: ArchiveKind?
    /// The answer.
    package var verdict: Verdict
    /// What is wrong, or kept from an answer; empty exactly when the verdict is sound.
    package var findings: [Finding] = []
    /// What a person should know although nothing is wrong.
    package var notes: [Finding] = []
    /// The tables with data, in the archive's order.
    package var tables: [TableContent] = []
    /// Large objects whose contents were read.
    package var largeObjects = 0
    /// The digest of all large objects, as `docs/manifest.md` defines it; nil when not all could be digested.
    package var largeObjectsDigest: RowDigest?
    /// Entries of the table of contents; 0 for plain files, which have none.
    package var entries = 0
    /// Bytes of all files of the archive.
    package var storedBytes: Int64 = 0
    /// Bytes of all data after decoding.
    package var decodedBytes: Int64 = 0
    /// The dumped database, if the archive names it.
    package var databaseName: String?
    /// The version of the dumped server, as it names itself.
    package var serverVersion: String?
    /// The version of the pg_dump that wrote the archive.
    package var dumpVersion: String?
    /// The format version of the table of contents, such as `1.16.0`; nil for plain files.
    package var archiveVersion: String?
    /// When the dump began, in the zone of the machine that dumped; nil for plain files.
    package var created: String?
    /// How the data is compressed.
    package var codec: ArchiveCodec?
    /// Whether a manifest's sizes and SHA-256 were compared as well.
    package var comparedWithManifest = false

    /// The three answers.
    package enum Verdict: String, Sendable, Equatable, Codable {
        case sound
        case damaged
        case cannotTell
    }

    /// One table of the archive.
    package struct TableContent: Sendable, Equatable, Codable {
        /// Its schema; empty only in plain files that do not name one.
        package var schema: String
        /// Its name.
        package var name: String
        /// COPY rows; nil when the data is INSERT commands or could not be read.
        package var rows: Int64?
        /// Bytes of its data after decoding, terminator included.
        package var bytes: Int64

        /// The digest of its rows, as `docs/manifest.md` defines it; nil where they are not counted.
        package var digest: RowDigest?

        /// The contents of one table.
        package init(schema: String, name: String, rows: Int64?, bytes: Int64, digest: RowDigest? = nil) {
            self.schema = schema
            self.name = name
            self.rows = rows
            self.bytes = bytes
            self.digest = digest
        }
    }

    /// A report about which nothing is known yet.
    package init(path: String) {
        self.path = path
        verdict = .cannotTell
    }

    /// Takes findings in: damage and obstacles among the findings, notes among the notes, and the verdict
    /// follows.
    ///
    /// Damage outweighs an obstacle, for it stays damage whatever else could not be read.
    package mutating func settle(with found: [Finding]) {
        for finding in found {
            if finding.kind?.weight == .note {
                notes.append(finding)
            } else {
                findings.append(finding)
            }
        }
        if findings.contains(where: { $0.kind?.weight == .damage }) {
            verdict = .damaged
        } else {
            verdict = findings.isEmpty ? .sound : .cannotTell
        }
    }
}
