import Glibc

/// A folder that nobody else can read or change.
package enum PrivateDirectory {
    /// Makes the folder (0700) where it is missing, and checks it where it is there.
    ///
    /// - Throws: ``StorageFault/unsafeFolder(path:reason:)`` if it belongs to somebody else or others may
    ///   write into it, ``StorageFault/notAFolder(path:)``, or the system's refusal.
    package static func ensure(_ path: String) throws(StorageFault) {
        try Disk.makeFolders(path)
        var status = stat()
        guard stat(path, &status) == 0 else { throw .system("look at", path) }
        guard status.st_uid == geteuid() else {
            throw .unsafeFolder(
                path: path, reason: "it belongs to user \(status.st_uid), and we are \(geteuid())")
        }
        guard status.st_mode & 0o022 == 0 else {
            throw .unsafeFolder(
                path: path, reason: "others may write into it (mode \(octal(status.st_mode)))")
        }
    }

    /// The permission bits in digits of eight.
    static func octal(_ mode: mode_t) -> String {
        String(mode & 0o7777, radix: 8)
    }
}
