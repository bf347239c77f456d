import ArchiveFormat
package import Engine
package import Faults
package import Jobs
import Measures
import Postgres

/// Asks a target's server what a backup must know of it, read-only, with a connection per question.
package struct ServerProbe: ServerPort {
    let connectLimit: Duration
    let statementLimit: Duration
    /// The oldest major version that is supported.
    package static let majorMin = 12

    /// A probe that waits so long for an address, and for a statement.
    package init(connectLimit: Duration = .seconds(10), statementLimit: Duration = .seconds(60)) {
        self.connectLimit = connectLimit
        self.statementLimit = statementLimit
    }

    package func facts(of target: Target) async throws(AnyFault) -> ServerFacts {
        let info =
            target.connection["dbname"] == nil
            ? target.connection.with(database: "postgres") : target.connection
        do throws(DatabasesFault) {
            return try await ask(info) { connection, _ throws(PostgresFault) in
                try await Self.server(connection)
            }
        } catch {
            throw AnyFault(error)
        }
    }

    package func facts(of target: Target, database: String) async throws(AnyFault) -> DatabaseFacts {
        do throws(DatabasesFault) {
            return try await ask(target.connection.with(database: database)) {
                connection, major throws(PostgresFault) in
                try await Self.database(connection, database, major: major)
            }
        } catch {
            throw AnyFault(error)
        }
    }

    // MARK: Connections

    private func ask<Facts: Sendable>(
        _ info: ConnectionInfo, _ question: @Sendable (Connection, Int) async throws(PostgresFault) -> Facts
    ) async throws(DatabasesFault) -> Facts {
        var options = info.options(statementLimit: statementLimit)
        options.connectLimit = connectLimit
        let connection: Connection
        let facts: Facts
        do throws(PostgresFault) {
            connection = try await Connection.open(options)
        } catch {
            throw .server(error)
        }
        let number = await connection.serverVersion
        guard number / 10_000 >= Self.majorMin else {
            throw .serverTooOld(address: connection.address, version: Self.render(number))
        }
        do throws(PostgresFault) {
            facts = try await question(connection, number / 10_000)
        } catch {
            throw .server(error)
        }
        await connection.close()
        return facts
    }

    /// `server_version_num` as people write it: 90624 is 9.6.24, 110022 is 11.22 (manual, `PQserverVersion`).
    static func render(_ number: Int) -> String {
        number >= 100_000
            ? "\(number / 10_000).\(number % 10_000)"
            : "\(number / 10_000).\(number / 100 % 100).\(number % 100)"
    }

    /// A transaction that sees one state, changes nothing, and finds only what is the system's own.
    static func reading<Facts: Sendable>(
        _ connection: Connection, _ body: @Sendable (Transaction) async throws(PostgresFault) -> Facts
    ) async throws(PostgresFault) -> Facts {
        try await connection.transaction(mode: "ISOLATION LEVEL REPEATABLE READ, READ ONLY") {
            transaction throws(PostgresFault) in
            try await transaction.query(ProbeQueries.searchPath)
            return try await body(transaction)
        }
    }

    // MARK: Facts

    private static func server(_ connection: Connection) async throws(PostgresFault) -> ServerFacts {
        try await reading(connection) { transaction throws(PostgresFault) in
            let row = try await transaction.query(ProbeQueries.server).one()
            var identifier: String?
            if try row.boolean("control") {
                identifier = try await transaction.query(ProbeQueries.systemIdentifier).one().text(
                    "identifier")
            }
            return ServerFacts(
                versionNumber: Int(try row.integer("number")), version: try row.text("version"),
                systemIdentifier: identifier, inRecovery: try row.boolean("recovery"),
                mayReadPasswords: try row.boolean("passwords"),
                databases: try await transaction.query(ProbeQueries.databases).texts("name"))
        }
    }

    private static func database(
        _ connection: Connection, _ name: String, major: Int
    ) async throws(PostgresFault) -> DatabaseFacts {
        let tables = try await tables(connection)
        return try await reading(connection) { transaction throws(PostgresFault) in
            let row = try await transaction.query(ProbeQueries.database(major: major)).one()
            return DatabaseFacts(
                name: name, size: ByteCount(try row.integer("size")), owner: try row.text("owner"),
                encoding: try row.text("encoding"), collate: try row.optionalText("collate") ?? "",
                ctype: try row.optionalText("ctype") ?? "", localeProvider: try row.text("provider"),
                icuLocale: try row.optionalText("locale"),
                collationVersion: try row.optionalText("collation_version"), acl: try row.optionalText("acl"),
                settings: try await transaction.query(ProbeQueries.settings).texts("setting"),
                roleSettings: try await roleSettings(transaction),
                extensions: try await transaction.query(ProbeQueries.extensions).map {
                    row throws(PostgresFault) in
                    DatabaseFacts.Extension(name: try row.text("name"), version: try row.text("version"))
                },
                tables: tables, unreadable: try await unreadable(transaction),
                rowSecurity: try await transaction.query(ProbeQueries.rowSecurity).map {
                    row throws(PostgresFault) in
                    "\(try row.text("schema")).\(try row.text("name"))"
                })
        }
    }

    /// What roles have set for themselves in this database.
    static func roleSettings(_ transaction: Transaction) async throws(PostgresFault) -> [Manifest.RoleSetting]
    {
        try await transaction.query(ProbeQueries.roleSettings).map { row throws(PostgresFault) in
            Manifest.RoleSetting(role: try row.text("role"), setting: try row.text("setting"))
        }
    }

    /// Sizes of never analysed tables come from the file system, unless somebody's lock on one is in the way.
    private static func tables(_ connection: Connection) async throws(PostgresFault) -> [DatabaseFacts
        .TableEstimate]
    {
        let rows: Rows
        do throws(PostgresFault) {
            rows = try await reading(connection) { transaction throws(PostgresFault) in
                try await transaction.query("SELECT pg_catalog.set_config('lock_timeout', '2s', true)")
                return try await transaction.query(ProbeQueries.tables(measured: true))
            }
        } catch {
            guard error.sqlState == "55P03" else { throw error }
            rows = try await reading(connection) { transaction throws(PostgresFault) in
                try await transaction.query(ProbeQueries.tables(measured: false))
            }
        }
        return try rows.map { row throws(PostgresFault) in
            DatabaseFacts.TableEstimate(
                schema: try row.text("schema"), name: try row.text("name"), bytes: try row.integer("bytes"),
                rows: try row.integer("rows"))
        }
    }

    private static func unreadable(_ transaction: Transaction) async throws(PostgresFault) -> [String] {
        let schemas = try await transaction.query(ProbeQueries.closedSchemas).map {
            row throws(PostgresFault) in
            "\(try row.text("name")) (schema)"
        }
        let relations = try await transaction.query(ProbeQueries.unreadableRelations).map {
            row throws(PostgresFault) in
            "\(try row.text("schema")).\(try row.text("name")) (\(try row.text("kind")))"
        }
        let objects = try await transaction.query(ProbeQueries.unreadableLargeObjects).map {
            row throws(PostgresFault) in
            "\(try row.text("name")) (large object)"
        }
        return schemas + relations + objects
    }
}
