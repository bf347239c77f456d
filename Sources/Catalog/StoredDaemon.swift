import Engine
import FoundationEssentials

/// A daemon as the statements of the catalog take and give it: the keys are those of `daemon_json.sql`.
struct StoredDaemon: Codable {
    private enum CodingKeys: String, CodingKey {
        case id, role, machine, host, pid, stateDirectory = "state_directory", labels, version, doing,
            started, epoch,
            seen, state
    }

    private var id: String
    private var role: DaemonRecord.Role
    private var machine: String
    private var host: String
    private var pid: Int32
    private var stateDirectory: String
    private var labels: [String: String]
    private var version: String
    private var doing: String
    private var started: Int64
    private var epoch: Int64
    private var seen: Int64?
    private var state: DaemonRecord.State

    init(_ daemon: DaemonRecord) {
        id = daemon.id.uuidString.lowercased()
        role = daemon.role
        machine = daemon.owner.machine.storable
        host = daemon.owner.host.storable
        pid = daemon.owner.pid
        stateDirectory = daemon.owner.stateDirectory.storable
        labels = Dictionary(
            daemon.labels.map { ($0.key.storable, $0.value.storable) },
            uniquingKeysWith: { first, _ in first })
        version = daemon.version.storable
        doing = daemon.doing.storable
        started = daemon.startedAt.microseconds
        epoch = daemon.epoch
        seen = daemon.seenAt?.microseconds
        state = daemon.state
    }

    func record() throws(CatalogFault) -> DaemonRecord {
        DaemonRecord(
            id: try UUID(stored: id, in: "daemon"), role: role,
            owner: Owner(machine: machine, host: host, pid: pid, stateDirectory: stateDirectory),
            labels: labels,
            version: version, startedAt: Date(microseconds: started), epoch: epoch,
            seenAt: seen.map(Date.init(microseconds:)), state: state, doing: doing)
    }
}

/// A mark as `pgvigil.claim_runs` takes it.
struct StoredMark: Encodable {
    private var job: String
    private var zone: String
    private var pattern: String
    private var until: Int64

    init(_ key: ScheduleKey, until: Date) {
        job = key.job
        zone = key.zone
        pattern = key.pattern
        self.until = until.microseconds
    }
}

/// A run that is in the way, as `pgvigil.take_seats` gives it.
struct StoredBlocker: Decodable {
    private var run: String
    private var job: String
    private var seat: String
    private var has: Bool

    var blocker: TakeAnswer.Blocker { TakeAnswer.Blocker(run: run, job: job, seat: seat, has: has) }
}

extension UUID {
    init(stored text: String, in column: String) throws(CatalogFault) {
        guard let id = UUID(uuidString: text) else { throw .unknownValue(column: column, value: text) }
        self = id
    }
}
