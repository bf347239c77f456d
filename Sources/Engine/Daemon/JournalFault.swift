package import Faults
package import FoundationEssentials

/// Why something of a journal does not get into the catalog.
package enum JournalFault: Fault, Equatable {
    /// While the catalog was down, another run had the same slot.
    case slotTaken(run: UUID, job: String, by: UUID)
    /// More waits in memory than is kept there.
    case memoryFull(entriesMax: Int)

    package var code: String {
        switch self {
        case .slotTaken: "journal.slot-taken"
        case .memoryFull: "journal.memory-full"
        }
    }

    package var summary: String {
        switch self {
        case .slotTaken(let run, let job, let other):
            "run \(run.uuidString.lowercased()) of '\(job)' has no row: while the catalog was down, run "
                + "\(other.uuidString.lowercased()) took its slot"
        case .memoryFull(let entriesMax):
            "catalog and journal take nothing, and more than \(entriesMax) records wait in memory: what follows is lost"
        }
    }

    package var remedy: String {
        switch self {
        case .slotTaken:
            "Nothing is to be done: the backups of both runs are listed by 'pgvigil backups list'."
        case .memoryFull: "Free space for the state directory, or start the catalog."
        }
    }

    package var exitStatus: ExitStatus { .badResult }
}
