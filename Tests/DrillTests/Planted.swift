import Engine
import Faults
import Jobs
import Measures
import Synchronization

/// What a test does to a restored database, once, between its restore and its comparison.
struct Plant: Sendable {
    /// Performed one after the other in the restored database; each must succeed.
    var statements: [String]
}

/// The real servers, with something planted.
struct PlantedServers: RestorePort {
    let real: any RestorePort
    let plant: Plant

    func startThrowaway(_ wish: ThrowawayWish) async throws(AnyFault) -> any RestoreServer {
        PlantedServer(try await real.startThrowaway(wish), plant)
    }

    func server(of target: Target) async throws(AnyFault) -> any RestoreServer {
        PlantedServer(try await real.server(of: target), plant)
    }

    func room() async throws(AnyFault) -> RestoreRoom { try await real.room() }

    func sweep() async -> [String] { await real.sweep() }
}

/// A real server that plants when the restored database is asked its first question, which ends the recovery.
private final class PlantedServer: RestoreServer {
    private let real: any RestoreServer
    private let plant: Plant
    private let isPlanted = Mutex(false)

    init(_ real: any RestoreServer, _ plant: Plant) {
        self.real = real
        self.plant = plant
    }

    func ask(_ sql: String, in database: String, limit: Duration) async throws(AnyFault) -> QueryAnswer {
        let isFirst = isPlanted.withLock { planted in
            defer { planted = true }
            return !planted
        }
        if isFirst {
            let outcomes = try await real.perform(plant.statements, in: database)
            for (statement, outcome) in zip(plant.statements, outcomes) where outcome != .done {
                throw AnyFault(
                    code: "test.plant", summary: "\(statement): \(outcome)", remedy: "Mend the row.")
            }
        }
        return try await real.ask(sql, in: database, limit: limit)
    }

    func connection(to database: String) -> ConnectionInfo { real.connection(to: database) }

    func facts() async throws(AnyFault) -> RestoreServerFacts { try await real.facts() }

    func perform(_ statements: [String], in database: String) async throws(AnyFault) -> [StatementOutcome] {
        try await real.perform(statements, in: database)
    }

    func performTogether(_ statements: [String], in database: String) async throws(AnyFault) {
        try await real.performTogether(statements, in: database)
    }

    func state(of database: String) async throws(AnyFault) -> RestoredState {
        try await real.state(of: database)
    }

    func content(of table: CopySource, in database: String) async throws(AnyFault) -> ContentReading {
        try await real.content(of: table, in: database)
    }

    func rowCount(of table: CopySource, in database: String) async throws(AnyFault) -> Int64 {
        try await real.rowCount(of: table, in: database)
    }

    func largeObjects(in database: String) async throws(AnyFault) -> ContentReading {
        try await real.largeObjects(in: database)
    }

    func checkIndexes(in database: String) async throws(AnyFault) -> IndexReport? {
        try await real.checkIndexes(in: database)
    }

    func progress(of database: String) async -> RestoreReading? { await real.progress(of: database) }

    func sessions(in database: String) async throws(AnyFault) -> [ServerSession] {
        try await real.sessions(in: database)
    }

    func disconnectOthers(from database: String) async throws(AnyFault) {
        try await real.disconnectOthers(from: database)
    }

    func diskUsed() async -> ByteCount? { await real.diskUsed() }

    func stop() async { await real.stop() }
}
