package import Faults

/// What can be wrong with compressed data, or with the library that decodes it.
package enum CompressionFault: Fault, Equatable {
    /// Bytes that the codec cannot have written, in the library's words.
    case broken(String)
    /// The data decodes, but is not what its checksum was taken of.
    case checksum(String)
    /// A stream whose window needs more memory than this, in bytes, which is all that was allowed.
    case window(UInt64)
    /// The library could not be set up.
    case library(String)

    package var code: String {
        switch self {
        case .broken: "stream.broken"
        case .checksum: "stream.checksum"
        case .window: "stream.window"
        case .library: "stream.library"
        }
    }

    package var summary: String {
        switch self {
        case .broken(let why): "the compressed data is broken: \(why)"
        case .checksum(let which): "the data is not what its checksum (\(which)) was taken of"
        case .window(let bytes):
            "the compressed data needs a window of more than \(bytes) bytes to be decoded"
        case .library(let why): "a compression library cannot be set up: \(why)"
        }
    }

    package var remedy: String {
        switch self {
        case .broken, .checksum:
            "Take the backup again with 'pgvigil run', and restore from an older set meanwhile."
        case .window:
            "Check the archive with 'zstd --test --long=31' or pg_restore, and dump with a lower level."
        case .library: "Free memory, and check that zlib, lz4, zstd and OpenSSL are installed as packaged."
        }
    }

    package var exitStatus: ExitStatus {
        switch self {
        case .broken, .checksum: .badResult
        case .window, .library: .undetermined
        }
    }
}
