import Postgres

/// The book's connections: one while calls come one at a time, a few more while they come at once.
///
/// A commit waits for the disk, and the server syncs those that come together only once: several runs that end at the
/// same moment are recorded in the time of one.
actor CatalogConnections {
    /// More calls than this wait for each other.
    private static let max = 4

    private let make: @Sendable () -> CatalogConnection
    private var all: [(connection: CatalogConnection, calls: Int)] = []

    /// - Parameter make: Makes one that connects when it is first used.
    init(_ make: @escaping @Sendable () -> CatalogConnection) {
        self.make = make
    }

    /// Connects, so that what is wrong with the catalog shows before it is needed.
    func prepare() async throws(CatalogFault) {
        let place = borrow()
        defer { all[place].calls -= 1 }
        try await all[place].connection.prepare()
    }

    /// Runs a statement over the least busy one; see ``CatalogConnection/query(_:_:)``.
    func query(_ sql: String, _ values: [SQLValue]) async throws(CatalogFault) -> Rows {
        let place = borrow()
        defer { all[place].calls -= 1 }
        return try await all[place].connection.query(sql, values)
    }

    func close() async {
        for entry in all { await entry.connection.close() }
    }

    /// The first that is idle, a new one, or the least busy.
    private func borrow() -> Int {
        var place = all.indices.min { (all[$0].calls, $0) < (all[$1].calls, $1) } ?? 0
        if all.isEmpty || (all[place].calls > 0 && all.count < Self.max) {
            all.append((make(), 0))
            place = all.count - 1
        }
        all[place].calls += 1
        return place
    }
}
