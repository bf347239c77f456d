import CZlib

/// Compresses segments with zlib.
///
/// Authority: `zlib.h` (`deflateSetDictionary`, `Z_SYNC_FLUSH`).
package final class ZlibSegments: SegmentCompressor {
    private var stream = z_stream()

    /// - Parameter level: from 1 (fast) to 9 (small).
    /// - Throws: ``CompressionFault/library(_:)`` when there is no memory.
    package init(level: Int) throws(CompressionFault) {
        guard vigil_deflateInit2(&stream, Int32(level), -15) == Z_OK else { throw .library("zlib") }
    }

    deinit {
        deflateEnd(&stream)
    }

    package func compress(
        _ segment: UnsafeRawBufferPointer, from start: Int, into output: UnsafeMutableRawBufferPointer
    ) throws(CompressionFault) -> Int {
        guard deflateReset(&stream) == Z_OK else { throw .library("zlib") }
        let bytes = segment.bindMemory(to: UInt8.self)
        if start > 0 {
            guard deflateSetDictionary(&stream, bytes.baseAddress, UInt32(start)) == Z_OK else {
                throw .library("zlib takes no dictionary")
            }
        }
        // zlib does not write through next_in; the C declaration only lacks the const.
        stream.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress.map { $0 + start })
        stream.avail_in = UInt32(segment.count - start)
        stream.next_out = output.bindMemory(to: UInt8.self).baseAddress
        stream.avail_out = UInt32(clamping: output.count)
        let status = deflate(&stream, Z_SYNC_FLUSH)
        // Room that is left says that the flush is complete (`zlib.h`, deflate).
        guard status == Z_OK || status == Z_BUF_ERROR, stream.avail_in == 0, stream.avail_out > 0 else {
            throw .library("zlib status \(status)")
        }
        return output.count - Int(stream.avail_out)
    }
}
