package import Engine
package import Faults
import FoundationEssentials

/// Opens the catalog when it is there, and tries again now and then while it is not.
///
/// A daemon that starts before the catalog's server, as at boot, must not be without a record for its whole life.
package actor CatalogKeeper {
    /// A catalog that is opened, with the record in it.
    package struct Opened: Sendable {
        package var catalog: JournaledBook.Catalog
        /// Nil where nobody asks for it.
        package var events: (any EventBook)?
        /// Lets it go.
        package var close: @Sendable () async -> Void

        package init(
            catalog: JournaledBook.Catalog, events: (any EventBook)? = nil,
            close: @escaping @Sendable () async -> Void
        ) {
            self.catalog = catalog
            self.events = events
            self.close = close
        }
    }

    /// A catalog that did not open is left alone for so long, since each try may take a connection's time limit.
    package static let pause = Duration.seconds(15)

    private let open: @Sendable () async throws(AnyFault) -> Opened
    private let uptime: @Sendable () -> Duration
    private var opened: Opened?
    private var lastTry: Duration?
    private var fault = AnyFault(
        code: "wiring.catalog-opening", summary: "the catalog is just being opened",
        remedy: "Wait a moment.", exitStatus: .undetermined, mayPass: true)

    /// - Parameter open: Opens the catalog and does what has to be done first in it.
    package init(
        uptime: @escaping @Sendable () -> Duration,
        open: @escaping @Sendable () async throws(AnyFault) -> Opened
    ) {
        self.uptime = uptime
        self.open = open
    }

    /// The catalog, opened where it is not.
    ///
    /// - Throws: Why it could not be opened, when it was tried last.
    package func catalog() async throws(AnyFault) -> JournaledBook.Catalog {
        if let opened { return opened.catalog }
        let now = uptime()
        if let lastTry, now - lastTry < Self.pause { throw fault }
        lastTry = now
        do throws(AnyFault) {
            let fresh = try await open()
            opened = fresh
            return fresh.catalog
        } catch {
            fault = error
            throw error
        }
    }

    /// What daemons agree by.
    ///
    /// - Throws: As ``catalog()``.
    package func daemons() async throws(AnyFault) -> any DaemonBook {
        guard let daemons = try await catalog().daemons else { throw fault }
        return daemons
    }

    /// Events and deliveries.
    ///
    /// - Throws: As ``catalog()``.
    package func events() async throws(AnyFault) -> any EventBook {
        _ = try await catalog()
        guard let events = opened?.events else { throw fault }
        return events
    }

    /// The record of traffic.
    ///
    /// - Throws: As ``catalog()``.
    package func traffic() async throws(AnyFault) -> any TrafficBook {
        guard let traffic = try await catalog().book as? any TrafficBook else { throw fault }
        return traffic
    }

    /// Lets the catalog go, if it was opened.
    package func close() async {
        await opened?.close()
        opened = nil
    }
}
