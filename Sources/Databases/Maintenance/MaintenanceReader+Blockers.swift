import Policy
import Postgres

/// Reading who holds rows back.
extension MaintenanceReader {
    /// The oldest first; and how many sessions the role may not look into.
    func blockers(olderThan age: Duration) async throws(PostgresFault) -> (found: [Blocker], hidden: Int) {
        var found = try await sessions(olderThan: age).map(\.blocker)
        for row in try await connection.query(MaintenanceQueries.prepared) {
            found.append(
                Blocker(
                    kind: .prepared, name: try row.text("name"), user: try row.text("role"),
                    database: try row.text("database"), seconds: try row.number("seconds"),
                    xidAge: try row.integer("age")))
        }
        for row in try await connection.query(MaintenanceQueries.slots) {
            found.append(
                Blocker(
                    kind: .slot, pid: try row.pid(), name: try row.text("name"),
                    xidAge: try row.integer("age"), catalogsOnly: try row.boolean("catalogs")))
        }
        let hidden = try await connection.query(MaintenanceQueries.hidden).one().integer("hidden")
        found.sort { ($0.xidAge, $0.seconds ?? 0, $0.name) > ($1.xidAge, $1.seconds ?? 0, $1.name) }
        return (found, Int(hidden))
    }

    /// A session, and whether it has a snapshot and not only an id of its own.
    struct OldSession {
        var blocker: Blocker
        var hasSnapshot: Bool
    }

    func sessions(olderThan age: Duration) async throws(PostgresFault) -> [OldSession] {
        try await connection.query(MaintenanceQueries.snapshots, [.number(age / .seconds(1))]).map {
            row throws(PostgresFault) in
            let name = try row.text("name")
            let isSender = try row.text("type") == "walsender"
            return OldSession(
                blocker: Blocker(
                    kind: isSender ? .standby : Self.isDump(name) ? .dump : .snapshot, pid: try row.pid(),
                    name: name, user: try row.text("role"),
                    database: isSender ? nil : try row.optionalText("database"),
                    seconds: try row.optionalText("seconds") == nil ? nil : row.number("seconds"),
                    xidAge: try row.integer("age")),
                hasSnapshot: try row.boolean("snapshot"))
        }
    }

    /// pg_dump, and ours, which gives the job's name.
    static func isDump(_ application: String) -> Bool {
        application == "pg_dump" || application == "pg_dumpall" || application.hasPrefix("pgvigil/")
    }
}

extension Rows.Row {
    /// A process; nil for NULL.
    fileprivate func pid() throws(PostgresFault) -> Int32? {
        try optionalInteger("pid").map { Int32(truncatingIfNeeded: $0) }
    }
}
