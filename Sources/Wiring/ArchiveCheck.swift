package import ArchiveFormat
import Verification

/// The verifier behind the `verify` commands.
package struct ArchiveCheck {
    private let verifier: ArchiveVerifier

    /// - Parameter workers: Threads; nil takes one a core.
    package init(workers: Int?) {
        verifier = ArchiveVerifier(workers: workers)
    }

    /// Verifies an archive, or a backup set against its manifest, read from the disk and not from memory.
    package func verify(path: String) async -> VerificationReport {
        await verifier.verify(path: path, dropCache: true)
    }
}
