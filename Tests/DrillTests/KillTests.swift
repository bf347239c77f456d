import ArchiveFormat
import Databases
import Engine
import Faults
import FoundationEssentials
import Glibc
import Jobs
import Measures
import Postgres
import TestKit
import Testing

@Suite(.enabled(if: SecondProcess.part == nil)) struct `A drill that is killed` {
    @Test(arguments: ["check-set", "server", "globals", "create", "restore", "analyze", "prove", "report"])
    func `leaves no server and no folder behind once the next one begins`(step: String) async throws {
        let (bench, _) = try await SavedDatabase.small(15).copied("small")
        let other = try Self.start(bench, step, location: "throwaway")
        #expect(try await SecondProcess.appears(bench.folder.path + "/ready"))
        let hasServer = step != "check-set" && step != "server"
        let clusters = try Self.clusters(bench)
        #expect(clusters.count == (hasServer ? 1 : 0))
        let processes = Self.processes(below: bench.drills)
        #expect(processes.isEmpty != hasServer)
        other.kill()
        // What every drill begins with.
        let drilled = try await bench.drill(DrillSpec(proof: .rows, amcheck: false))
        #expect(drilled.reports.map(\.verdict) == [.proven], "\(drilled)")
        #expect(try Self.clusters(bench) == [])
        #expect(try await Fact.comes { processes.allSatisfy { !ProcessTable.lives($0) } })
        #expect(try bench.folder.names("store/.incoming").compactMap(UUID.init(uuidString:)) == [])
    }

    @Test(.serialized, arguments: ["restore", "prove"])
    func `leaves no database on a target's server`(step: String) async throws {
        let server = try await Sources.shared.server(15)
        let (bench, _) = try await SavedDatabase.small(15).copied("small")
        let other = try Self.start(bench, step, location: server.cluster.socketDirectory)
        #expect(try await SecondProcess.appears(bench.folder.path + "/ready"))
        let made = try await Self.drillDatabases(server)
        #expect(!made.isEmpty)
        other.kill()
        // Its daemon's next start has ended the run by then.
        for name in made { try await Self.recordDead(name, in: bench.book) }
        let drilled = try await bench.drill(DrillSpec(location: .target("main"), amcheck: false))
        #expect(drilled.reports.map(\.verdict) == [.proven], "\(drilled)")
        let left = try await Self.drillDatabases(server)
        #expect(left.filter(made.contains) == [])
    }

    /// Writes down that the run is over that made a database.
    private static func recordDead(_ database: String, in book: MemoryRunBook) async throws {
        let prefix = database.dropFirst("pgvigil_drill_".count).prefix(8)
        let id = try #require(UUID(uuidString: "\(prefix)-0000-4000-8000-000000000000"))
        let owner = Owner(machine: "m", host: "h", pid: 1, stateDirectory: "/state")
        _ = try await book.begin(
            RunRecord(
                id: id, job: "tested", kind: .drill, trigger: .hand, owner: owner, state: .running,
                startedAt: RealClock.now))
        try await book.end(id, lease: nil, outcome: .failed, summary: "killed", at: RealClock.now)
    }

    private static func start(_ bench: Bench, _ step: String, location: String) throws -> SecondProcess {
        try SecondProcess(
            part: "DrilledPart", tell: ["folder": bench.folder.path, "step": step, "location": location])
    }

    private static func clusters(_ bench: Bench) throws -> [String] {
        guard FileManager.default.fileExists(atPath: bench.drills) else { return [] }
        return try bench.folder.names("state/drills").filter { $0.hasPrefix("c-") }
    }

    /// Processes that work in a folder or are called with it.
    private static func processes(below folder: String) -> [ProcessTable.Entry] {
        ProcessTable().entries.filter { entry in
            entry.directory.hasPrefix(folder) || entry.arguments.contains { $0.contains(folder) }
        }
    }

    private static func drillDatabases(_ server: TemporaryServer) async throws -> [String] {
        let connection = try await Connection.open(server.connectionInfo().options())
        let names = try await connection.query(
            "SELECT datname AS name FROM pg_catalog.pg_database WHERE datname LIKE 'pgvigil\\_drill\\_%'"
        ).texts("name")
        await connection.close()
        return names
    }
}

/// The other process of the tests above.
@Suite(.enabled(if: SecondProcess.part == "DrilledPart")) struct DrilledPart {
    /// Tells when a step begins, and lets it go no further.
    private struct Stop: RunObserver {
        var step: String
        var ready: String

        func observe(_ note: RunNote) {
            guard case .stepStarted(let record) = note, record.name.rawValue == step else { return }
            close(open(ready, O_WRONLY | O_CREAT, 0o600))
            while true { pause() }
        }
    }

    @Test func `drills until it is killed`() async throws {
        let folder = Folder(existing: SecondProcess.told("folder"))
        let location = SecondProcess.told("location")
        let connection = ConnectionInfo(parameters: [
            .init("host", location), .init("user", LocalCluster.superuser), .init("dbname", "postgres"),
        ])
        let bench = await Bench(
            folder, targets: [Target(name: "main", connection: connection, origin: "a test")],
            versions: [15],
            observer: Stop(step: SecondProcess.told("step"), ready: folder.path + "/ready"))
        _ = try await bench.drill(
            DrillSpec(location: location == "throwaway" ? .throwaway : .target("main")))
    }
}
