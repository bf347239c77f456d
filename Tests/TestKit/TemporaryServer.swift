#if canImport(Databases)
package import Databases
import FoundationEssentials
import Glibc
package import Jobs
import Synchronization

/// A real PostgreSQL server for tests, private to this process and gone with it.
///
/// Servers are found in the folders of `PGVIGIL_TEST_SERVERS` (separated by colons; `scripts/servers` fills them) and
/// where Debian puts them. One per major version is shared by all tests; each test takes a database of its own. What a
/// killed test process left behind is removed when the next one starts its first server.
package final class TemporaryServer: Sendable {
    package let cluster: LocalCluster
    private let databasesMade = Atomic<Int>(0)

    private init(_ cluster: LocalCluster) {
        self.cluster = cluster
    }

    /// The installations that are here, one per major version, the oldest first.
    package static func installed() async -> [ServerBinaries] {
        let folders = (ProcessInfo.processInfo.environment["PGVIGIL_TEST_SERVERS"] ?? "").split(
            separator: ":")
        let found = await ServerBinaries.find(extraDirectories: folders.map(String.init))
        return Dictionary(found.map { ($0.major, $0) }, uniquingKeysWith: { first, _ in first })
            .values.sorted { $0.major < $1.major }
    }

    /// The major versions that are here, for the arguments of a test.
    package static func versions() async -> [Int] {
        await installed().map(\.major)
    }

    /// The server that all tests of this process share; nil takes the oldest version that is here.
    package static func shared(version: Int? = nil) async throws -> TemporaryServer {
        try await registry.server(version)
    }

    /// A server of one test's own, for tests that stop it, fill its connections or change its rules.
    ///
    /// It ends with the process at the latest; `cluster.stop()` ends it sooner.
    package static func start(
        version: Int? = nil, settings: [String: String] = [:],
        authentication: [String] = ["local all all trust"]
    ) async throws -> TemporaryServer {
        let binaries = await installed().filter { version == nil || $0.major == version }
        let cluster = try await LocalCluster.throwaway(
            binaries: Array(binaries.prefix(1)), settings: settings, authentication: authentication)
        stopAtExit(cluster)
        return TemporaryServer(cluster)
    }

    /// The way to the server as its superuser.
    package func connectionInfo(database: String = "postgres") -> ConnectionInfo {
        cluster.connectionInfo(database: database)
    }

    /// A name for a database that no other test of this process has; the caller creates it.
    package func newDatabaseName() -> String {
        "test_\(databasesMade.add(1, ordering: .relaxed).newValue)"
    }

    // MARK: The end of the process

    private static let registry = Registry()
    private static let running = Mutex<[LocalCluster]>([])

    private static func stopAtExit(_ cluster: LocalCluster) {
        let isFirst = running.withLock { running in
            running.append(cluster)
            return running.count == 1
        }
        guard isFirst else { return }
        atexit {
            for cluster in TemporaryServer.running.withLock({ $0 }) {
                // Nothing is left to do about it here; the next test process sweeps.
                try? cluster.stopBlocking()
            }
        }
    }

    /// Starts each version once, however many tests ask at the same time.
    private actor Registry {
        private var starts: [Int: Task<TemporaryServer, any Error>] = [:]

        func server(_ version: Int?) async throws -> TemporaryServer {
            let key = version ?? 0
            if let start = starts[key] { return try await start.value }
            let start = Task { try await TemporaryServer.start(version: version) }
            starts[key] = start
            return try await start.value
        }
    }
}
#endif
