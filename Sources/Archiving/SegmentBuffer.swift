import Compression

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
