import Engine
import Glibc

/// Checks on the folder of a store and on paths in it.
enum StoreFolder {
    /// Refuses a folder in which everybody may rename and replace sets.
    ///
    /// A mount point may belong to somebody else; the folders below it are ours and private.
    static func check(_ root: String) throws(StorageFault) {
        var status = stat()
        guard stat(root, &status) == 0 else { throw .system("look at", root) }
        guard status.st_mode & S_IWOTH == 0 || status.st_mode & S_ISVTX != 0 else {
            throw .unsafeFolder(
                path: root,
                reason: "everybody may write into it (mode \(PrivateDirectory.octal(status.st_mode)))")
        }
    }

    /// The folder of a set that is there.
    ///
    /// - Throws: ``StorageFault/noSuchSet(path:)`` also for a path that no set can have.
    static func locate(_ set: StoredSet, in root: String) throws(StorageFault) -> String {
        let parts = set.path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, FolderName.decode(parts[0]) != nil, FolderName.decode(parts[1]) != nil,
            SetName(parts[2]) != nil, try Disk.kind("\(root)/\(set.path)") == .folder
        else { throw .noSuchSet(path: set.path) }
        return "\(root)/\(set.path)"
    }
}
