import Glibc

/// An open file that closes itself.
struct Descriptor: ~Copyable {
    let number: Int32
    let path: String

    /// Opens a path; programs that are started later do not inherit it, and a file that is made is private.
    ///
    /// - Parameter followsLink: Whether the path's last part may be a symbolic link: only folders that the
    ///   user named may be, never what lies in a store.
    /// - Throws: ``StorageFault`` by the system's error number.
    init(
        _ path: String, _ flags: Int32, followsLink: Bool = false, doing: String = "open"
    ) throws(StorageFault) {
        let number = open(path, flags | O_CLOEXEC | (followsLink ? 0 : O_NOFOLLOW), 0o600)
        guard number >= 0 else { throw .system(doing, path) }
        self.number = number
        self.path = path
    }

    deinit { close(number) }

    /// Waits until everything is on the disk.
    borrowing func sync() throws(StorageFault) {
        // Some network file systems know no sync of a folder (EINVAL, fsync(2)).
        guard fsync(number) != 0, errno != EINVAL else { return }
        throw .system("sync", path)
    }

    /// As below, from an array.
    borrowing func write(_ bytes: [UInt8], at position: Int64) throws(StorageFault) {
        try bytes.span.bytes.withUnsafeBytes { buffer throws(StorageFault) in try write(buffer, at: position)
        }
    }

    /// Writes all bytes at a position.
    borrowing func write(_ bytes: UnsafeRawBufferPointer, at position: Int64) throws(StorageFault) {
        var done = 0
        while done < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
            let count = pwrite(number, rest.baseAddress, rest.count, off_t(position + Int64(done)))
            if count < 0 {
                if errno == EINTR { continue }
                throw .system("write", path)
            }
            done += count
        }
    }

    /// Reads up to a buffer's size, fewer bytes only at the end of the file.
    borrowing func read(into buffer: UnsafeMutableRawBufferPointer, at position: Int64) throws(StorageFault)
        -> Int
    {
        var done = 0
        while done < buffer.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
            let count = pread(number, rest.baseAddress, rest.count, off_t(position + Int64(done)))
            if count < 0 {
                if errno == EINTR { continue }
                throw .system("read", path)
            }
            if count == 0 { break }
            done += count
        }
        return done
    }

    /// What the system knows of the file.
    borrowing func status() throws(StorageFault) -> stat {
        var status = stat()
        guard fstat(number, &status) == 0 else { throw .system("look at", path) }
        return status
    }
}
