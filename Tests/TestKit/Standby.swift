#if canImport(Databases)
package import Databases
import Glibc
package import Jobs

/// A standby of a private cluster, in a folder of its own below /tmp.
package final class Standby: Sendable {
    /// The way to it as its superuser.
    package let connectionInfo: ConnectionInfo
    private let folder: String
    private let user: String
    private let binaries: String

    /// Copies the primary, and starts the copy as its standby.
    ///
    /// - Throws: ``Refusal`` with what the programs said.
    package init(of primary: LocalCluster) async throws {
        var status = stat()
        guard stat("\(primary.directory)/data", &status) == 0, let owner = getpwuid(status.st_uid) else {
            throw Refusal(command: ["stat", primary.directory], output: "it has no owner")
        }
        user = String(cString: owner.pointee.pw_name)
        binaries = primary.binaries.directory
        let made = try await Self.run(user, ["mktemp", "-d", "/tmp/pgvigil-standby.XXXXXX"])
        folder = String(made.split(separator: "\n").first ?? "")
        var info = primary.connectionInfo()
        info["host"] = folder
        connectionInfo = info
        do {
            try await Self.run(
                user,
                [
                    "\(binaries)/pg_basebackup", "--pgdata=\(folder)/data", "--write-recovery-conf",
                    "--checkpoint=fast", "--host=\(primary.socketDirectory)", "--port=\(primary.port)",
                    "--username=\(LocalCluster.superuser)",
                ])
            try await Self.run(
                user,
                [
                    "\(binaries)/pg_ctl", "start", "--wait", "--pgdata=\(folder)/data", "--log=\(folder)/log",
                    "--options=-c unix_socket_directories=\(folder) -c hot_standby=on "
                        + "-c listen_addresses= -c max_connections=200 -c max_prepared_transactions=4",
                ])
        } catch {
            // The server's own words are in its log, which is removed with the folder; there may be none yet.
            let log = try? await Self.run(user, ["cat", "\(folder)/log"])
            remove()
            throw Refusal(command: ["pg_ctl"], output: "\(error)\n\(log ?? "")")
        }
    }

    /// Stops it and removes its folder; a second call does nothing.
    package func remove() {
        let stop = ["\(binaries)/pg_ctl", "stop", "--mode=immediate", "--pgdata=\(folder)/data"]
        for command in [stop, ["rm", "-rf", folder]] {
            // Whether it runs at all does not matter here.
            _ = try? Self.start(user, command).endBlocking()
        }
    }

    @discardableResult
    private static func run(_ user: String, _ command: [String]) async throws -> String {
        let end = try await start(user, command).end()
        guard end.status == 0 else { throw Refusal(command: command, output: end.description) }
        return end.output
    }

    private static func start(_ user: String, _ command: [String]) throws -> ChildRun {
        let path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        return try ChildRun(
            getuid() == 0 ? ["runuser", "-u", user, "--"] + command : command, environment: ["PATH": path])
    }

    /// A program that did not do what it was asked.
    package struct Refusal: Error {
        package var command: [String]
        package var output: String
    }
}
#endif
