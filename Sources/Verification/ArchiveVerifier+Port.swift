package import ArchiveFormat
import Engine

/// The verifier behind the engine's port: what was just written is read through the page cache, which its writer has
/// dropped before.
extension ArchiveVerifier: VerifierPort {
    package func verify(
        path: String, parts: [Manifest.Parts], progress: @escaping @Sendable (Int64, Int64) -> Void
    ) async -> VerificationReport {
        await verify(path: path, parts: parts, dropCache: false) { progress($0.bytesDone, $0.bytesTotal) }
    }
}
