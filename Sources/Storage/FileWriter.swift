import Compression
import Glibc

/// Writes one file through a buffer, and hashes each byte once.
struct FileWriter: ~Copyable {
    /// Bytes are handed to the system in pieces of this size, at multiples of it.
    private static let bufferSize = 1 << 20
    /// After so many bytes the system is asked to begin writing them to the disk, so that the sync at the end
    /// finds little to do, and the dump does not fill the machine's memory with pages that nobody reads.
    private static let stride: Int64 = 8 << 20

    private let name: String
    private var file: Descriptor?
    private let path: String
    private let hasher: SHA256Hasher
    private let buffer: UnsafeMutableRawBufferPointer
    private var filled = 0
    /// What has left the buffer.
    private var written: Int64 = 0
    private var advised: Int64 = 0
    /// The replaceable start, once it is marked.
    private var head: FileDigest.Part?
    private var failure: StorageFault?
    /// What the file consists of, once it is finished.
    private(set) var parts: [FileDigest.Part] = []

    init(_ path: String, name: String) throws(StorageFault) {
        let hasher = try FileDigest.hasher()
        let file = try Descriptor(path, O_WRONLY | O_CREAT | O_EXCL, doing: "make")
        self.name = name
        self.path = path
        self.hasher = hasher
        self.file = consume file
        buffer = .allocate(byteCount: Self.bufferSize, alignment: 4_096)
    }

    deinit { buffer.deallocate() }

    /// Bytes taken so far.
    var size: Int64 { written + Int64(filled) }

    /// Takes the next bytes; after a failure nothing more is taken.
    mutating func write(_ bytes: UnsafeRawBufferPointer) throws(StorageFault) {
        try checkOpen()
        hasher.update(bytes)
        var rest = bytes
        while !rest.isEmpty {
            let count = min(rest.count, buffer.count - filled)
            UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: rest[..<count]))
            filled += count
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            if filled == buffer.count { try flush() }
        }
    }

    /// What has been written may still be replaced; what follows is hashed for itself.
    mutating func beginTail() throws(StorageFault) {
        try checkOpen()
        guard head == nil else { throw .badStart(file: name, detail: "it is marked already") }
        head = FileDigest.Part(length: size, sha256: hasher.finish())
    }

    /// Writes other bytes over the marked start.
    mutating func replaceStart(_ bytes: [UInt8]) throws(StorageFault) {
        try checkOpen()
        guard let head else { throw .badStart(file: name, detail: "it is not marked") }
        guard head.length == Int64(bytes.count) else {
            throw .badStart(file: name, detail: "it has \(head.length) bytes, and \(bytes.count) are given")
        }
        try flush()
        let start = try FileDigest.hasher()
        let length = head.length
        do throws(StorageFault) {
            bytes.withUnsafeBytes { start.update($0) }
            try file?.write(bytes, at: 0)
        } catch {
            failure = error
            throw error
        }
        self.head = FileDigest.Part(length: length, sha256: start.finish())
    }

    /// Writes what is left, syncs and closes; a second call does nothing.
    mutating func finish() throws(StorageFault) {
        if file == nil, failure == nil { return }
        try flush()
        do throws(StorageFault) { try file?.sync() } catch {
            failure = error
            throw error
        }
        file = nil
        let tail = FileDigest.Part(length: size - (head?.length ?? 0), sha256: hasher.finish())
        parts = (head.map { [$0] } ?? []) + [tail]
    }

    /// Closes without writing what is left: the file is not wanted any more, and its space is free once it is
    /// removed.
    mutating func abandon() {
        file = nil
        failure = failure ?? .ended(path: path)
    }

    private func checkOpen() throws(StorageFault) {
        if let failure { throw failure }
        guard file != nil else { throw .ended(path: path) }
    }

    private mutating func flush() throws(StorageFault) {
        try checkOpen()
        guard filled > 0 else { return }
        do throws(StorageFault) {
            let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<filled])
            try file?.write(bytes, at: written)
        } catch {
            failure = error
            throw error
        }
        written += Int64(filled)
        filled = 0
        if written - advised >= Self.stride { advise() }
    }

    /// `POSIX_FADV_DONTNEED` begins to write dirty pages without waiting for them, and drops those that are
    /// clean (Linux, `mm/fadvise.c`): the last stride begins, the one before it goes.
    private mutating func advise() {
        let start = max(0, advised - Self.stride)
        _ = posix_fadvise(file?.number ?? -1, off_t(start), off_t(written - start), POSIX_FADV_DONTNEED)
        advised = written
    }
}
