import CZlib

/// Decodes zlib and gzip streams; zlib itself checks the Adler-32 or the CRC-32 and length at their end.
///
/// Authority: RFC 1950, RFC 1952, and zlib's `zlib.h`.
package final class Inflater: StreamDecoder {
    /// What surrounds the deflated data.
    package enum Wrapping: Int32, Sendable {
        /// Two bytes before, an Adler-32 after: custom archives.
        case zlib = 15
        /// A gzip member: files ending in `.gz`.
        case gzip = 31
    }

    package private(set) var isFinished = false
    package private(set) var usedAtFailure = 0
    package var hasChecksum: Bool { true }

    private var stream = z_stream()
    private let wrapping: Wrapping

    /// A decoder at the start of a stream.
    ///
    /// - Throws: ``CompressionFault/library(_:)`` when there is no memory.
    package init(_ wrapping: Wrapping) throws(CompressionFault) {
        self.wrapping = wrapping
        guard vigil_inflateInit2(&stream, wrapping.rawValue) == Z_OK else { throw .library("zlib") }
    }

    deinit {
        inflateEnd(&stream)
    }

    package func reset() throws(CompressionFault) {
        guard inflateReset(&stream) == Z_OK else { throw .library("zlib") }
        isFinished = false
    }

    package func decode(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(CompressionFault) -> Decoded {
        guard !isFinished else { return Decoded(used: 0, made: 0) }
        let offered = UInt32(clamping: input.count)
        let room = UInt32(clamping: output.count)
        // zlib does not write through next_in; the C declaration only lacks the const.
        stream.next_in = UnsafeMutablePointer(mutating: input.bindMemory(to: UInt8.self).baseAddress)
        stream.avail_in = offered
        stream.next_out = output.bindMemory(to: UInt8.self).baseAddress
        stream.avail_out = room
        let status = inflate(&stream, Z_NO_FLUSH)
        let step = Decoded(used: Int(offered - stream.avail_in), made: Int(room - stream.avail_out))
        switch status {
        case Z_STREAM_END:
            isFinished = true
            return step
        case Z_OK, Z_BUF_ERROR:
            return step
        case Z_MEM_ERROR:
            throw .library("zlib has no memory")
        default:
            usedAtFailure = step.used
            let message = stream.msg.map { String(cString: $0) } ?? "zlib status \(status)"
            // The only messages of inflate.c about what was decoded rather than about the code itself.
            if message == "incorrect data check" || message == "incorrect length check" {
                throw .checksum(wrapping == .zlib ? "Adler-32" : "CRC-32")
            }
            throw .broken(message)
        }
    }
}
