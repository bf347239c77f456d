package import FoundationEssentials
import Glibc

/// A daemon's answer to the wish to read its configuration again: `<state>/daemons/<id>.reload`.
///
/// The wish is a signal, which has no answer of its own.
package struct ReloadNote: Sendable, Equatable, Codable {
    /// How many wishes the daemon has answered: rises by one with each.
    package var number: Int
    /// Whether the new configuration holds from now on.
    package var ok: Bool
    /// One line: what holds now, or why the old configuration goes on.
    package var text: String

    package init(number: Int, ok: Bool, text: String) {
        self.number = number
        self.ok = ok
        self.text = text
    }

    /// The last answer of a daemon; nil if it has given none.
    package static func read(_ daemon: UUID, stateDirectory: String) -> ReloadNote? {
        // A file that is not there yet, or is of another version, is no answer.
        guard let data = try? Data(contentsOf: URL(filePath: path(daemon, stateDirectory))) else {
            return nil
        }
        // As above.
        return try? JSONDecoder().decode(ReloadNote.self, from: data)
    }

    /// Replaces the daemon's last answer; a state directory that takes nothing leaves whoever asked without one.
    package func write(_ daemon: UUID, stateDirectory: String) {
        let path = Self.path(daemon, stateDirectory)
        mkdir("\(stateDirectory)/daemons", 0o700)
        // Numbers and text are always JSON.
        guard let data = try? JSONEncoder().encode(self) else { return }
        // Whoever waits for it says that nobody answered.
        try? data.write(to: URL(filePath: path), options: .atomic)
        chmod(path, 0o600)
    }

    /// Forgets the answers of a daemon that has ended.
    package static func remove(_ daemon: UUID, stateDirectory: String) {
        unlink(path(daemon, stateDirectory))
    }

    private static func path(_ daemon: UUID, _ stateDirectory: String) -> String {
        "\(stateDirectory)/daemons/\(daemon.uuidString.lowercased()).reload"
    }
}
