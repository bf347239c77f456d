package import Engine
package import Faults
import FoundationEssentials
import Synchronization

/// A journal in memory: does what the one on the disk does, as `JournalConformance` checks.
///
/// Entries go through their text, as on the disk.
package final class MemoryJournal: JournalPort {
    /// The journals of one state directory.
    private final class Folder: Sendable {
        struct Journal {
            var entries: [Data] = []
            /// Whether some process has it.
            var isHeld = true
        }

        let journals = Mutex<[UUID: Journal]>([:])
    }

    private let folder: Folder
    private let id = UUID()
    private let fault = Mutex<AnyFault?>(nil)

    /// The first process of a new state directory.
    package init() { folder = Folder() }

    private init(_ folder: Folder) { self.folder = folder }

    /// Another process of the same state directory.
    package func second() -> MemoryJournal { MemoryJournal(folder) }

    /// The journal of a process that is dead now: what it kept may be adopted.
    package func die() { folder.journals.withLock { $0[id]?.isHeld = false } }

    /// From now on every append throws this fault, as if the disk were full; nil ends that.
    package func fail(with fault: AnyFault?) { self.fault.withLock { $0 = fault } }

    package func append(_ entries: [JournalEntry]) async throws(AnyFault) {
        if let fault = fault.withLock({ $0 }) { throw fault }
        guard !entries.isEmpty else { return }
        let texts = try entries.map { entry throws(AnyFault) in try Self.encode(entry) }
        folder.journals.withLock { $0[id, default: Folder.Journal()].entries += texts }
    }

    package func contents() async throws(AnyFault) -> JournalContents {
        let texts = folder.journals.withLock { $0[id]?.entries ?? [] }
        return JournalContents(entries: try texts.map { text throws(AnyFault) in try Self.decode(text) })
    }

    package func drop(first count: Int) async throws(AnyFault) {
        folder.journals.withLock { journals in
            let rest = journals[id]?.entries.dropFirst(count) ?? []
            journals[id]?.entries = Array(rest)
        }
    }

    package func adopt() async throws(AnyFault) -> [any JournalPort] {
        folder.journals.withLock { journals in
            let dead = journals.filter { !$0.value.isHeld }.keys.sorted { $0.uuidString < $1.uuidString }
            for id in dead { journals[id]?.isHeld = true }
            return dead.map { Adopted(folder: folder, id: $0) }
        }
    }

    package func close() async { Self.close(id, in: folder) }

    /// The journal of a dead process in the hands of another.
    private struct Adopted: JournalPort {
        let folder: Folder
        let id: UUID

        func append(_ entries: [JournalEntry]) async throws(AnyFault) {
            let texts = try entries.map { entry throws(AnyFault) in try MemoryJournal.encode(entry) }
            folder.journals.withLock { $0[id]?.entries += texts }
        }

        func contents() async throws(AnyFault) -> JournalContents {
            let texts = folder.journals.withLock { $0[id]?.entries ?? [] }
            return JournalContents(
                entries: try texts.map { text throws(AnyFault) in try MemoryJournal.decode(text) })
        }

        func drop(first count: Int) async throws(AnyFault) {
            folder.journals.withLock { journals in
                let rest = journals[id]?.entries.dropFirst(count) ?? []
                journals[id]?.entries = Array(rest)
            }
        }

        func adopt() async throws(AnyFault) -> [any JournalPort] { [] }

        func close() async { MemoryJournal.close(id, in: folder) }
    }

    private static func close(_ id: UUID, in folder: Folder) {
        folder.journals.withLock { journals in
            guard let journal = journals[id] else { return }
            if journal.entries.isEmpty { journals[id] = nil } else { journals[id]?.isHeld = false }
        }
    }

    private static func encode(_ entry: JournalEntry) throws(AnyFault) -> Data {
        do { return try JSONEncoder().encode(entry) } catch { throw broken("\(error)") }
    }

    private static func decode(_ text: Data) throws(AnyFault) -> JournalEntry {
        do { return try JSONDecoder().decode(JournalEntry.self, from: text) } catch {
            throw broken("\(error)")
        }
    }

    private static func broken(_ why: String) -> AnyFault {
        AnyFault(code: "journal.text", summary: why, remedy: "Mend the forms of entries.")
    }
}
