package import Engine
package import Faults
import Storage

/// Reads what the journals of a state directory keep, for people who ask while the catalog is down.
///
/// Those of living processes count too, and none is taken hold of.
package struct JournalReader: Sendable {
    private let stateDirectory: String

    package init(stateDirectory: String) {
        self.stateDirectory = stateDirectory
    }

    /// The runs that wait to be recorded, newest first.
    package func runs() async -> [RunRecord] { await read().view.runs }

    /// All that waits to be recorded, and what could not be read of it.
    package func read() async -> (view: JournalView, faults: [AnyFault]) {
        var view = JournalView()
        var faults: [AnyFault] = []
        do throws(AnyFault) {
            for contents in try await FileJournal.readAll(stateDirectory: stateDirectory) {
                view.add(contents.entries)
                if let damage = contents.damage { faults.append(damage) }
            }
        } catch {
            faults.append(error)
        }
        return (view, faults)
    }
}
