/// How the data of an archive is compressed; the raw value is what manifests and reports hold.
///
/// The numbers are those of `pg_compress_algorithm` in PostgreSQL, `src/include/common/compression.h`, which
/// the header of an archive carries from version 1.15 on.
package enum ArchiveCodec: String, Sendable, Equatable, Codable, CaseIterable {
    case none
    case zlib
    case lz4
    case zstd

    /// The codec that the header's byte names, if it names one.
    package init?(byte: UInt8) {
        switch byte {
        case 0: self = .none
        case 1: self = .zlib
        case 2: self = .lz4
        case 3: self = .zstd
        default: return nil
        }
    }

    /// The header's byte for this codec.
    package var byte: UInt8 {
        switch self {
        case .none: 0
        case .zlib: 1
        case .lz4: 2
        case .zstd: 3
        }
    }

    /// What pg_dump appends to the name of a data file that it compresses so.
    package var fileSuffix: String {
        switch self {
        case .none: ""
        case .zlib: ".gz"
        case .lz4: ".lz4"
        case .zstd: ".zst"
        }
    }
}
