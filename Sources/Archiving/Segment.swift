import Compression

/// The sizes of what is worked on at once.
enum ArchivingLimits {
    /// Bytes of data that are compressed in one go.
    static let segmentBytes = 512 << 10
    /// A reader may begin in the middle of a table after so many bytes of it, or a little later.
    static let partBytes: Int64 = 32 << 20
    /// So much compressed data of a stretch waits in memory for those before it; its source then waits, too.
    static let waitingBytesMax = 4 << 20
    /// More threads than this bring nothing but memory.
    static let workersMax = 32
}

/// A buffer for one segment's data with the dictionary before it, handed from thread to thread.
///
/// Only who holds it touches it; see docs/decisions/archives-of-our-own.md for why it is `@unchecked Sendable`.
final class SegmentBuffer: @unchecked Sendable {
    private let bytes: UnsafeMutableRawBufferPointer
    /// Bytes of the dictionary, which stand just before the data.
    private var dictionary = 0
    /// Bytes of data.
    private(set) var count = 0

    init() {
        bytes = .allocate(
            byteCount: SegmentLimits.dictionaryMax + ArchivingLimits.segmentBytes, alignment: 64)
    }

    deinit { bytes.deallocate() }

    var room: Int { ArchivingLimits.segmentBytes - count }

    /// Forgets its data, and takes the dictionary of what comes next.
    func begin(dictionary: UnsafeRawBufferPointer) {
        self.dictionary = dictionary.count
        count = 0
        let start = SegmentLimits.dictionaryMax - dictionary.count
        UnsafeMutableRawBufferPointer(rebasing: bytes[start...]).copyMemory(from: dictionary)
    }

    /// Takes as many of the bytes as there is room for, and removes them.
    func take(_ source: inout UnsafeRawBufferPointer) {
        let taken = min(room, source.count)
        let end = SegmentLimits.dictionaryMax + count
        UnsafeMutableRawBufferPointer(rebasing: bytes[end...])
            .copyMemory(from: UnsafeRawBufferPointer(rebasing: source[..<taken]))
        count += taken
        source = UnsafeRawBufferPointer(rebasing: source[taken...])
    }

    /// Leaves only the first bytes of its data.
    func cut(to count: Int) { self.count = min(count, self.count) }

    /// The data.
    var data: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(
            rebasing: bytes[SegmentLimits.dictionaryMax..<SegmentLimits.dictionaryMax + count])
    }

    /// The dictionary and the data behind it, and where the data begins.
    var withDictionary: (bytes: UnsafeRawBufferPointer, start: Int) {
        let start = SegmentLimits.dictionaryMax - dictionary
        let end = SegmentLimits.dictionaryMax + count
        return (UnsafeRawBufferPointer(rebasing: bytes[start..<end]), dictionary)
    }

    var isFreeOfHistory: Bool { dictionary == 0 }
}

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
