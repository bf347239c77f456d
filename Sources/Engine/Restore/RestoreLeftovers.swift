import Faults
import FoundationEssentials

/// Databases that runs which are over have left on a server that stays.
struct RestoreLeftovers: Sendable {
    let server: any RestoreServer
    let facts: RestoreServerFacts
    let book: JournaledBook
    /// Where they are dropped from.
    let maintenanceDatabase: String

    /// Drops databases whose run our own record knows to be over.
    ///
    /// Another catalog may have made databases of such names, and is perhaps at work on them: those are left alone.
    /// - Parameter runPrefix: How the id of the run begins that made a database; nil for one that is none of ours.
    /// - Returns: What was dropped.
    func sweep(_ runPrefix: (String) -> String?) async -> [String] {
        var dropped: [String] = []
        for name in facts.databases {
            guard let prefix = runPrefix(name), await isOver(prefix) else { continue }
            let drop = Self.drop(name, major: facts.major)
            // What cannot be dropped now is tried again by the next run there.
            let outcomes = try? await server.perform([drop], in: maintenanceDatabase)
            if outcomes == [.done] { dropped.append(name) }
        }
        return dropped
    }

    /// Without the record nobody can tell, and nothing is dropped.
    private func isOver(_ prefix: String) async -> Bool {
        // Without an answer it is not over.
        guard let runs = try? await book.runs(idPrefix: prefix), !runs.isEmpty else { return false }
        return runs.allSatisfy { if case .ended = $0.state { true } else { false } }
    }

    /// Programs that were killed may have sessions left in it, which nobody waits for: it is ours alone.
    static func drop(_ name: String, major: Int) -> String {
        "DROP DATABASE \(Identifier.quoted(name))" + (major >= 13 ? " WITH (FORCE)" : "")
    }
}
