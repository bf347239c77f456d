import ArchiveFormat
import Databases
package import Engine
package import Faults
import FoundationEssentials
import Glibc
import Jobs
import Postgres

/// A private PostgreSQL with a sample shop, and everything of pgvigil in one folder that is gone afterwards.
package struct Demo: Sendable {
    /// The folder of everything: settings, state and store.
    package let directory: String
    package let configuration: LoadedConfiguration
    private let cluster: LocalCluster

    /// Starts the server and loads the shop; `report` is told how far that is.
    package static func start(
        _ surroundings: Surroundings, report: @Sendable (Int, Int) -> Void
    ) async throws(AnyFault) -> Demo {
        let binaries = await ServerBinaries.find(path: surroundings.searchPath)
        let cluster: LocalCluster
        do throws(DatabasesFault) {
            cluster = try await LocalCluster.throwaway(binaries: binaries)
        } catch {
            throw AnyFault(error)
        }
        do {
            try await loadShop(cluster, report)
            let directory = try makeFolder(in: cluster)
            return try build(directory, cluster, surroundings)
        } catch {
            // The fault that is thrown is the one to read; a server left behind is swept by the next start.
            try? await cluster.stop()
            throw error
        }
    }

    /// Stops the server, and removes its folder with everything in it.
    package func remove() async {
        // The embedded catalog has stopped with its last user by now; what cannot be stopped is swept by the next start.
        try? await cluster.stop()
    }

    /// Copies a set's archive beside the store and changes one bit of its data.
    ///
    /// - Returns: The path of the copy and the byte that was changed.
    package func plantFlip(in set: StoredSet) throws(AnyFault) -> (path: String, offset: Int) {
        let copy = "\(directory)/flipped.dump"
        let path = "\(set.directory)/\(set.manifest.archive)"
        guard var bytes = FileManager.default.contents(atPath: path).map(Array.init), !bytes.isEmpty else {
            throw AnyFault(WiringFault.unreadable(path: path, why: "it is missing or empty"))
        }
        let offset = bytes.count / 2
        bytes[offset] ^= 0x10
        do {
            try Data(bytes).write(to: URL(filePath: copy))
        } catch {
            throw AnyFault(WiringFault.unreadable(path: copy, why: "it cannot be written"))
        }
        return (copy, offset)
    }

    /// What ``plantRule()`` runs.
    package static var rule: String { Shipped.rule }

    /// Adds a constraint to the shop that holds, that pg_dump saves, and with which no restore brings the table back: its
    /// function names another table without its schema.
    package func plantRule() async throws(AnyFault) {
        do throws(PostgresFault) {
            let shop = try await Connection.open(
                cluster.connectionInfo(database: "medusa_store").options(statementLimit: .seconds(60)))
            try await shop.run(script: Shipped.rule)
            await shop.close()
        } catch {
            throw AnyFault(error)
        }
    }

    /// The name of what ``plantBloat()`` adds; its index is called `visit_by_session`.
    package static let bloated = "visit"

    /// Adds a table with an index to the shop, and deletes nine in ten of its rows, which nobody cleans up: the files keep
    /// their sizes. All else in the shop is as after a good night.
    package func plantBloat() async throws(AnyFault) {
        do throws(PostgresFault) {
            let shop = try await Connection.open(
                cluster.connectionInfo(database: "medusa_store").options(statementLimit: .seconds(60)))
            for statement in Shipped.bloat.split(separator: "\n-- next\n") {
                try await shop.run(script: String(statement))
            }
            await shop.close()
        } catch {
            throw AnyFault(error)
        }
    }

    private static func loadShop(_ cluster: LocalCluster, _ report: (Int, Int) -> Void) async throws(AnyFault)
    {
        do throws(PostgresFault) {
            let admin = try await Connection.open(cluster.connectionInfo().options())
            try await admin.run(script: "create database medusa_store")
            await admin.close()
            let shop = try await Connection.open(
                cluster.connectionInfo(database: "medusa_store").options(statementLimit: .seconds(300)))
            let statements = Shipped.shop.split(separator: "\n-- next\n").map(String.init)
            for (index, statement) in statements.enumerated() {
                report(index, statements.count)
                try await shop.run(script: statement)
            }
            await shop.close()
        } catch {
            throw AnyFault(error)
        }
    }

    /// The folder lies in that of the private server, so that both are swept if the program is killed.
    private static func makeFolder(in cluster: LocalCluster) throws(AnyFault) -> String {
        let path = "\(cluster.directory)/demo"
        // The embedded catalog may run as another user, who must be able to pass.
        guard mkdir(path, 0o711) == 0, chmod(path, 0o711) == 0 else {
            throw AnyFault(WiringFault.unreadable(path: path, why: "it cannot be made"))
        }
        return path
    }

    private static func build(
        _ directory: String, _ cluster: LocalCluster, _ surroundings: Surroundings
    ) throws(AnyFault) -> Demo {
        var quoted = cluster.connectionInfo(database: "medusa_store").conninfo
        quoted = quoted.replacing("\"", with: "\\\"")
        let settings = """
            state: \(directory)/state
            stores: {local: \(directory)/store}
            targets:
              shop:
                url: "\(quoted)"
                databases: [medusa_store]

            """
        do {
            try settings.write(toFile: "\(directory)/pgvigil.yaml", atomically: true, encoding: .utf8)
            try FileManager.default.createDirectory(
                atPath: "\(directory)/jobs", withIntermediateDirectories: true)
            try FileManager.default.createDirectory(
                atPath: "\(directory)/cron", withIntermediateDirectories: true)
            for job in Shipped.jobs {
                try job.text.write(
                    toFile: "\(directory)/jobs/\(job.name).yaml", atomically: true, encoding: .utf8)
            }
            try Shipped.nights.write(
                toFile: "\(directory)/cron/nights.cron", atomically: true, encoding: .utf8)
        } catch {
            throw AnyFault(WiringFault.unreadable(path: directory, why: "it cannot be written"))
        }
        do throws(FaultList) {
            let configuration = try ConfigurationLoader(surroundings: surroundings, directory: directory)
                .load()
            return Demo(directory: directory, configuration: configuration, cluster: cluster)
        } catch {
            throw error.faults[0]
        }
    }
}
