import ArchiveFormat
import Glibc

/// An open file of an archive, read by position so that many workers share it.
///
/// Opening never waits: a pipe or a device under an archive's name is refused, not read.
final class ArchiveFile: Sendable {
    /// The path for messages, relative to what is verified.
    let name: String
    /// Bytes when it was opened.
    let size: Int64
    private let descriptor: Int32

    /// - Parameter dropCache: whether its pages are put out of the page cache first, so that what is read
    ///   comes from the disk.
    init(path: String, name: String, dropCache: Bool = false) throws(VerificationFault) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { throw .cannotOpen(name, why: ArchiveFile.reason(errno)) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw .notAFile(name)
        }
        self.descriptor = descriptor
        self.name = name
        size = Int64(status.st_size)
        if dropCache {
            // Dirty pages are not dropped, hence the sync; that a file system cannot sync is no reason not to
            // read.
            _ = fsync(descriptor)
            _ = posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED)
        }
        _ = posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
    }

    deinit {
        close(descriptor)
    }

    /// Reads from `offset` on into the buffer; fewer bytes than it holds only at the end of the file.
    func read(
        into buffer: UnsafeMutableRawBufferPointer, at offset: Int64
    ) throws(VerificationFault) -> Int {
        var filled = 0
        while filled < buffer.count {
            let count = pread(
                descriptor, buffer.baseAddress.map { $0 + filled }, buffer.count - filled,
                off_t(offset) + off_t(filled))
            if count == 0 { break }
            if count < 0 {
                if errno == EINTR { continue }
                throw .cannotRead(name, offset: offset + Int64(filled), why: ArchiveFile.reason(errno))
            }
            filled += count
        }
        return filled
    }

    /// The first bytes of the file, at most so many.
    func head(_ count: Int) throws(VerificationFault) -> [UInt8] {
        try bytes(at: 0, count: count)
    }

    /// A few bytes from `offset` on; fewer at the end of the file. For heads, not for data.
    func bytes(at offset: Int64, count: Int) throws(VerificationFault) -> [UInt8] {
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 16)
        defer { room.deallocate() }
        let filled = try read(into: room, at: offset)
        return Array(room[..<filled])
    }

    /// Whether the path is a folder.
    static func isFolder(_ path: String) throws(VerificationFault) -> Bool {
        var status = stat()
        guard stat(path, &status) == 0 else { throw .cannotOpen(path, why: reason(errno)) }
        return status.st_mode & S_IFMT == S_IFDIR
    }

    /// The names in a folder but `.` and `..`, sorted; a folder in it ends in `/`.
    static func names(in folder: String, max: Int) throws(VerificationFault) -> [String] {
        guard let stream = opendir(folder) else { throw .cannotOpen(folder, why: reason(errno)) }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream), names.count < max {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { raw in
                String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard name != ".", name != ".." else { continue }
            names.append(entry.pointee.d_type == UInt8(DT_DIR) ? name + "/" : name)
        }
        return names.sorted()
    }

    /// Whether there is anything at this path.
    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// Bytes of the file at this path; 0 when there is none.
    static func size(of path: String) -> Int64 {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return 0 }
        return Int64(status.st_size)
    }

    /// The system's words for an error number.
    static func reason(_ number: Int32) -> String {
        strerror(number).map { String(cString: $0) } ?? "error \(number)"
    }
}
