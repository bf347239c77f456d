import ArchiveFormat
import Jobs
import Measures

/// Whose backup sets a job works on.
struct SetScope: Sendable {
    let targets: [Target]
    /// Exact names or globs; nil for every database.
    let databases: [String]?
    let excludeDatabases: [String]

    func contains(_ set: StoredSet) -> Bool {
        let name = set.manifest.database.name
        guard targets.contains(where: { $0.name == set.manifest.target }) else { return false }
        if excludeDatabases.contains(where: { Glob.matches($0, name) }) { return false }
        return databases?.contains { Glob.matches($0, name) } ?? true
    }
}

extension ArchivePort {
    /// Reads a set back as ``verify(_:level:progress:)`` does, and tells an observer how far it is.
    func verify(
        _ set: StoredSet, of item: BackupItem, level: Manifest.Verification.Level, ambient: Ambient,
        observer: any RunObserver
    ) async -> VerificationReport {
        let (uptime, start) = (ambient.uptime, ambient.uptime())
        return await verify(set, level: level) { done, total in
            observer.observe(
                .checking(item, bytes: ByteCount(done), of: ByteCount(total), elapsed: uptime() - start))
        }
    }
}

extension VerificationReport {
    /// The first thing that it found, for one line.
    var firstFinding: String {
        findings.first.map { "\($0.subject): \($0.message)" } ?? "it is not what it was"
    }
}
