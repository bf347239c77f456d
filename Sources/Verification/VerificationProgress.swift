/// How far a verification has come.
package struct VerificationProgress: Sendable, Equatable {
    /// Bytes of files read so far; hashing and decoding each read a file once.
    package var bytesDone: Int64
    /// Bytes of files to be read.
    package var bytesTotal: Int64

    /// So many bytes of so many.
    package init(bytesDone: Int64, bytesTotal: Int64) {
        self.bytesDone = bytesDone
        self.bytesTotal = bytesTotal
    }
}
