package import ArchiveFormat
package import Faults
package import FoundationEssentials
package import Measures

/// One folder of backup sets, as the engine needs it; implemented on a local disk, and by a twin in memory.
///
/// A set is visible only once it is whole: everything happens in an incoming set, and publishing is one rename.
package protocol BackupStore: Sendable {
    /// As `pgvigil.yaml` calls it.
    var name: String { get }
    /// Creates the folder where it is missing, and removes incoming sets whose owner is dead.
    ///
    /// - Returns: The run ids of what was swept.
    func open() async throws(AnyFault) -> [String]
    /// Space that is left for new sets.
    func freeSpace() async throws(AnyFault) -> ByteCount
    /// Opens a private folder (0700) for the set of one database; it stays locked while this process lives.
    func beginIncoming(run: UUID, target: String, database: String) async throws(AnyFault) -> any IncomingSet
    /// Every published set, newest first, and what lies in the store that is not ours.
    func sets() async throws(AnyFault) -> StoreListing
    /// Removes one set: first renamed out of sight, then deleted.
    func remove(_ set: StoredSet) async throws(AnyFault)
    /// Holds a set against retention with a reason, or releases it with nil.
    func hold(_ set: StoredSet, reason: String?) async throws(AnyFault)
    /// Notes what a verification found wrong with a set, so that retention no longer counts it as verified, or
    /// with nil that it was found sound.
    func mark(_ set: StoredSet, damaged: String?) async throws(AnyFault)
    /// Notes in the manifest of a set what a drill came to; all else in it stays as it is.
    ///
    /// A drill that could not verify says nothing of the set, so it never replaces one that could. Every file of the
    /// set stays in its place, and whoever reads meanwhile reads the old manifest or the new one.
    /// - Returns: The set as it is now.
    func prove(_ set: StoredSet, _ proof: Manifest.Proof) async throws(AnyFault) -> StoredSet
    /// Notes in the manifest of a set that it was read back from the disk again and found sound.
    ///
    /// - Parameter level: How it was read this time; a set that was decoded once stays so.
    /// - Returns: The set as it is now.
    func noteVerified(_ set: StoredSet, level: Manifest.Verification.Level, at: Date)
        async throws(AnyFault) -> StoredSet
}

/// A set that is being written. Nobody sees it before ``publish(_:at:)`` has returned.
package protocol IncomingSet: AnyObject, Sendable {
    /// Absolute path of the private folder, for programs that write into it themselves.
    var directory: String { get }
    /// Creates a file that hashes what is written to it.
    func makeFile(_ name: String) async throws(AnyFault) -> any IncomingFile
    /// Writes a small private file (0600), synced, and not part of the set, such as a password file.
    ///
    /// - Returns: Its absolute path. It is gone when the set is published or discarded.
    func writePrivate(_ name: String, _ text: Secret) async throws(AnyFault) -> String
    /// Syncs every file, drops their cached pages, and reads sizes and hashes back from the disk.
    ///
    /// Files that ``makeFile(_:)`` made are compared with what was hashed while writing.
    /// - Throws: A fault that names the file whose bytes on the disk are not those that were written.
    func readBack() async throws(AnyFault) -> [Manifest.File]
    /// Writes the manifest last, syncs, renames the set to its final place and syncs that folder.
    func publish(_ manifest: Manifest, at started: Date) async throws(AnyFault) -> StoredSet
    /// Removes everything; a set that is published is left alone.
    func discard() async
}

/// One file of an incoming set, hashed while it is written.
package protocol IncomingFile: ByteSink {
    /// Marks the position: what was written so far may be replaced by ``replaceStart(_:)``, what follows is final.
    ///
    /// Hashing starts anew here, so that each byte is hashed once. Called at most once.
    func beginTail() throws(AnyFault)
    /// Replaces all bytes before the position of ``beginTail()``, for the data offsets of an archive that came
    /// through a pipe; `bytes` is just as long as what it replaces.
    func replaceStart(_ bytes: [UInt8]) throws(AnyFault)
    /// Syncs and closes.
    func finish() throws(AnyFault)
    /// Bytes written so far.
    var size: ByteCount { get }
}
