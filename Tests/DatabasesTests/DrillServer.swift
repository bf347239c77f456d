import Databases
import Engine
import Faults
import FoundationEssentials
import Measures
import Postgres
import TestKit

/// A throwaway server of one test, below a folder of its own.
final class DrillServer: Sendable {
    let scratch: Scratch
    let port: RestoreServers
    let server: any RestoreServer

    init(version: Int, bootstrapRole: String = "postgres", savedRoles: Set<String> = []) async throws {
        scratch = try Scratch()
        port = RestoreServers(binaries: await TemporaryServer.installed(), base: scratch.directory)
        server = try await port.startThrowaway(
            Self.wish(version, bootstrapRole: bootstrapRole, savedRoles: savedRoles))
    }

    static func wish(
        _ version: Int, bootstrapRole: String = "postgres", savedRoles: Set<String> = []
    ) -> ThrowawayWish {
        ThrowawayWish(
            major: version, bootstrapRole: bootstrapRole, memory: ByteCount(256 << 20), workers: 2,
            savedRoles: savedRoles)
    }

    /// Performs statements that must all succeed.
    func perform(_ statements: String..., in database: String = "postgres") async throws {
        for (statement, outcome) in zip(statements, try await server.perform(statements, in: database))
        where outcome != .done {
            throw Scratch.Failure(reason: "\(statement): \(outcome)")
        }
    }

    /// The first column of the only row.
    func value(_ sql: String, in database: String = "postgres") async throws -> String? {
        try await server.ask(sql, in: database, limit: .seconds(60)).value
    }

    /// The only folder of a cluster below.
    func clusterFolder() throws -> String {
        guard let name = try scratch.names().first(where: { $0.hasPrefix("c-") }) else {
            throw Scratch.Failure(reason: "no cluster")
        }
        return scratch.directory + "/" + name
    }
}
