import CISAL

/// Decodes zlib, gzip and raw deflate streams with Intel's ISA-L, some three times as fast as zlib.
///
/// It checks the Adler-32, or the CRC-32 and the length, as zlib does. What it says of damage is in few words and without a
/// place; whoever needs those asks ``Inflater``. Authority: `igzip_lib.h`; RFC 1950 to 1952.
package final class ISALInflater: StreamDecoder {
    /// What surrounds the deflated data.
    package enum Wrapping: Sendable {
        case zlib
        case gzip
        /// Nothing, and so no checksum.
        case raw
    }

    package private(set) var isFinished = false
    /// The library does not tell.
    package let usedAtFailure = 0
    package var hasChecksum: Bool { wrapping != .raw }

    // Some hundred kilobytes, which a Swift value would be copied about with.
    private let state = UnsafeMutablePointer<inflate_state>.allocate(capacity: 1)
    private let wrapping: Wrapping

    /// A decoder at the start of a stream.
    package init(_ wrapping: Wrapping) {
        self.wrapping = wrapping
        isal_inflate_init(state)
        reset()
    }

    deinit {
        state.deallocate()
    }

    package func reset() {
        isal_inflate_reset(state)
        switch wrapping {
        case .zlib: state.pointee.crc_flag = UInt32(ISAL_ZLIB)
        case .gzip: state.pointee.crc_flag = UInt32(ISAL_GZIP)
        case .raw: state.pointee.crc_flag = UInt32(ISAL_DEFLATE)
        }
        isFinished = false
    }

    package func decode(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(CompressionFault) -> Decoded {
        guard !isFinished else { return Decoded(used: 0, made: 0) }
        let offered = UInt32(clamping: input.count)
        let room = UInt32(clamping: output.count)
        // ISA-L does not write through next_in; the C declaration only lacks the const.
        state.pointee.next_in = UnsafeMutablePointer(mutating: input.bindMemory(to: UInt8.self).baseAddress)
        state.pointee.avail_in = offered
        state.pointee.next_out = output.bindMemory(to: UInt8.self).baseAddress
        state.pointee.avail_out = room
        let status = isal_inflate(state)
        guard status >= ISAL_DECOMP_OK, status != ISAL_NEED_DICT else { throw Self.fault(status, wrapping) }
        isFinished = state.pointee.block_state == ISAL_BLOCK_FINISH
        var used = Int(offered - state.pointee.avail_in)
        if isFinished {
            // Whole bytes that it had taken ahead belong to what follows the stream.
            used -= min(used, Int(state.pointee.read_in_length) / 8)
            state.pointee.read_in_length = 0
        }
        return Decoded(used: used, made: Int(room - state.pointee.avail_out))
    }

    private static func fault(_ status: Int32, _ wrapping: Wrapping) -> CompressionFault {
        if status == ISAL_INCORRECT_CHECKSUM { return .checksum(wrapping == .gzip ? "CRC-32" : "Adler-32") }
        return .broken("ISA-L status \(status)")
    }
}
