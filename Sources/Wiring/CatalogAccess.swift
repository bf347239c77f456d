package import Catalog
import Databases
package import Engine
package import Faults
import Jobs
import Postgres

/// The way to pgvigil's own records: the embedded server while it is needed, or a server of the user's.
package struct CatalogAccess: Sendable {
    package let book: any RunBook
    private let admin: CatalogAdmin
    private let cluster: LocalCluster?

    /// Opens the catalog; the embedded server is started, and made if there is none.
    ///
    /// - Parameter migrating: Whether to bring it to this program's version; else it stays as it is.
    package static func open(_ configuration: LoadedConfiguration, migrating: Bool) async throws(AnyFault) -> CatalogAccess {
        let settings = configuration.settings
        var cluster: LocalCluster?
        let connection: ConnectionInfo
        switch settings.catalog {
        case .server(let info): connection = info
        case .embedded:
            let started = try await startEmbedded(settings)
            cluster = started
            connection = started.connectionInfo(database: "pgvigil")
        }
        do throws(CatalogFault) {
            let admin = CatalogAdmin(connection.options())
            if migrating { try await admin.migrate() }
            return CatalogAccess(book: CatalogBook(connection.options()), admin: admin, cluster: cluster)
        } catch {
            await stop(cluster)
            throw AnyFault(error)
        }
    }

    package func status() async throws(AnyFault) -> CatalogStatus {
        do throws(CatalogFault) { return try await admin.status() } catch { throw AnyFault(error) }
    }

    /// Lets the embedded server go; it stops when nobody else uses it.
    package func close() async { await Self.stop(cluster) }

    private static func startEmbedded(_ settings: Settings) async throws(AnyFault) -> LocalCluster {
        do throws(DatabasesFault) {
            return try await LocalCluster.ensureRunning(
                at: "\(settings.stateDirectory)/catalog",
                binaries: await ServerBinaries.find(extraDirectories: settings.clientDirectories), purpose: .catalog)
        } catch {
            throw AnyFault(error)
        }
    }

    private static func stop(_ cluster: LocalCluster?) async {
        // A server that does not stop is adopted by the next process; nothing of ours depends on it now.
        try? await cluster?.stop()
    }
}
