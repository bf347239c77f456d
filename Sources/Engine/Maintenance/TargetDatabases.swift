import Faults
import Jobs

/// Chooses databases of several targets by what each server has.
struct TargetDatabases: Sendable {
    let server: any ServerPort
    let targets: [Target]

    /// Which databases, in the order of the targets.
    struct Choice: Sendable {
        var items: [BackupItem]
        /// Targets that could not be asked; each stands in ``items`` once, for all its databases.
        var unreachable: [String: AnyFault]

        /// One line for people.
        var detail: String { items.map(\.description).joined(separator: ", ") }
    }

    /// Asks every target; one that cannot be asked does not keep the others from their turn.
    ///
    /// - Throws: Why none could be asked, or that one has not got what is asked for by name.
    func choose(databases: [String]?, excluding: [String]) async throws(AnyFault) -> Choice {
        var choice = Choice(items: [], unreachable: [:])
        for target in targets {
            let existing: [String]
            do throws(AnyFault) {
                existing = try await server.facts(of: target).databases
            } catch {
                if targets.count == 1 || Task.isCancelled { throw error }
                choice.unreachable[target.name] = error
                choice.items.append(BackupItem(target: target.name, database: "*"))
                continue
            }
            let (chosen, missing) = DatabaseChoice.choose(
                databases, excluding: excluding, target: target, existing: existing)
            if let first = missing.first {
                throw EngineFault.databaseMissing(target: target.name, pattern: first).plain
            }
            guard !chosen.isEmpty else { throw MaintainFault.nothingChosen(target: target.name).plain }
            choice.items += chosen.map { BackupItem(target: target.name, database: $0) }
        }
        return choice
    }
}
