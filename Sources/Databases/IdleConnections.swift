import Postgres

/// Connections that wait for the next table to be read, by database.
actor IdleConnections {
    private var waiting: [String: [Connection]] = [:]
    /// Rises when all are closed, so that one that was in use meanwhile is not kept.
    private var era = 0
    private static let idleMax = 16

    /// A connection to use, if there is one, and the era to give it back with.
    func take(_ database: String) -> (connection: Connection?, era: Int) {
        (waiting[database]?.popLast(), era)
    }

    /// Keeps a connection for the next one, or closes it where nobody may want it any more.
    func giveBack(_ connection: Connection, to database: String, era: Int) async {
        let count = waiting.values.reduce(0) { $0 + $1.count }
        guard era == self.era, count < Self.idleMax, await connection.isOpen, era == self.era else {
            await connection.close()
            return
        }
        waiting[database, default: []].append(connection)
    }

    /// Closes all that nobody uses now, and lets none come back that was taken before.
    func closeAll() async {
        era += 1
        let all = waiting.values.joined()
        waiting = [:]
        for connection in all { await connection.close() }
    }
}
