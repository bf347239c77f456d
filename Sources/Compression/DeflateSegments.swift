import CISAL
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

/// Compresses segments with Intel's ISA-L.
///
/// Authority: `igzip_lib.h` (`isal_deflate`, `isal_deflate_set_dict`, `SYNC_FLUSH`).
package final class ISALSegments: SegmentCompressor {
    // Tens of kilobytes, which a Swift value would be copied about with.
    private let stream = UnsafeMutablePointer<isal_zstream>.allocate(capacity: 1)
    private let space: UnsafeMutableRawBufferPointer
    private let level: UInt32

    /// - Parameter level: from 1 (fast) to 3 (small).
    package init(level: Int) {
        self.level = UInt32(level)
        space = .allocate(byteCount: Int(vigil_isal_space(UInt32(level))), alignment: 64)
    }

    deinit {
        stream.deallocate()
        space.deallocate()
    }

    package func compress(
        _ segment: UnsafeRawBufferPointer, from start: Int, into output: UnsafeMutableRawBufferPointer
    ) throws(CompressionFault) -> Int {
        isal_deflate_init(stream)
        stream.pointee.level = level
        stream.pointee.level_buf = space.bindMemory(to: UInt8.self).baseAddress
        stream.pointee.level_buf_size = UInt32(space.count)
        stream.pointee.flush = UInt16(SYNC_FLUSH)
        // ISA-L does not write through next_in either.
        let bytes = UnsafeMutablePointer(mutating: segment.bindMemory(to: UInt8.self).baseAddress)
        if start > 0, isal_deflate_set_dict(stream, bytes, UInt32(start)) != COMP_OK {
            throw .library("ISA-L takes no dictionary")
        }
        stream.pointee.next_in = bytes.map { $0 + start }
        stream.pointee.avail_in = UInt32(segment.count - start)
        stream.pointee.next_out = output.bindMemory(to: UInt8.self).baseAddress
        stream.pointee.avail_out = UInt32(clamping: output.count)
        let status = isal_deflate(stream)
        guard status == COMP_OK, stream.pointee.avail_in == 0, stream.pointee.avail_out > 0 else {
            throw .library("ISA-L status \(status)")
        }
        return output.count - Int(stream.pointee.avail_out)
    }
}

/// Adler-32, the checksum of zlib streams (RFC 1950, section 8).
package enum Adler32 {
    /// The checksum of no bytes.
    package static let empty: UInt32 = 1

    /// The checksum of what `value` is of, followed by these bytes.
    package static func extend(_ value: UInt32, _ bytes: UnsafeRawBufferPointer) -> UInt32 {
        guard let start = bytes.bindMemory(to: UInt8.self).baseAddress else { return value }
        return isal_adler32(value, start, UInt64(bytes.count))
    }

    /// The checksum of two stretches one behind the other; the second has `count` bytes.
    package static func combine(_ first: UInt32, _ second: UInt32, count: Int64) -> UInt32 {
        UInt32(truncatingIfNeeded: adler32_combine(UInt(first), UInt(second), Int(count)))
    }
}
