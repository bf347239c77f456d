import Compression
package import Engine
package import Faults

/// Makes archives with all cores; see docs/decisions/archives-of-our-own.md.
package struct Archiver: ArchiverPort {
    private let partBytes: Int64

    /// - Parameter partBytes: A reader may begin in the middle of a table after so many bytes of it.
    package init(partBytes: Int64 = ArchivingLimits.partBytes) { self.partBytes = partBytes }

    package func begin(
        _ file: any IncomingFile, compression: SegmentCompression, workers: Int,
        progress: @escaping @Sendable (ArchiveProgress) -> Void
    ) throws(AnyFault) -> any ArchiveAssembly {
        do throws(CompressionFault) {
            return try ArchiveBuilder(
                file, compression, workers: workers, partBytes: partBytes, progress: progress)
        } catch {
            throw AnyFault(error)
        }
    }
}

extension SegmentCompression {
    /// A compressor for one thread.
    func compressor() throws(CompressionFault) -> any SegmentCompressor {
        switch self {
        case .zlib(let level): try ZlibSegments(level: level)
        case .isal(let level): ISALSegments(level: level)
        }
    }

    /// What the header of an archive before 1.15 says; any level but 0 means zlib, and −1 its default.
    var headerLevel: Int32 {
        switch self {
        case .zlib(let level): Int32(clamping: level)
        case .isal: -1
        }
    }
}
