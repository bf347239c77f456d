import Glibc
import Measures

/// The few things that a store does with files and folders besides their contents.
enum Disk {
    /// What a name leads to; links are not followed.
    enum Kind: Equatable {
        case file(size: Int64)
        case folder
        case link
        case other
    }

    /// Names of this folder deeper than this are not removed; a set has two levels.
    private static let depthMax = 16

    /// What is at a path, nil if nothing is.
    static func kind(_ path: String) throws(StorageFault) -> Kind? {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            if errno == ENOENT { return nil }
            throw .system("look at", path)
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return .file(size: Int64(status.st_size))
        case S_IFDIR: return .folder
        case S_IFLNK: return .link
        default: return .other
        }
    }

    /// The names in a folder, sorted by their bytes.
    static func names(in folder: String) throws(StorageFault) -> [String] {
        guard let stream = opendir(folder) else { throw .system("read the folder", folder) }
        defer { closedir(stream) }
        var names: [String] = []
        errno = 0
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
            errno = 0
        }
        guard errno == 0 else { throw .system("read the folder", folder) }
        return names.sorted()
    }

    /// Makes a private folder (0700) unless there is one; what is missing above it is made the same way.
    static func makeFolders(_ path: String) throws(StorageFault) {
        if mkdir(path, 0o700) == 0 {
            return try syncFolder(parent(of: path))
        }
        switch errno {
        case EEXIST:
            var status = stat()
            guard stat(path, &status) == 0 else { throw .system("look at", path) }
            guard status.st_mode & S_IFMT == S_IFDIR else { throw .notAFolder(path: path) }
        case ENOENT where path != parent(of: path):
            try makeFolders(parent(of: path))
            guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw .system("make the folder", path) }
            try syncFolder(parent(of: path))
        default: throw .system("make the folder", path)
        }
    }

    /// Syncs the names in a folder.
    static func syncFolder(_ path: String) throws(StorageFault) {
        let folder = try Descriptor(path, O_RDONLY | O_DIRECTORY, followsLink: true)
        try folder.sync()
    }

    /// Everything before the last slash.
    static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return "/" }
        return String(path[..<slash])
    }

    /// Renames, and syncs both folders.
    ///
    /// rename(2) replaces no folder that has anything in it, and a set always has.
    static func move(_ from: String, to target: String) throws(StorageFault) {
        guard rename(from, target) == 0 else { throw .system("rename", from) }
        try syncFolder(parent(of: target))
        try syncFolder(parent(of: from))
    }

    /// Removes a file or a folder with all that is in it, as far as it goes; what is gone already is no
    /// fault.
    ///
    /// - Throws: The first fault, after everything else has been tried.
    static func removeTree(_ path: String, depth: Int = 0) throws(StorageFault) {
        guard let kind = try kind(path) else { return }
        guard kind == .folder, depth < depthMax else {
            guard unlink(path) == 0 || errno == ENOENT else { throw .system("remove", path) }
            return
        }
        var first: StorageFault?
        for name in try names(in: path) {
            do throws(StorageFault) { try removeTree("\(path)/\(name)", depth: depth + 1) } catch {
                first = first ?? error
            }
        }
        if let first { throw first }
        guard rmdir(path) == 0 || errno == ENOENT else { throw .system("remove", path) }
    }

    /// The bytes of a file that has at most so many.
    static func read(_ path: String, bytesMax: Int) throws(StorageFault) -> [UInt8] {
        let file = try Descriptor(path, O_RDONLY)
        let status = try file.status()
        guard status.st_mode & S_IFMT == S_IFREG else { throw .alienFile(path: path) }
        guard status.st_size <= bytesMax else { throw .tooLarge(path: path) }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        var span = bytes.mutableSpan
        var content = span.mutableBytes
        let count = try content.withUnsafeMutableBytes { buffer throws(StorageFault) in
            try file.read(into: buffer, at: 0)
        }
        return Array(bytes.prefix(count))
    }

    /// Makes a private file (0600) that was not there, with this content, and syncs it.
    static func create(_ path: String, _ bytes: [UInt8]) throws(StorageFault) {
        let file = try Descriptor(path, O_WRONLY | O_CREAT | O_EXCL, doing: "make")
        try file.write(bytes, at: 0)
        try file.sync()
    }

    /// Space that a user without privileges can still take, nil where the system does not tell.
    static func freeSpace(at path: String) -> ByteCount? {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return nil }
        return ByteCount(Int64(clamping: UInt64(status.f_bavail) &* UInt64(status.f_frsize)))
    }
}
