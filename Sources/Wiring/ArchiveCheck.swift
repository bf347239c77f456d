package import ArchiveFormat
import Engine
import Verification

/// The verifier behind the engine's port and the `verify` commands.
package struct ArchiveCheck: VerifierPort {
    private let verifier: ArchiveVerifier

    /// - Parameter workers: Threads; nil takes one a core.
    package init(workers: Int?) {
        verifier = ArchiveVerifier(workers: workers)
    }

    package func verify(path: String, progress: @escaping @Sendable (Int64, Int64) -> Void) async
        -> VerificationReport
    {
        await verifier.verify(path: path, dropCache: false) { progress($0.bytesDone, $0.bytesTotal) }
    }

    /// Verifies an archive, or a backup set against its manifest, read from the disk and not from memory.
    package func verify(path: String) async -> VerificationReport {
        await verifier.verify(path: path, dropCache: true)
    }
}
