package import ArchiveFormat

/// Decodes an archive back from the disk; implemented by the verifier, and by a twin in memory.
package protocol VerifierPort: Sendable {
    /// Reads and decodes the archive at an absolute path; never throws, since what it cannot tell is a verdict.
    ///
    /// - Parameters:
    ///   - parts: Where large tables can be decoded from their middle.
    ///   - progress: Called now and then with the bytes read so far and the bytes in all.
    func verify(
        path: String, parts: [Manifest.Parts], progress: @escaping @Sendable (Int64, Int64) -> Void
    ) async -> VerificationReport
}
