import CZstd

/// Decodes Zstandard frames.
///
/// Authority: RFC 8878, and `zstd.h`. pg_dump's frames carry no content checksum
/// (`src/bin/pg_dump/compress_zstd.c` sets no `ZSTD_c_checksumFlag`).
package final class ZstdDecoder: StreamDecoder {
    package private(set) var isFinished = false
    package private(set) var hasChecksum = false
    /// The library does not tell.
    package let usedAtFailure = 0

    private let context: OpaquePointer
    private let windowLogMax: Int32
    private var headSeen = 0

    /// A decoder at the start of a frame.
    ///
    /// - Parameter windowLogMax: The largest window that is decoded, as a power of two: 23 (8 MiB) covers
    ///   every level up to 19, and 27 is the most that the `zstd` program decodes unasked.
    /// - Throws: ``CompressionFault/library(_:)`` when there is no memory.
    package init(windowLogMax: Int32) throws(CompressionFault) {
        guard let context = ZSTD_createDCtx() else { throw .library("zstd") }
        self.context = context
        self.windowLogMax = windowLogMax
        ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, windowLogMax)
    }

    deinit {
        ZSTD_freeDCtx(context)
    }

    package func reset() throws(CompressionFault) {
        guard ZSTD_isError(ZSTD_DCtx_reset(context, ZSTD_reset_session_only)) == 0 else {
            throw .library("zstd")
        }
        isFinished = false
        hasChecksum = false
        headSeen = 0
    }

    package func decode(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(CompressionFault) -> Decoded {
        guard !isFinished else { return Decoded(used: 0, made: 0) }
        noteFlags(input)
        var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
        var target = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
        let status = ZSTD_decompressStream(context, &target, &source)
        guard ZSTD_isError(status) == 0 else {
            switch ZSTD_getErrorCode(status) {
            case ZSTD_error_checksum_wrong: throw .checksum("XXH64")
            case ZSTD_error_frameParameter_windowTooLarge:
                throw .window(UInt64(1) << UInt64(windowLogMax))
            case ZSTD_error_memory_allocation: throw .library("zstd has no memory")
            default: throw .broken(String(cString: ZSTD_getErrorName(status)))
            }
        }
        isFinished = status == 0
        headSeen += source.pos
        return Decoded(used: source.pos, made: target.pos)
    }

    /// The fifth byte of a frame is its descriptor; bit 2 says that a checksum of the content follows.
    private func noteFlags(_ input: UnsafeRawBufferPointer) {
        let index = 4 - headSeen
        if index >= 0, index < input.count { hasChecksum = input[index] & 0x04 != 0 }
    }
}
