import CISAL

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
