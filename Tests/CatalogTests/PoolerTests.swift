import Catalog
import Databases
import FoundationEssentials
import Glibc
import Jobs
import Postgres
import TestKit
import Testing

/// PgBouncer gives each transaction any of its connections, so whatever lasts longer than one is lost or stays behind.
@Suite(.enabled(if: Pooler.program != nil, "needs the package pgbouncer"))
struct `The catalog behind a pooler` {
    @Test func `is made, and does what every record does`() async throws {
        let server = try await TemporaryServer.shared()
        let pooler = try Pooler(server)
        let database = server.newDatabaseName()
        // A pooler has no database that does not exist yet to connect to.
        try await Connection.open(server.connectionInfo().options()).query("CREATE DATABASE \(database)")
        var options = server.connectionInfo(database: database).options()
        options.parameters.append(("host", pooler.directory))
        // PgBouncer refuses start-up parameters that it does not know.
        options.parameters.append(("options", ""))
        #expect(
            try await Fact.comes {
                FileManager.default.fileExists(atPath: pooler.directory + "/.s.PGSQL.5432")
            })
        let book = try await CatalogBook.open(options)
        let expire = try await expiry(options)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for check in RunBookConformance.allCases { group.addTask { try await check.check(book) } }
            for check in DaemonBookConformance.allCases {
                group.addTask { try await check.check(book, expire: expire) }
            }
            try await group.waitForAll()
        }
        #expect(try await CatalogAdmin(options).migrate() == [])
    }
}

/// A pooler in transaction mode in front of a server, on a socket of its own; gone with the object.
private final class Pooler {
    static let program = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    let directory: String
    private let process: ChildRun

    init(_ server: TemporaryServer) throws {
        directory =
            FileManager.default.temporaryDirectory.path + "/pgvigil-pooler-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        chmod(directory, 0o777)
        let settings = """
            [databases]
            * = host=\(server.cluster.socketDirectory) port=\(server.cluster.port) user=\(LocalCluster.superuser)
            [pgbouncer]
            listen_addr =
            listen_port = \(server.cluster.port)
            unix_socket_dir = \(directory)
            auth_type = any
            pool_mode = transaction
            default_pool_size = 4
            """
        try settings.write(toFile: directory + "/pooler.ini", atomically: true, encoding: .utf8)
        // It does not run as root either.
        let user = geteuid() == 0 ? ["-u", "postgres"] : []
        process = try ChildRun(
            [Self.program ?? ""] + user + ["-q", directory + "/pooler.ini"], environment: [:])
    }

    deinit {
        // Nothing depends on a folder in /tmp that stays.
        try? FileManager.default.removeItem(atPath: directory)
    }
}
