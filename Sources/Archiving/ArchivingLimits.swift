/// The sizes of what is worked on at once.
package enum ArchivingLimits {
    /// Bytes of data that are compressed in one go.
    package static let segmentBytes = 1 << 20
    /// A reader may begin in the middle of a table after so many bytes of it, or a little later.
    package static let partBytes: Int64 = 32 << 20
    /// So much compressed data of a stretch waits in memory for those before it; its source then waits, too.
    static let waitingBytesMax = 4 << 20
    /// More threads than this bring nothing but memory.
    static let workersMax = 32
}
