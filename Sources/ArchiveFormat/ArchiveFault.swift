package import Faults

/// What can be wrong with the bytes of an archive or a manifest, found while they are parsed.
package enum ArchiveFault: Fault, Equatable {
    /// The bytes do not begin as anything that pg_dump writes.
    case notAnArchive(String)
    /// A layout version that is not known here.
    case unknownVersion(ArchiveVersion)
    /// A codec that is not known here.
    case unknownCodec(UInt8)
    /// Integers or offsets of sizes that no supported pg_dump writes.
    case unsupportedSizes(integer: UInt8, offset: UInt8)
    /// A field whose bytes cannot be right, at this position.
    case malformed(String, offset: Int64)
    /// The bytes end within this part, at this position.
    case truncated(String, offset: Int64)
    /// A data block where the table of contents has none, or one too many.
    case unexpectedBlock(id: Int32, offset: Int64)
    /// An entry of the table of contents whose data block never came.
    case missingBlock(String)
    /// More of something than this program reads.
    case beyondLimit(String)
    /// A manifest that is not one, and why.
    case manifestMalformed(String)
    /// A manifest of a later program.
    case manifestVersion(Int)

    package var code: String {
        switch self {
        case .notAnArchive: "archive.not-an-archive"
        case .unknownVersion: "archive.unknown-version"
        case .unknownCodec: "archive.unknown-codec"
        case .unsupportedSizes: "archive.unsupported-sizes"
        case .malformed: "archive.malformed"
        case .truncated: "archive.truncated"
        case .unexpectedBlock: "archive.unexpected-block"
        case .missingBlock: "archive.missing-block"
        case .beyondLimit: "archive.beyond-limit"
        case .manifestMalformed: "manifest.malformed"
        case .manifestVersion: "manifest.unknown-version"
        }
    }

    package var summary: String {
        switch self {
        case .notAnArchive(let what): "this is not an archive of pg_dump: \(what)"
        case .unknownVersion(let version):
            "the archive has format version \(version), which is not known here"
        case .unknownCodec(let byte):
            "the archive is compressed by algorithm \(byte), which is not known here"
        case .unsupportedSizes(let integer, let offset):
            "the archive has integers of \(integer) and offsets of \(offset) bytes"
        case .malformed(let what, let offset): "\(what), at byte \(offset)"
        case .truncated(let what, let offset): "the archive ends within \(what), at byte \(offset)"
        case .unexpectedBlock(let id, let offset):
            "the data block at byte \(offset) has the number \(id), which no entry waits for"
        case .missingBlock(let name): "the data of \(name) is missing"
        case .beyondLimit(let what): "the archive has more than \(what)"
        case .manifestMalformed(let why): "the manifest cannot be read: \(why)"
        case .manifestVersion(let number):
            "the manifest has version \(number), and this program reads version 1"
        }
    }

    package var remedy: String {
        switch self {
        case .notAnArchive:
            "Name a file of 'pg_dump -Fc', '-Ft' or '-Fp', or the folder of 'pg_dump -Fd'."
        case .unknownVersion, .unknownCodec:
            "Update pgvigil, or check the archive with the pg_restore of the version that wrote it."
        case .unsupportedSizes:
            "Check the archive with the pg_restore of the machine that wrote it."
        case .malformed, .truncated, .unexpectedBlock, .missingBlock:
            "Take the backup again with 'pgvigil run', and restore from an older set meanwhile."
        case .beyondLimit:
            "Dump fewer objects into one archive with 'pg_dump --schema'."
        case .manifestMalformed:
            "Verify the archive itself with 'pgvigil verify', and take the backup again."
        case .manifestVersion:
            "Update pgvigil to the version that wrote the set, or a later one."
        }
    }

    package var exitStatus: ExitStatus {
        switch self {
        case .malformed, .truncated, .unexpectedBlock, .missingBlock, .manifestMalformed: .badResult
        case .notAnArchive, .unknownVersion, .unknownCodec, .unsupportedSizes, .beyondLimit, .manifestVersion:
            .undetermined
        }
    }
}
