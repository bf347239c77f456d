import Faults
import Jobs

/// Chooses databases of several targets by what each server has.
struct TargetDatabases: Sendable {
    let server: any ServerPort
    let targets: [Target]

    /// Which databases, in the order of the targets.
    struct Choice: Sendable {
        var items: [BackupItem]
        /// Why nothing can be done for some of them: targets that could not be asked or have nothing that is chosen, each
        /// once for all its databases, and databases that are asked for by a name that is not there.
        var faults: [BackupItem: AnyFault] = [:]

        /// One line for people.
        var detail: String { items.map(\.description).joined(separator: ", ") }

        mutating func add(_ item: BackupItem, _ fault: AnyFault) {
            items.append(item)
            faults[item] = fault
        }
    }

    /// Asks every target; what is wrong with one, or with one name, does not keep the others from their turn.
    ///
    /// - Throws: What is wrong with the only target, where there is nothing to do at all.
    func choose(databases: [String]?, excluding: [String]) async throws(AnyFault) -> Choice {
        var choice = Choice(items: [])
        for target in targets {
            let existing: [String]
            do throws(AnyFault) {
                existing = try await server.facts(of: target).databases
            } catch {
                if targets.count == 1 || Task.isCancelled { throw error }
                choice.add(BackupItem(target: target.name, database: "*"), error)
                continue
            }
            let (chosen, missing) = DatabaseChoice.choose(
                databases, excluding: excluding, target: target, existing: existing)
            choice.items += chosen.map { BackupItem(target: target.name, database: $0) }
            for name in missing {
                choice.add(
                    BackupItem(target: target.name, database: name),
                    EngineFault.databaseMissing(target: target.name, pattern: name).plain)
            }
            if chosen.isEmpty, missing.isEmpty {
                choice.add(
                    BackupItem(target: target.name, database: "*"),
                    MaintainFault.nothingChosen(target: target.name).plain)
            }
        }
        if targets.count == 1, choice.faults.count == choice.items.count,
            let fault = choice.items.first.flatMap({ choice.faults[$0] })
        {
            throw fault
        }
        return choice
    }
}
