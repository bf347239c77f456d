package import Faults

/// What a process keeps on the disk while the catalog takes nothing.
///
/// A journal belongs to one process, which holds it for as long as it lives; that of a dead process belongs to whoever
/// adopts it first.
package protocol JournalPort: Sendable {
    /// Keeps entries, all of them or none; they are on the disk when it returns.
    ///
    /// - Throws: `journal.full` when it has reached its largest size, or the system's refusal.
    func append(_ entries: [JournalEntry]) async throws(AnyFault)
    /// What is kept and has not been dropped, in its order.
    func contents() async throws(AnyFault) -> JournalContents
    /// Forgets the first entries of ``contents()``; the catalog has them.
    func drop(first count: Int) async throws(AnyFault)
    /// Takes hold of the journals of this state directory whose processes are dead and that nobody else has adopted.
    ///
    /// Each is held until its ``close()``.
    func adopt() async throws(AnyFault) -> [any JournalPort]
    /// Lets it go: one that keeps nothing is gone, any other may be adopted from now on.
    func close() async
}

/// What a journal keeps, as far as it can be read.
package struct JournalContents: Sendable, Equatable {
    package var entries: [JournalEntry]
    /// What was found in it that is no record, if anything was: it is kept aside, not dropped.
    package var damage: AnyFault?

    package init(entries: [JournalEntry] = [], damage: AnyFault? = nil) {
        self.entries = entries
        self.damage = damage
    }
}

/// One thing about the journal that people should hear of.
package enum JournalNote: Sendable, Equatable {
    /// The catalog takes nothing, and what it is to be told waits in the journal from now on.
    case keeping(AnyFault)
    /// The journal takes nothing either: what it lacks is in memory, for as long as this process lives.
    case inMemoryOnly(AnyFault)
    /// So much is in memory that no more fits.
    case lost(AnyFault)
    /// The catalog does not take what this run did, and never will; its backup sets are recorded all the same.
    case dropped(AnyFault)
    /// A journal held something that is no record.
    case damaged(AnyFault)
    /// The catalog has everything that was kept for it, so many entries.
    case replayed(Int)
}

extension JournalNote: CustomStringConvertible {
    /// One line for people.
    package var description: String {
        switch self {
        case .keeping(let fault): "not recorded yet, kept in the journal until the catalog takes it: \(fault)"
        case .inMemoryOnly(let fault): "not recorded, and not in the journal either: \(fault)"
        case .lost(let fault), .dropped(let fault): "not recorded: \(fault)"
        case .damaged(let fault): "the journal: \(fault)"
        case .replayed(let count): "recorded by now: all \(count) entries that waited in the journal"
        }
    }
}
