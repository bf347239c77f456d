package import ArchiveFormat
package import FoundationEssentials

/// What becomes known of a set after it was published.
extension Manifest {
    /// Takes the result of a drill, unless it says nothing of the set and an earlier one did.
    package mutating func noteProof(_ new: Proof) {
        if new.verdict == .couldNotVerify, let proof, proof.verdict != .couldNotVerify { return }
        proof = new
    }

    /// Takes that the set was read back and found sound; a set that was decoded once stays so.
    package mutating func noteVerification(_ level: Verification.Level, at: Date) {
        let isDecoded = level == .decode || verification.level == .decode
        verification.level = isDecoded ? .decode : .hash
        verification.at = max(at, verification.at)
    }

    /// Whether the last drill that said anything of the set has restored it and found it as it should be.
    package var isProven: Bool { proof?.verdict == .proven }
}
