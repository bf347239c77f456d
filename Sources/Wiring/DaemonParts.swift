import Cron
import Engine
import Faults
import FoundationEssentials
import Jobs
import Storage
import Synchronization

/// What a daemon of this process is made of, besides the ports that runs work with.
struct DaemonParts: Sendable {
    let id: UUID
    let role: DaemonRecord.Role
    let configuration: LoadedConfiguration
    let ambient: Ambient
    /// Dead daemons that the catalog has been told of, and may be forgotten once it has answered.
    let told = ToldDead()

    private var stateDirectory: String { configuration.settings.stateDirectory }

    var locks: DaemonLocks { DaemonLocks(stateDirectory: stateDirectory) }
    var peers: PeersFile { PeersFile(stateDirectory: stateDirectory) }

    /// What the catalog is told of the daemon.
    var record: DaemonRecord {
        DaemonRecord(
            id: id, role: role, owner: ambient.owner, labels: configuration.settings.labels,
            version: ProgramVersion.current.pgvigil, startedAt: ambient.wallTime())
    }

    /// What the machine knows of itself and the configuration.
    func settings() -> SchedulerSettings {
        let settings = configuration.settings
        return SchedulerSettings(
            daemon: id, role: role, owner: ambient.owner, labels: settings.labels, targets: settings.targets,
            limits: settings.limits, timing: settings.daemon,
            jobs: Dictionary(configuration.jobs.map { ($0.name, $0) }) { first, _ in first },
            peers: peers.read(), dead: Set(dead()), render: InstantRendering(zone: configuration.zone))
    }
}

/// Dead daemons of the state directory that the catalog is being told of.
final class ToldDead: Sendable {
    private let daemons = Mutex<[UUID]>([])

    /// Notes what it is told.
    func put(_ ids: [UUID]) { daemons.withLock { $0 = ids } }

    /// What it was told last, once.
    func take() -> [UUID] {
        daemons.withLock { ids in
            defer { ids = [] }
            return ids
        }
    }
}
