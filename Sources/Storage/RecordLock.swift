import Glibc

/// Locks on whole files that belong to an open file (fcntl(2), "Open file description locks").
enum RecordLock {
    /// `F_OFD_GETLK` and `F_OFD_SETLK` (`asm-generic/fcntl.h`), which Swift's view of the C library leaves
    /// out.
    private static let ask: Int32 = 36
    private static let set: Int32 = 37

    /// Takes the lock for writing, unless another open file has it.
    static func take(_ file: borrowing Descriptor) throws(StorageFault) -> Bool {
        var lock = whole()
        if fcntl(file.number, set, &lock) == 0 { return true }
        if errno == EAGAIN || errno == EACCES { return false }
        throw .system("lock", file.path)
    }

    /// Whether another open file has the lock; nothing is taken to find out.
    static func isTaken(_ file: borrowing Descriptor) throws(StorageFault) -> Bool {
        var lock = whole()
        guard fcntl(file.number, ask, &lock) == 0 else { throw .system("ask for the lock of", file.path) }
        return Int32(lock.l_type) != F_UNLCK
    }

    private static func whole() -> flock {
        var lock = flock()
        lock.l_type = Int16(F_WRLCK)
        lock.l_whence = Int16(SEEK_SET)
        return lock
    }
}
