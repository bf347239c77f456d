package import Engine
package import Faults
package import Jobs
import Postgres

/// The real servers to restore into: throwaway clusters below one folder of this machine, and targets.
package struct RestoreServers: RestorePort {
    private let binaries: @Sendable () async -> [ServerBinaries]
    private let base: String
    private let connectLimit: Duration

    /// The first of these names that is free becomes the role that we are in a throwaway cluster. Its own roles are
    /// made there under their names, and who has one with a space in it that is called like a program of backups?
    private static let roles = ["pgvigil drill", "pgvigil drill 2", "pgvigil drill 3"]

    /// - Parameters:
    ///   - binaries: What ``ServerBinaries/find(extraDirectories:path:)`` found.
    ///   - base: An absolute path to a folder for throwaway clusters and their templates only.
    ///   - connectLimit: The longest wait for one address of a target.
    package init(binaries: [ServerBinaries], base: String, connectLimit: Duration = .seconds(10)) {
        self.init(base: base, connectLimit: connectLimit) { binaries }
    }

    /// - Parameter binaries: Looks for them, when a cluster is to be made.
    package init(
        base: String, connectLimit: Duration, binaries: @escaping @Sendable () async -> [ServerBinaries]
    ) {
        self.binaries = binaries
        self.base = base
        self.connectLimit = connectLimit
    }

    package func startThrowaway(_ wish: ThrowawayWish) async throws(AnyFault) -> any RestoreServer {
        let found = await binaries()
        do throws(DatabasesFault) {
            let programs = try ServerBinaries.fitting(major: wish.major, among: found)
            let cluster = try await LocalCluster.throwaway(
                in: base, binaries: [programs],
                settings: DrillSettings.make(for: wish, major: programs.major), keepsTemplate: true)
            do throws(PostgresFault) {
                let role = try await Self.takeOver(cluster, wish)
                var info = cluster.connectionInfo(role: role)
                info["options"] = DrillSettings.sessionOptions(major: programs.major)
                return PostgresRestoreServer(info: info, cluster: cluster, connectLimit: connectLimit)
            } catch {
                // What cannot be removed now is found by the next sweep.
                try? await cluster.stop()
                throw DatabasesFault.server(error)
            }
        } catch {
            throw AnyFault(error)
        }
    }

    package func room() async throws(AnyFault) -> RestoreRoom {
        do throws(DatabasesFault) {
            return try await OwnThread.run { [base] () throws(DatabasesFault) in try Machine.room(at: base) }
        } catch {
            throw AnyFault(error)
        }
    }

    package func server(of target: Target) async throws(AnyFault) -> any RestoreServer {
        let info =
            target.connection["dbname"] == nil
            ? target.connection.with(database: "postgres") : target.connection
        return PostgresRestoreServer(info: info, cluster: nil, connectLimit: connectLimit)
    }

    package func sweep() async -> [String] { await LocalCluster.sweep(base) }

    /// Makes a superuser of our own, and gives the bootstrap role the name that it has on the saved server.
    ///
    /// A role cannot be renamed in a session of its own (`RenameRole` in `src/backend/commands/user.c`).
    private static func takeOver(
        _ cluster: LocalCluster, _ wish: ThrowawayWish
    ) async throws(PostgresFault) -> String {
        let taken = wish.savedRoles.union([wish.bootstrapRole, LocalCluster.superuser])
        let role = roles.first { !taken.contains($0) } ?? roles[0]
        let first = try await Connection.open(cluster.connectionInfo().options())
        try await first.query("CREATE ROLE \(SQLName.quote(role)) SUPERUSER LOGIN")
        await first.close()
        guard wish.bootstrapRole != LocalCluster.superuser else { return role }
        let second = try await Connection.open(cluster.connectionInfo(role: role).options())
        try await second.query(
            "ALTER ROLE \(SQLName.quote(LocalCluster.superuser)) RENAME TO \(SQLName.quote(wish.bootstrapRole))"
        )
        await second.close()
        return role
    }
}
