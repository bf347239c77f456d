/// What digests the rows of COPY text as they pass by. The hash is a library's, and so it lies outside of this module.
package protocol CopyDigesting: AnyObject {
    /// Takes the next bytes in, wherever they are cut.
    func take(_ bytes: UnsafeRawBufferPointer)

    /// The rows that were taken in since the last end, and their digest, without the lines of `ending`.
    ///
    /// The caller knows that they stood there.
    func end(_ ending: CopyEnding) -> DigestedRows
}

/// How many rows there are, and what they are.
package struct DigestedRows: Sendable, Equatable {
    package var rows: Int64
    package var digest: RowDigest

    /// So many rows of this digest.
    package init(rows: Int64, digest: RowDigest) {
        self.rows = rows
        self.digest = digest
    }
}
