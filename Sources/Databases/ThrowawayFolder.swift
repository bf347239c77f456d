import Glibc

/// Folders for clusters that nobody keeps, and the removal of those whose makers are gone.
///
/// Each holds a lock that its maker keeps; a folder whose lock is free is nobody's. A lock on the folder above orders
/// the making of a folder and its lock against a sweep.
enum ThrowawayFolder {
    /// The private folder in /tmp for those without a place of their own, and for sockets with long paths.
    static var shared: String { "/tmp/pgvigil-\(geteuid())" }

    private static let prefix = "c-"
    private static let lockLimit = Duration.seconds(60)
    private static let lockAttemptsMax = 100

    /// A new folder that we hold.
    struct Place {
        var directory: String
        var lock: FileLock
    }

    static func make(in base: String?) throws(DatabasesFault) -> Place {
        let baseLock = try lockBase(base)
        defer { baseLock.unlock() }
        let base = base ?? shared
        _ = removeDead(in: base)
        var template = Array("\(base)/\(prefix)XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Files.failure(base) }
        let directory = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        // The server's user passes through, and reads nothing.
        guard chmod(directory, 0o711) == 0 else { throw Files.failure(directory) }
        let lock = try FileLock(ClusterFolder.ownerLockPath(directory))
        guard lock.tryLock(.exclusive) else { throw .busy(directory: directory, limit: .zero) }
        return Place(directory: directory, lock: lock)
    }

    /// Makes the folder above if it is missing, and locks it.
    private static func lockBase(_ base: String?) throws(DatabasesFault) -> FileLock {
        let folder = base ?? shared
        // The last one out may have removed it between our making and our locking; then it is made again.
        for _ in 1...lockAttemptsMax {
            if base == nil { try makeShared() }
            try Files.makeFolder(folder, mode: 0o711)
            let lock: FileLock
            do throws(DatabasesFault) {
                lock = try FileLock(folder + "/.lock")
            } catch {
                if Files.status(folder) == nil { continue }
                throw error
            }
            guard lock.lock(.exclusive, within: lockLimit) else {
                throw .busy(directory: folder, limit: lockLimit)
            }
            if lock.isThere { return lock }
        }
        throw .busy(directory: folder, limit: lockLimit)
    }

    /// Removes the folder in /tmp if nobody has anything in it any more.
    static func removeSharedIfEmpty() {
        // Whoever holds the lock is about to use it.
        guard let lock = try? FileLock(shared + "/.lock"), lock.tryLock(.exclusive), lock.isThere,
            Files.names(in: shared) == [".lock"]
        else { return }
        unlink(lock.path)
        rmdir(shared)
    }

    /// Removes what is left of a cluster whose server has stopped.
    static func discard(_ directory: String) {
        // A folder that is gone has no socket elsewhere.
        if let folder = try? ClusterFolder.prepare(directory) {
            // What cannot be removed now is found by the next sweep.
            try? Files.removeTree(folder.socket)
        }
        // So is this.
        try? Files.removeTree(directory)
    }

    static func sweep(_ base: String?) -> [String] {
        let base = base ?? shared
        // No folder, no lock, nothing to sweep; and whoever holds the lock is sweeping.
        guard Files.status(base) != nil, let lock = try? FileLock(base + "/.lock"),
            lock.lock(.exclusive, within: lockLimit)
        else { return [] }
        return removeDead(in: base)
    }

    /// Makes the private folder in /tmp, and refuses one that somebody else has put there.
    static func makeShared() throws(DatabasesFault) {
        try Files.makeFolder(shared, mode: 0o711)
        guard let status = Files.status(shared), status.st_mode & S_IFMT == S_IFDIR,
            status.st_uid == geteuid()
        else {
            throw .foreignOwner(directory: shared, owner: "somebody else")
        }
    }

    private static func removeDead(in base: String) -> [String] {
        var removed: [String] = []
        for name in Files.names(in: base) where name.hasPrefix(prefix) {
            let directory = base + "/" + name
            do throws(DatabasesFault) {
                let lock = try FileLock(ClusterFolder.ownerLockPath(directory))
                guard lock.tryLock(.exclusive) else { continue }
                let folder = try ClusterFolder.prepare(directory)
                try Postmaster(folder: folder).stop(atOnce: true, limit: .seconds(10))
                discard(directory)
                if Files.status(directory) == nil { removed.append(directory) }
            } catch {
                // One that cannot be opened or stopped stays for the next sweep.
                continue
            }
        }
        return removed
    }
}
