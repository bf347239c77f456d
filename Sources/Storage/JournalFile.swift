import Engine
import Faults
import Glibc
import Measures

/// A journal's file that this process holds: the kernel lets go of it when the process dies, however.
struct JournalFile: ~Copyable {
    /// A larger file takes no more entries.
    static let sizeMax = ByteCount(16 << 20)
    /// What is read at most: marks of what was dropped come on top of ``sizeMax``.
    static let readMax = 32 << 20

    private let file: Descriptor
    private let sizeMax: ByteCount
    /// Where the next line goes.
    private var end: Int64
    /// Where the lines of the entries begin; nil while nobody has looked.
    private var places: [Int]?
    private var isDamageTold = false
    /// Whether more may stand in the file after its last whole line.
    private var hasTail: Bool

    var path: String { file.path }

    /// Makes the file, which must not be there, and takes hold of it.
    init(making path: String, sizeMax: ByteCount) throws(StorageFault) {
        let file = try Descriptor(path, O_RDWR | O_CREAT | O_EXCL, doing: "make")
        guard try RecordLock.take(file) else { throw .busy(path: path) }
        try Disk.syncFolder(Disk.parent(of: path))
        self.file = file
        self.sizeMax = sizeMax
        end = 0
        places = []
        hasTail = false
    }

    /// Takes hold of a file that is there; nil if somebody else has it, or has just removed it.
    init?(adopting path: String) throws(StorageFault) {
        let file: Descriptor
        do throws(StorageFault) { file = try Descriptor(path, O_RDWR) } catch {
            if try Disk.kind(path) == nil { return nil }
            throw error
        }
        guard try RecordLock.take(file) else { return nil }
        let open = try file.status()
        var named = stat()
        guard lstat(path, &named) == 0, named.st_ino == open.st_ino, named.st_dev == open.st_dev else {
            return nil
        }
        end = Int64(open.st_size)
        self.file = file
        sizeMax = Self.sizeMax
        places = end == 0 ? [] : nil
        hasTail = false
    }

    /// Writes entries and waits until they are on the disk; if that fails, none of them is there.
    mutating func append(_ entries: [JournalEntry]) throws(StorageFault) {
        // What nobody has looked at may end in the middle of a line, and what followed that could not be read.
        if places == nil { _ = try contents() }
        var bytes: [UInt8] = []
        var starts: [Int] = []
        for entry in entries {
            starts.append(Int(end) + bytes.count)
            bytes += try JournalFrame.encode(.entry(entry))
        }
        guard end + Int64(bytes.count) <= sizeMax.bytes else {
            throw .journalFull(path: path, limit: sizeMax)
        }
        try write(bytes)
        places? += starts
    }

    /// Reads the file, and cuts off what a crash left of a line at its end.
    mutating func contents() throws(StorageFault) -> JournalContents {
        let bytes = try bytes()
        let scan = try JournalScan(bytes)
        end = Int64(scan.end)
        hasTail = bytes.count > scan.end
        // If it cannot be cut off now, it is before anything is written.
        try? cutTail()
        places = scan.entries.map(\.place)
        var contents = JournalContents(entries: scan.entries.map(\.entry))
        if let first = scan.damage.first {
            let kept = try keepAside(bytes)
            if !isDamageTold {
                contents.damage = AnyFault(StorageFault.journalDamaged(path: path, byte: first, kept: kept))
            }
            isDamageTold = true
        }
        return contents
    }

    /// Forgets the first entries, and empties the file when none is left.
    mutating func drop(first count: Int) throws(StorageFault) {
        if places == nil { _ = try contents() }
        let rest = (places ?? []).dropFirst(count)
        if rest.isEmpty {
            guard ftruncate(file.number, 0) == 0 else { throw .system("empty", path) }
            try file.sync()
            end = 0
        } else if let first = rest.first, count > 0 {
            try write(try JournalFrame.encode(.dropped(before: first)))
        }
        places = Array(rest)
    }

    /// Removes the file if it is known to keep nothing; it is let go of when this value goes.
    borrowing func removeIfEmpty() throws(StorageFault) {
        guard places?.isEmpty ?? false else { return }
        guard unlink(path) == 0 || errno == ENOENT else { throw .system("remove", path) }
        try Disk.syncFolder(Disk.parent(of: path))
    }

    /// By the open file: somebody may have removed its name.
    private borrowing func bytes() throws(StorageFault) -> [UInt8] {
        let size = Int(try file.status().st_size)
        guard size <= Self.readMax else { throw .tooLarge(path: path) }
        var bytes = [UInt8](repeating: 0, count: size)
        var span = bytes.mutableSpan
        var content = span.mutableBytes
        let count = try content.withUnsafeMutableBytes { buffer throws(StorageFault) in
            try file.read(into: buffer, at: 0)
        }
        return Array(bytes.prefix(count))
    }

    /// Cuts off what is left of a line: a shorter one in its place would be followed by its rest.
    private mutating func cutTail() throws(StorageFault) {
        guard hasTail else { return }
        guard ftruncate(file.number, off_t(end)) == 0 else { throw .system("cut", path) }
        hasTail = false
    }

    private mutating func write(_ bytes: [UInt8]) throws(StorageFault) {
        try cutTail()
        do throws(StorageFault) {
            try file.write(bytes, at: end)
            try file.sync()
        } catch {
            // What follows goes to the same place; until then it looks like what a crash leaves.
            hasTail = ftruncate(file.number, off_t(end)) != 0
            throw error
        }
        end += Int64(bytes.count)
    }

    /// Copies the file to one beside it, once.
    private borrowing func keepAside(_ bytes: [UInt8]) throws(StorageFault) -> String {
        let copy = "\(path).damaged"
        guard try Disk.kind(copy) == nil else { return copy }
        try Disk.create(copy, bytes)
        try Disk.syncFolder(Disk.parent(of: copy))
        return copy
    }
}
