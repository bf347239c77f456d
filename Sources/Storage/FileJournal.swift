package import Engine
package import Faults
package import FoundationEssentials
package import Measures
import Synchronization

/// The journal of a process in a state directory: `journal/<id>.journal`, one checked line an entry, private.
///
/// The file is made with the first entry and is gone when it keeps none. Its process holds a lock on it; one without a
/// holder belongs to a dead process, and is adopted by whoever takes that lock. `journal/moment` keeps processes apart
/// while they make and look for files.
package final class FileJournal: JournalPort {
    /// More journals than this are not adopted at once.
    private static let adoptedMax = 100
    private static let suffix = ".journal"

    private let root: String
    private let path: String
    private let sizeMax: ByteCount
    private let file = Mutex<JournalFile?>(nil)

    /// - Parameters:
    ///   - id: Of this process, and of no other ever.
    ///   - sizeMax: Nothing is taken beyond it, which is as much as ten thousands of steps.
    package init(stateDirectory: String, id: UUID, sizeMax: ByteCount = FileJournal.sizeDefault) {
        root = Self.root(stateDirectory)
        path = "\(root)/\(id.lowercased)\(Self.suffix)"
        self.sizeMax = sizeMax
    }

    /// The largest size of a journal.
    package static let sizeDefault = JournalFile.sizeMax

    package func append(_ entries: [JournalEntry]) async throws(AnyFault) {
        guard !entries.isEmpty else { return }
        try await Blocking.run { () throws(StorageFault) in
            try self.file.withLock { file throws(StorageFault) in
                if file == nil { try self.make(&file) }
                try file?.append(entries)
            }
        }
    }

    package func contents() async throws(AnyFault) -> JournalContents {
        try await Blocking.run { () throws(StorageFault) in
            try self.file.withLock { file throws(StorageFault) in try file?.contents() ?? JournalContents() }
        }
    }

    package func drop(first count: Int) async throws(AnyFault) {
        try await Blocking.run { () throws(StorageFault) in
            try self.file.withLock { file throws(StorageFault) in try file?.drop(first: count) }
        }
    }

    package func adopt() async throws(AnyFault) -> [any JournalPort] {
        try await Blocking.run { () throws(StorageFault) in
            guard try Disk.kind(self.root) == .folder else { return [] }
            return try MomentLock.hold("\(self.root)/moment") { () throws(StorageFault) in
                var adopted: [AdoptedJournal] = []
                for name in try Self.names(in: self.root) where adopted.count < Self.adoptedMax {
                    let path = "\(self.root)/\(name)"
                    guard path != self.path, let journal = try AdoptedJournal(path) else { continue }
                    adopted.append(journal)
                }
                return adopted
            }
        }
    }

    /// Lets it go; nothing more can be appended.
    package func close() async { Self.close(file) }

    /// What all journals of a state directory keep, those of living processes too, without taking hold of any.
    ///
    /// A line that is just being written does not count.
    package static func readAll(stateDirectory: String) async throws(AnyFault) -> [JournalContents] {
        let root = root(stateDirectory)
        return try await Blocking.run { () throws(StorageFault) in
            guard try Disk.kind(root) == .folder else { return [] }
            var all: [JournalContents] = []
            for name in try names(in: root) {
                if let contents = try read("\(root)/\(name)") { all.append(contents) }
            }
            return all
        }
    }

    /// Nil if it has just been removed.
    private static func read(_ path: String) throws(StorageFault) -> JournalContents? {
        do throws(StorageFault) {
            let scan = try JournalScan(try Disk.read(path, bytesMax: JournalFile.readMax))
            return JournalContents(
                entries: scan.entries.map(\.entry),
                damage: scan.damage.first.map {
                    AnyFault(StorageFault.journalDamaged(path: path, byte: $0, kept: path))
                })
        } catch {
            guard try Disk.kind(path) != nil else { return nil }
            return JournalContents(damage: AnyFault(error))
        }
    }

    private func make(_ file: inout JournalFile?) throws(StorageFault) {
        try PrivateDirectory.ensure(root)
        try MomentLock.hold("\(root)/moment") { () throws(StorageFault) in
            file = try JournalFile(making: path, sizeMax: sizeMax)
        }
    }

    private static func root(_ stateDirectory: String) -> String { "\(stateDirectory)/journal" }

    private static func names(in root: String) throws(StorageFault) -> [String] {
        try Disk.names(in: root).filter { $0.hasSuffix(suffix) }
    }

    fileprivate static func close(_ file: borrowing Mutex<JournalFile?>) {
        file.withLock { file in
            // One that stays is empty, and removed by the next process.
            try? file?.removeIfEmpty()
            file = nil
        }
    }
}

/// The journal of a dead process in the hands of this one.
private final class AdoptedJournal: JournalPort {
    private let file: Mutex<JournalFile?>

    /// Nil if somebody has it.
    init?(_ path: String) throws(StorageFault) {
        guard let file = try JournalFile(adopting: path) else { return nil }
        self.file = Mutex(file)
    }

    func append(_ entries: [JournalEntry]) async throws(AnyFault) {
        try await Blocking.run { () throws(StorageFault) in
            try self.file.withLock { file throws(StorageFault) in try file?.append(entries) }
        }
    }

    func contents() async throws(AnyFault) -> JournalContents {
        try await Blocking.run { () throws(StorageFault) in
            try self.file.withLock { file throws(StorageFault) in try file?.contents() ?? JournalContents() }
        }
    }

    func drop(first count: Int) async throws(AnyFault) {
        try await Blocking.run { () throws(StorageFault) in
            try self.file.withLock { file throws(StorageFault) in try file?.drop(first: count) }
        }
    }

    func adopt() async throws(AnyFault) -> [any JournalPort] { [] }

    func close() async { FileJournal.close(file) }
}
