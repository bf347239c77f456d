/// Decodes one compressed stream after the other, piece by piece, into buffers of the caller's.
///
/// A decoder belongs to one thread. It allocates what its library needs and nothing that the data asks for
/// beyond the named window limit.
package protocol StreamDecoder: AnyObject {
    /// Prepares for a new stream.
    ///
    /// - Throws: ``CompressionFault/library(_:)``.
    func reset() throws(CompressionFault)

    /// Decodes from `input` into `output`.
    ///
    /// - Returns: Bytes used and bytes made. Both are 0 only when the stream has ended or needs more input.
    /// - Throws: ``CompressionFault`` about data that does not decode.
    func decode(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(CompressionFault) -> Decoded

    /// Bytes that the call which threw had used, as far as the library tells; the place of the damage.
    var usedAtFailure: Int { get }

    /// Whether the stream's end mark and checksum have been read and are right.
    var isFinished: Bool { get }

    /// Whether the stream carries a checksum over its data; known once it is finished.
    var hasChecksum: Bool { get }
}

/// What one step of decoding used and made, in bytes.
package struct Decoded: Sendable, Equatable {
    package var used: Int
    package var made: Int

    /// A step that used and made so much.
    package init(used: Int, made: Int) {
        self.used = used
        self.made = made
    }
}
