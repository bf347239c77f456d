import Compression

/// A segment that is compressed, with what was learned of its data.
struct CompressedSegment: Sendable {
    /// Deflate blocks, ended by a sync flush.
    var bytes: [UInt8]
    /// Bytes of its data.
    var count: Int
    /// The Adler-32 of its data alone.
    var adler: UInt32
    /// Whether it can be decoded without what stands before it.
    var isFreeOfHistory: Bool
    /// Its rows, for COPY text.
    var rows: RowStretch?
    /// The parts of rows at both ends of its data, one behind the other.
    var ends: [UInt8] = []
    /// The last bytes of its data, as many as the ending of COPY text has.
    var last: [UInt8] = []
}

extension CompressedSegment {
    /// Compresses a buffer's data.
    ///
    /// - Parameter room: For ``SegmentLimits/bound(_:)`` bytes of a whole segment.
    init(
        _ buffer: SegmentBuffer, hasRows: Bool, with compressor: any SegmentCompressor,
        room: UnsafeMutableRawBufferPointer
    ) throws(CompressionFault) {
        let data = buffer.data
        let (source, start) = buffer.withDictionary
        let made = try compressor.compress(source, from: start, into: room)
        self.init(
            bytes: Array(room[..<made]), count: data.count, adler: Adler32.extend(Adler32.empty, data),
            isFreeOfHistory: buffer.isFreeOfHistory)
        guard hasRows else { return }
        let rows = RowStretch(data)
        self.rows = rows
        ends = Array(data[..<rows.head]) + Array(data[rows.tail...])
        last = Array(data.suffix(6))
    }
}
