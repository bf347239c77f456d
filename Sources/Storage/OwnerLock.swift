import Engine
import Glibc
import Synchronization

/// A lock file that is held for as long as its process lives: the kernel lets go of it, however the process
/// dies.
///
/// It is an open file description lock (fcntl(2), `F_OFD_SETLK`), the kind that can be asked about without
/// being taken, so that a question never looks like an owner. The file's text names the holder.
package final class OwnerLock: LivenessHold {
    /// Longer texts are cut when they are read.
    private static let textMax = 256
    /// How often a file may vanish between opening and locking before it is given up.
    private static let triesMax = 100

    /// Where the lock file is.
    package let path: String
    private let file: Mutex<Descriptor?>

    private init(_ file: consuming Descriptor) {
        path = file.path
        self.file = Mutex(file)
    }

    /// Takes a lock, or returns nil when it is held, be it by this process.
    ///
    /// - Throws: ``StorageFault`` when the file cannot be made.
    package static func acquire(_ path: String, text: String) throws(StorageFault) -> OwnerLock? {
        for _ in 0..<triesMax {
            let file = try Descriptor(path, O_RDWR | O_CREAT, doing: "make")
            guard try RecordLock.take(file) else { return nil }
            // A holder that ended between the two has removed the file; then this lock would guard nothing.
            guard try isStill(file) else { continue }
            guard ftruncate(file.number, 0) == 0 else { throw .system("write", path) }
            try file.write(Array(text.utf8), at: 0)
            return OwnerLock(file)
        }
        throw .busy(path: path)
    }

    /// Whether somebody holds the lock at a path; false where there is no file.
    package static func isHeld(_ path: String) throws(StorageFault) -> Bool {
        guard try Disk.kind(path) != nil else { return false }
        do throws(StorageFault) {
            return try RecordLock.isTaken(try Descriptor(path, O_RDWR))
        } catch {
            // Removed by its owner between the two calls.
            if try Disk.kind(path) == nil { return false }
            throw error
        }
    }

    /// What the holder wrote of itself; empty where there is no file.
    package static func text(_ path: String) -> String {
        // A file that cannot be read names nobody; whether it is held is another question.
        guard let bytes = try? Disk.read(path, bytesMax: textMax) else { return "" }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Removes the file and lets go; a second call does nothing.
    package func releaseNow() {
        file.withLock { file in
            // Removed while it is held, so that nobody finds it without an owner.
            if file != nil { unlink(path) }
            file = nil
        }
    }

    /// As ``releaseNow()``.
    package func release() async { releaseNow() }

    private static func isStill(_ file: borrowing Descriptor) throws(StorageFault) -> Bool {
        let open = try file.status()
        var named = stat()
        return lstat(file.path, &named) == 0 && named.st_ino == open.st_ino && named.st_dev == open.st_dev
    }
}
