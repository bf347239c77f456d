#if canImport(Databases)
import Databases
import FoundationEssentials
import Glibc
package import Jobs

/// PgBouncer in transaction mode in front of a server, on a socket of its own; gone with the object.
package final class Pooler: Sendable {
    /// Where the program is; nil where the package is not installed.
    package static let program = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    /// The folder of its socket.
    package let directory: String
    private let process: ChildRun

    /// Starts it; ``isReady`` tells when it may be asked.
    package init(_ server: TemporaryServer) throws {
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

    /// Whether it takes connections.
    package var isReady: Bool { FileManager.default.fileExists(atPath: directory + "/.s.PGSQL.5432") }

    /// The same database, by way of the pooler.
    package func through(_ info: ConnectionInfo) -> ConnectionInfo {
        // PgBouncer refuses start-up parameters that it does not know.
        ConnectionInfo(
            parameters: info.parameters.filter { !["host", "options"].contains($0.keyword) } + [
                .init("host", directory)
            ])
    }
}
#endif
