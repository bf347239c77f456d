package import ArchiveFormat
package import Faults

/// Reads what a restore must know of a backup set, beside its manifest; implemented on files, and by a twin in memory.
package protocol ArchivePort: Sendable {
    /// The table of contents of the set's archive; nil for a plain one, which has none.
    func contents(of set: StoredSet) async throws(AnyFault) -> TableOfContents?
    /// The text of its `globals.sql`; nil where the set has none.
    func globals(of set: StoredSet) async throws(AnyFault) -> [UInt8]?
    /// Writes the text of a plain archive, decompressed, to a file.
    func unpackScript(of set: StoredSet, to path: String) async throws(AnyFault)
    /// Reads the set back from the disk and compares it with its manifest; never throws, since what it cannot tell is a
    /// verdict.
    ///
    /// - Parameters:
    ///   - level: `hash` leaves the decoding out.
    ///   - progress: Called now and then with the bytes read so far and the bytes in all.
    func verify(
        _ set: StoredSet, level: Manifest.Verification.Level,
        progress: @escaping @Sendable (Int64, Int64) -> Void
    ) async -> VerificationReport
    /// A set by the path of its folder, which need not lie in a store.
    func set(at path: String) async throws(AnyFault) -> StoredSet
}
