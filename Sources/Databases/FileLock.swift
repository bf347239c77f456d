import Glibc

/// A lock on a file (`flock`) that ends with the object, and with the process however that ends.
final class FileLock: Sendable {
    enum Kind {
        case shared
        case exclusive
    }

    private let descriptor: Int32
    let path: String

    /// Opens the file, and makes it if needed, without locking it.
    init(_ path: String) throws(DatabasesFault) {
        self.path = path
        // Never inherited: a server that outlives us must not hold our locks.
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw Files.failure(path) }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Takes the lock if nobody is in the way; a lock that is held changes its kind.
    func tryLock(_ kind: Kind) -> Bool {
        flock(descriptor, (kind == .shared ? LOCK_SH : LOCK_EX) | LOCK_NB) == 0
    }

    /// Waits for the lock; false if it was not to be had within `limit`.
    func lock(_ kind: Kind, within limit: Duration) -> Bool {
        let deadline = ContinuousClock.now + limit
        while !tryLock(kind) {
            guard ContinuousClock.now < deadline else { return false }
            usleep(20_000)
        }
        return true
    }

    /// Whether the file still has its name; one that was removed locks nobody out.
    var isThere: Bool {
        var status = stat()
        return fstat(descriptor, &status) == 0 && status.st_nlink > 0
    }

    func unlock() {
        flock(descriptor, LOCK_UN)
    }
}
