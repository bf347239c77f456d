import ArchiveFormat
import Compression
import Glibc
import Synchronization

/// Reads a file back from the disk and hashes it.
enum FileDigest {
    /// A stretch of a file that was hashed while it was written.
    struct Part: Sendable, Equatable {
        var length: Int64
        var sha256: String
    }

    private static let bufferSize = 1 << 20

    /// Syncs a file, drops what the system has cached of it, and reads it.
    ///
    /// - Parameters:
    ///   - name: Its path in the set.
    ///   - parts: What the file must consist of, from its start; nil if another program wrote it.
    ///   - isStopped: Looked at after every buffer.
    static func readBack(
        _ path: String, name: String, parts: [Part]?, isStopped: borrowing Atomic<Bool>
    ) throws(StorageFault) -> Manifest.File {
        let file = try Descriptor(path, O_RDONLY)
        try file.sync()
        guard fchmod(file.number, 0o600) == 0 else { throw .system("change the mode of", path) }
        // Advice only: a file system without a cache has nothing to drop (posix_fadvise(2)).
        _ = posix_fadvise(file.number, 0, 0, POSIX_FADV_DONTNEED)
        _ = posix_fadvise(file.number, 0, 0, POSIX_FADV_SEQUENTIAL)
        let size = Int64(try file.status().st_size)
        if let parts {
            let written = parts.reduce(0) { $0 + $1.length }
            guard size == written else {
                throw .changedOnDisk(file: name, detail: "it has \(size) bytes, and \(written) were written")
            }
        }
        let reader = Reader(file: file, size: size)
        return try reader.hash(name: name, parts: parts, isStopped: isStopped)
    }

    private struct Reader: ~Copyable {
        let file: Descriptor
        let size: Int64
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: bufferSize, alignment: 4_096)

        init(file: consuming Descriptor, size: Int64) {
            self.file = file
            self.size = size
        }

        deinit { buffer.deallocate() }

        /// One pass over the file; a file of several parts is hashed twice, whole and by parts.
        borrowing func hash(
            name: String, parts: [Part]?, isStopped: borrowing Atomic<Bool>
        ) throws(StorageFault) -> Manifest.File {
            let whole = try hasher()
            let piece = try hasher()
            let parts = parts ?? []
            let stretches = parts.count > 1 ? parts : [Part(length: size, sha256: "")]
            var position: Int64 = 0
            for stretch in stretches {
                let end = position + stretch.length
                let start = position
                while position < end {
                    if isStopped.load(ordering: .relaxed) { throw .interrupted }
                    let bytes = try next(at: position, end: end)
                    whole.update(bytes)
                    if stretches.count > 1 { piece.update(bytes) }
                    position += Int64(bytes.count)
                }
                if stretches.count > 1, piece.finish() != stretch.sha256 { throw changed(name, start, end) }
            }
            let digest = whole.finish()
            if parts.count == 1, digest != parts[0].sha256 { throw changed(name, 0, size) }
            return Manifest.File(path: name, size: size, sha256: digest)
        }

        private borrowing func next(at position: Int64, end: Int64) throws(StorageFault)
            -> UnsafeRawBufferPointer
        {
            let wanted = Int(min(Int64(buffer.count), end - position))
            let slice = UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted])
            let count = try file.read(into: slice, at: position)
            guard count > 0 else {
                throw .changedOnDisk(file: file.path, detail: "it ends at byte \(position)")
            }
            return UnsafeRawBufferPointer(rebasing: slice[..<count])
        }

        private func changed(_ name: String, _ start: Int64, _ end: Int64) -> StorageFault {
            .changedOnDisk(file: name, detail: "bytes \(start) to \(end) have another SHA-256")
        }
    }

    /// A hasher of SHA-256.
    static func hasher() throws(StorageFault) -> SHA256Hasher {
        do throws(CompressionFault) { return try SHA256Hasher() } catch {
            throw .noHash(reason: error.summary)
        }
    }
}
