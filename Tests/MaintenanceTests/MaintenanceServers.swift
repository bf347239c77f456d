import TestKit

/// What a server is set up for; one of each version and purpose serves all tests of this process.
enum ServerPurpose: Hashable {
    case anything
    /// Autovacuum comes at once, and freezes early.
    case freezing
    /// Slots, standbys and prepared transactions.
    case replication

    fileprivate var settings: [String: String] {
        switch self {
        case .anything: [:]
        case .freezing:
            [
                "autovacuum_naptime": "1s", "autovacuum_freeze_max_age": "100000",
                "vacuum_freeze_min_age": "0",
                "vacuum_freeze_table_age": "0",
            ]
        case .replication:
            [
                "wal_level": "logical", "max_wal_senders": "4", "hot_standby": "on",
                "max_prepared_transactions": "4",
            ]
        }
    }
}

/// The servers of these tests, each started once, however many tests ask at the same time.
actor MaintenanceServers {
    static let all = MaintenanceServers()

    private struct Key: Hashable {
        var version: Int?
        var purpose: ServerPurpose
    }

    private var starts: [Key: Task<TemporaryServer, any Error>] = [:]

    func server(_ version: Int?, _ purpose: ServerPurpose) async throws -> TemporaryServer {
        if purpose == .anything { return try await TemporaryServer.shared(version: version) }
        let key = Key(version: version, purpose: purpose)
        if let start = starts[key] { return try await start.value }
        let start = Task {
            try await TemporaryServer.start(
                version: version, settings: purpose.settings,
                authentication: ["local all all trust", "local replication all trust"])
        }
        starts[key] = start
        return try await start.value
    }
}
