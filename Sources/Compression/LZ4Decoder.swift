import CLZ4

/// Decodes lz4 frames.
///
/// Authority: the LZ4 frame format specification, and `lz4frame.h`. pg_dump's frames carry no content
/// checksum (`src/bin/pg_dump/compress_lz4.c`).
package final class LZ4Decoder: StreamDecoder {
    package private(set) var isFinished = false
    package private(set) var hasChecksum = false
    /// The library does not tell.
    package let usedAtFailure = 0

    private var context: OpaquePointer?
    private var headSeen = 0

    /// A decoder at the start of a frame.
    ///
    /// - Throws: ``CompressionFault/library(_:)`` when there is no memory.
    package init() throws(CompressionFault) {
        guard LZ4F_isError(LZ4F_createDecompressionContext(&context, UInt32(LZ4F_VERSION))) == 0 else {
            throw .library("lz4")
        }
    }

    deinit {
        LZ4F_freeDecompressionContext(context)
    }

    package func reset() throws(CompressionFault) {
        LZ4F_resetDecompressionContext(context)
        isFinished = false
        hasChecksum = false
        headSeen = 0
    }

    package func decode(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(CompressionFault) -> Decoded {
        guard !isFinished else { return Decoded(used: 0, made: 0) }
        noteFlags(input)
        var used = input.count
        var made = output.count
        let status = LZ4F_decompress(context, output.baseAddress, &made, input.baseAddress, &used, nil)
        guard LZ4F_isError(status) == 0 else {
            let name = String(cString: LZ4F_getErrorName(status))
            if name == "ERROR_contentChecksum_invalid" || name == "ERROR_blockChecksum_invalid" {
                throw .checksum("XXH32")
            }
            throw .broken(name)
        }
        isFinished = status == 0
        headSeen += used
        return Decoded(used: used, made: made)
    }

    /// The fifth byte of a frame holds its flags; bit 2 says that a checksum of the content follows the last
    /// block.
    private func noteFlags(_ input: UnsafeRawBufferPointer) {
        let index = 4 - headSeen
        if index >= 0, index < input.count { hasChecksum = input[index] & 0x04 != 0 }
    }
}
