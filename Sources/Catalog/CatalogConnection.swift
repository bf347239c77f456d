import Postgres

/// A connection of the book, made anew when it is lost.
///
/// Every statement of the book may be repeated: it is written so that doing it twice does the same as once. So a
/// statement whose connection breaks is tried once more on a new one, whether or not it was done.
actor CatalogConnection {
    private let options: ConnectionOptions
    private let admin: CatalogAdmin
    private let revive: @Sendable () async -> Void
    private var connection: Connection?

    /// - Parameter revive: Called when nobody answers, before the one other try.
    init(_ options: ConnectionOptions, admin: CatalogAdmin, revive: @escaping @Sendable () async -> Void) {
        self.options = options
        self.admin = admin
        self.revive = revive
    }

    /// Connects, so that what is wrong with the catalog shows before it is needed.
    func prepare() async throws(CatalogFault) {
        _ = try await live()
    }

    func query(_ sql: String, _ values: [SQLValue]) async throws(CatalogFault) -> Rows {
        let first = try await live()
        do throws(PostgresFault) {
            return try await first.query(sql, values)
        } catch .connectionLost {
            await drop(first)
        } catch {
            throw .server(error)
        }
        let second = try await live()
        do throws(PostgresFault) {
            return try await second.query(sql, values)
        } catch {
            throw .server(error)
        }
    }

    func close() async {
        if let connection { await drop(connection) }
    }

    private func live() async throws(CatalogFault) -> Connection {
        if let connection {
            if await connection.isOpen { return connection }
            await drop(connection)
        }
        let fresh = try await open()
        // The server may have been replaced by another while it was away.
        try await admin.check(fresh)
        // Another task may have connected while this one waited: one of the two is enough.
        if let connection, await connection.isOpen {
            await fresh.close()
            return connection
        }
        connection = fresh
        return fresh
    }

    private func open() async throws(CatalogFault) -> Connection {
        do throws(PostgresFault) {
            return try await Connection.open(options)
        } catch .unreachable {
            await revive()
            return try await options.openCatalog()
        } catch {
            throw .server(error)
        }
    }

    private func drop(_ lost: Connection) async {
        if connection === lost { connection = nil }
        await lost.close()
    }
}

extension ConnectionOptions {
    /// A connection whose faults are those of the catalog.
    func openCatalog() async throws(CatalogFault) -> Connection {
        do throws(PostgresFault) {
            return try await Connection.open(self)
        } catch {
            throw .server(error)
        }
    }
}
