import Glibc

/// The few calls on files that a cluster needs, with the path in every fault.
enum Files {
    /// What `stat` tells of a path, without following a link at its end; nil if there is nothing.
    static func status(_ path: String) -> stat? {
        var status = stat()
        return lstat(path, &status) == 0 ? status : nil
    }

    /// Makes a folder for `owner` if it is missing, with its parents (0755); never changes one that is there.
    static func makeFolder(_ path: String, mode: mode_t, owner: ClusterUser? = nil) throws(DatabasesFault) {
        let parent = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(
            separator: "/")
        if !parent.isEmpty, status(parent) == nil { try makeFolder(parent, mode: 0o755) }
        if mkdir(path, mode) != 0 {
            guard errno == EEXIST else { throw failure(path) }
            return
        }
        // The mask of the process must not take away what is needed, such as the way through for the server's user.
        guard chmod(path, mode) == 0 else { throw failure(path) }
        if let owner, geteuid() == 0 {
            guard lchown(path, owner.uid, owner.gid) == 0 else { throw failure(path) }
        }
    }

    /// Writes a small file whole: under another name, synced, then renamed.
    static func write(_ text: String, to path: String, mode: mode_t) throws(DatabasesFault) {
        let draft = path + ".new"
        unlink(draft)
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode)
        guard descriptor >= 0 else { throw failure(draft) }
        defer { close(descriptor) }
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { throw failure(draft) }
            rest = rest.dropFirst(count)
        }
        guard fchmod(descriptor, mode) == 0, fsync(descriptor) == 0, rename(draft, path) == 0 else {
            throw failure(path)
        }
    }

    /// The last bytes of a text file, at most `bytesMax`; empty if it cannot be read.
    static func tail(_ path: String, bytesMax: Int, from start: Int64 = 0) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        let size = Int64(lseek(descriptor, 0, Int32(SEEK_END)))
        lseek(descriptor, Int(max(start, size - Int64(bytesMax))), Int32(SEEK_SET))
        var bytes = [UInt8](repeating: 0, count: bytesMax)
        let count = bytes.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }

    /// The first bytes of a text file, at most `bytesMax`; empty if it cannot be read.
    static func head(_ path: String, bytesMax: Int) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: bytesMax)
        let count = bytes.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }

    /// Where a symbolic link points, or nil.
    static func link(_ path: String) -> String? {
        var bytes = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = bytes.withUnsafeMutableBytes { buffer in
            buffer.withMemoryRebound(to: CChar.self) { text in
                text.baseAddress.map { readlink(path, $0, text.count) } ?? -1
            }
        }
        return count > 0 ? String(decoding: bytes.prefix(count), as: UTF8.self) : nil
    }

    /// The path without links, or as it is if there is no such file.
    static func canonical(_ path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// The names in a folder without `.` and `..`; empty if it cannot be read.
    static func names(in path: String) -> [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                tuple.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Whether we may execute the file.
    static func mayExecute(_ path: String) -> Bool { access(path, X_OK) == 0 }

    /// Bytes that a folder's files take on the disk (`st_blocks` counts 512 each: stat(2)); what vanishes meanwhile
    /// takes none.
    static func allocated(in path: String) -> Int64 {
        guard let status = status(path) else { return 0 }
        let own = Int64(status.st_blocks) * 512
        guard status.st_mode & S_IFMT == S_IFDIR else { return own }
        return names(in: path).reduce(own) { $0 + allocated(in: path + "/" + $1) }
    }

    /// Removes a folder with all that is in it, following no link.
    static func removeTree(_ path: String) throws(DatabasesFault) {
        guard let status = status(path) else { return }
        if status.st_mode & S_IFMT == S_IFDIR {
            for name in names(in: path) { try removeTree(path + "/" + name) }
            guard rmdir(path) == 0 || errno == ENOENT else { throw failure(path) }
        } else {
            guard unlink(path) == 0 || errno == ENOENT else { throw failure(path) }
        }
    }

    /// The fault for the call that has just failed.
    static func failure(_ path: String) -> DatabasesFault {
        .file(path: path, cause: String(cString: strerror(errno)))
    }
}
