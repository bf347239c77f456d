/// Compresses the segments of one deflate stream, each by itself, so that several threads can work on one stream.
///
/// A segment becomes raw deflate blocks that end with an empty stored block, on a byte's border (a sync flush, RFC 1951,
/// section 3.2.4); segments one behind the other are one stream. A compressor belongs to one thread at a time.
package protocol SegmentCompressor: AnyObject {
    /// Compresses a segment.
    ///
    /// - Parameters:
    ///   - segment: What stands before `start` is the dictionary: at most 32 KiB that came just before it in the
    ///     stream, none where a reader is to begin with this segment.
    ///   - start: Where the data begins in `segment`.
    ///   - output: Room for ``SegmentLimits/bound(_:)`` bytes.
    /// - Returns: Bytes written.
    /// - Throws: ``CompressionFault/library(_:)``.
    func compress(
        _ segment: UnsafeRawBufferPointer, from start: Int, into output: UnsafeMutableRawBufferPointer
    ) throws(CompressionFault) -> Int
}

/// The sizes that go with segments.
package enum SegmentLimits {
    /// How far deflate looks back, in bytes (RFC 1951, section 2).
    package static let dictionaryMax = 32 << 10

    /// Room that a compressor needs for so many bytes, whatever they are.
    package static func bound(_ count: Int) -> Int { count + count / 64 + 4_096 }
}

/// What begins and ends a zlib stream around its deflate data (RFC 1950, section 2.2).
package enum ZlibFrame {
    /// Deflate with a window of 32 KiB, at the default level, without a dictionary.
    package static let head: [UInt8] = [0x78, 0x9C]

    /// The last, empty deflate block, and the Adler-32 of all data, its highest byte first.
    package static func tail(adler: UInt32) -> [UInt8] {
        [
            0x03, 0x00, UInt8(truncatingIfNeeded: adler >> 24), UInt8(truncatingIfNeeded: adler >> 16),
            UInt8(truncatingIfNeeded: adler >> 8), UInt8(truncatingIfNeeded: adler),
        ]
    }
}
