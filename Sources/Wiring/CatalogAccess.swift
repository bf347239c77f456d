package import Catalog
import Databases
import Engine
package import Faults
import Jobs
import Postgres

/// The way to pgvigil's own records: the embedded server while it is needed, or a server of the user's.
package struct CatalogAccess: Sendable {
    private let connection: ConnectionInfo
    private let cluster: LocalCluster?

    /// Finds the catalog; the embedded server is started, and made if there is none.
    ///
    /// - Parameter path: The value of PATH, where the server's programs are looked for last.
    package static func open(_ configuration: LoadedConfiguration, path: String) async throws(AnyFault)
        -> CatalogAccess
    {
        let settings = configuration.settings
        switch settings.catalog {
        case .server(let info): return CatalogAccess(connection: info, cluster: nil)
        case .embedded:
            let cluster = try await startEmbedded(settings, path)
            return CatalogAccess(connection: cluster.connectionInfo(database: "pgvigil"), cluster: cluster)
        }
    }

    /// The record of outcomes, brought to this program's version first.
    package func book() async throws(AnyFault) -> CatalogBook {
        let cluster = cluster
        do throws(CatalogFault) {
            // A server that does not come up again is reported by the statement that needs it.
            return try await CatalogBook.open(connection.options(), revive: { try? await cluster?.revive() })
        } catch {
            throw AnyFault(error)
        }
    }

    /// Events and deliveries; connects when it is first used.
    package func events() -> CatalogEvents {
        // As with the record.
        CatalogEvents(connection.options(), revive: { [cluster] in try? await cluster?.revive() })
    }

    /// What is there; changes nothing.
    package func status() async throws(AnyFault) -> CatalogView {
        do throws(CatalogFault) {
            return CatalogView(try await CatalogAdmin(connection.options()).status())
        } catch {
            throw AnyFault(error)
        }
    }

    /// Brings the catalog to this program's version.
    package func migrate() async throws(AnyFault) {
        do throws(CatalogFault) {
            _ = try await CatalogAdmin(connection.options()).migrate()
        } catch {
            throw AnyFault(error)
        }
    }

    /// Lets the embedded server go; it stops when nobody else uses it.
    package func close() async {
        // A server that does not stop is adopted by the next process; nothing of ours depends on it now.
        try? await cluster?.stop()
    }

    private static func startEmbedded(_ settings: Settings, _ path: String) async throws(AnyFault)
        -> LocalCluster
    {
        do throws(DatabasesFault) {
            return try await LocalCluster.ensureRunning(
                at: "\(settings.stateDirectory)/catalog",
                binaries: await ServerBinaries.find(extraDirectories: settings.clientDirectories, path: path),
                purpose: .catalog)
        } catch {
            throw AnyFault(error)
        }
    }
}
