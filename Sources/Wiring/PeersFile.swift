import Engine
import Faults
import FoundationEssentials

/// Who else served when the catalog was last seen: kept for a start without it.
///
/// A daemon that cannot ask must know whether another may have its jobs, else both would do them.
struct PeersFile: Sendable {
    private let path: String

    init(stateDirectory: String) { path = "\(stateDirectory)/peers.json" }

    private struct Peer: Codable {
        var id: UUID
        var host: String
        var labels: [String: String]
    }

    /// The daemons as they were written last; none where nothing was.
    func read() -> [DaemonRecord] {
        // A file that is missing or cannot be read tells of nobody; the next answer of the catalog writes it anew.
        guard let data = try? Data(contentsOf: URL(filePath: path)) else { return [] }
        // As above.
        guard let peers = try? JSONDecoder().decode([Peer].self, from: data) else { return [] }
        return peers.map { peer in
            DaemonRecord(
                id: peer.id, role: .serve,
                owner: Owner(machine: "", host: peer.host, pid: 0, stateDirectory: ""),
                labels: peer.labels, version: "", startedAt: Date(timeIntervalSince1970: 0))
        }
    }

    /// Replaces what was written; a state directory that takes nothing leaves the last word as it was.
    func write(_ daemons: [DaemonRecord]) {
        let peers = daemons.map { Peer(id: $0.id, host: $0.owner.host, labels: $0.labels) }
        // Without it the next start without a catalog knows less; nothing else depends on it.
        guard let data = try? JSONEncoder().encode(peers) else { return }
        // As above.
        try? data.write(to: URL(filePath: path), options: .atomic)
    }
}
