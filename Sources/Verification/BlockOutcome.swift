import ArchiveFormat

/// What decoding one block or data file came to.
struct BlockOutcome: Sendable, Equatable {
    /// COPY rows; nil when they are not counted or could not be.
    var rows: Int64?
    /// The digest of the rows or of the large objects that were read whole; nil where they are neither counted nor
    /// read to their end.
    var digest: RowDigest?
    /// Bytes after decoding.
    var decoded: Int64 = 0
    /// Large objects that were read whole.
    var largeObjects = 0
    /// Whether all streams carried a checksum.
    var isChecked = true
    /// What is wrong; the first thing, for nothing after it can be trusted.
    var finding: Finding?
    /// Set when the data needs a larger window than was allowed: it is tried again alone.
    var needsWindow = false
}
