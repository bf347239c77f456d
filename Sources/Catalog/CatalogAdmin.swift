package import Postgres

/// Looks after the catalog's database and schema: what is there, and what has to be made.
package struct CatalogAdmin: Sendable {
    private let options: ConnectionOptions
    private let migrations: [Migration]
    /// The oldest major version that is supported.
    private static let majorMin = 12
    /// A migration of a catalog with millions of rows takes its time.
    private static let migrationLimit = Duration.seconds(3600)
    /// Attempts to make what another program makes at the same moment.
    private static let racesMax = 5

    /// Looks after the database that the options name.
    ///
    /// - Parameter migrations: Those of another program, for tests.
    package init(_ options: ConnectionOptions, migrations: [Migration] = Migration.all) {
        self.options = options
        self.migrations = migrations
    }

    /// What is there; changes nothing.
    ///
    /// - Throws: ``CatalogFault``; a database or schema that is missing is no fault but a status.
    package func status() async throws(CatalogFault) -> CatalogStatus {
        do throws(PostgresFault) {
            let connection = try await Connection.open(options)
            let status = CatalogStatus(
                address: connection.address, database: database,
                serverVersion: await connection.serverVersion,
                state: try await state(connection))
            await connection.close()
            return status
        } catch .databaseMissing {
            return CatalogStatus(
                address: options.address, database: database, serverVersion: nil, state: .missing)
        } catch {
            throw .server(error)
        }
    }

    /// Creates the database and the schema if they are missing, and applies the changes that are.
    ///
    /// Several programs may do it at the same time: a lock lets one after the other, and each change is applied once.
    ///
    /// - Returns: The changes that were applied by this call.
    /// - Throws: ``CatalogFault``.
    @discardableResult
    package func migrate() async throws(CatalogFault) -> [Migration] {
        let connection = try await connectOrCreate()
        let major = await connection.serverVersion / 10_000
        guard major >= Self.majorMin else { throw .serverTooOld(address: connection.address, major: major) }
        var applied: [Migration] = []
        if try await currentState(connection) == .missing {
            try await makeMigrationTable(connection)
        }
        while let next = try await nextMigration(connection) {
            if try await apply(next, connection) { applied.append(next) }
        }
        await connection.close()
        return applied
    }

    /// Looks whether the schema is as this program needs it.
    ///
    /// - Throws: ``CatalogFault`` if not.
    func check(_ connection: Connection) async throws(CatalogFault) {
        let state = try await currentState(connection)
        let missing = try missing(in: state, address: connection.address)
        guard missing.isEmpty else { throw .behind(address: connection.address, missing: missing) }
    }

    private var database: String { options["dbname"] ?? options["user"] ?? "" }

    // MARK: The database

    private func connectOrCreate() async throws(CatalogFault) -> Connection {
        do throws(PostgresFault) {
            return try await Connection.open(options)
        } catch .databaseMissing {
            try await createDatabase()
            return try await options.openCatalog()
        } catch {
            throw .server(error)
        }
    }

    /// Creates the database from the one that every server has.
    private func createDatabase() async throws(CatalogFault) {
        var maintenance = options
        maintenance.parameters.append(("dbname", "postgres"))
        // The order of C never changes with the system's libraries, which would silently break the indexes.
        let statement = """
            CREATE DATABASE "\(database.replacing("\"", with: "\"\""))"
            TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'
            """
        do throws(PostgresFault) {
            let connection = try await Connection.open(maintenance)
            try await connection.query(statement)
            await connection.close()
        } catch {
            switch error.sqlState {
            // Another program has just made it: duplicate_database, or a unique violation in pg_database.
            case "42P04", "23505": return
            case "42501": throw .mayNotCreateDatabase(database: database, address: options.address)
            default: throw .server(error)
            }
        }
    }

    // MARK: The schema

    private func state(_ connection: Connection) async throws(PostgresFault) -> CatalogStatus.State {
        let present = try await connection.query(
            "SELECT pg_catalog.to_regclass('pgvigil.schema_migration') IS NOT NULL AS present")
        guard try present.one().boolean("present") else { return .missing }
        let rows = try await connection.query(
            Statements.migrationsApplied,
            [.array(migrations.map { String($0.number) }), .array(migrations.map(\.script))])
        let known = migrations.last?.number ?? 0
        var applied: [Int] = []
        for row in rows {
            let number = Int(try row.integer("number"))
            guard number <= known else {
                return .newer(found: Int(try rows[rows.count - 1].integer("number")), known: known)
            }
            guard try row.boolean("same") else { return .edited(number: number, name: try row.text("name")) }
            applied.append(number)
        }
        let missing = migrations.map(\.number).filter { !applied.contains($0) }
        return missing.isEmpty ? .current(known) : .behind(applied: applied, missing: missing)
    }

    private func currentState(_ connection: Connection) async throws(CatalogFault) -> CatalogStatus.State {
        do throws(PostgresFault) {
            return try await state(connection)
        } catch {
            throw .server(error)
        }
    }

    private func missing(in state: CatalogStatus.State, address: String) throws(CatalogFault) -> [Int] {
        switch state {
        case .missing: return migrations.map(\.number)
        case .behind(_, let missing): return missing
        case .current: return []
        case .newer(let found, let known): throw .newer(address: address, found: found, known: known)
        case .edited(let number, let name): throw .edited(address: address, number: number, name: name)
        }
    }

    private func nextMigration(_ connection: Connection) async throws(CatalogFault) -> Migration? {
        let state = try await currentState(connection)
        let missing = try missing(in: state, address: connection.address)
        return migrations.first { $0.number == missing.first }
    }

    /// Makes the schema and the table of migrations, which nothing can lock yet: so it is tried again when another
    /// program makes them at the same moment.
    private func makeMigrationTable(_ connection: Connection) async throws(CatalogFault) {
        for race in 1...Self.racesMax {
            do throws(PostgresFault) {
                try await connection.run(script: Statements.migrationTable)
                return
            } catch {
                let isRace = ["23505", "42P06", "42P07", "XX000", "40P01"].contains(error.sqlState)
                guard isRace, race < Self.racesMax else { throw refused(error, connection.address) }
            }
        }
    }

    /// Applies one change unless somebody else has done so meanwhile.
    private func apply(_ migration: Migration, _ connection: Connection) async throws(CatalogFault) -> Bool {
        do throws(PostgresFault) {
            return try await connection.transaction { transaction throws(PostgresFault) in
                // Conflicts with itself and not with readers, and ends with the transaction, also behind a pooler.
                try await transaction.query("LOCK TABLE pgvigil.schema_migration IN EXCLUSIVE MODE")
                let done = try await transaction.query(
                    "SELECT 1 FROM pgvigil.schema_migration WHERE number = $1::integer",
                    [.integer(Int64(migration.number))])
                guard done.isEmpty else { return false }
                try await transaction.run(script: migration.script, limit: Self.migrationLimit)
                try await transaction.query(
                    Statements.migrationRecord,
                    [.integer(Int64(migration.number)), .text(migration.name), .text(migration.script)])
                return true
            }
        } catch {
            throw refused(error, connection.address)
        }
    }

    private func refused(_ fault: PostgresFault, _ address: String) -> CatalogFault {
        // 42501 is insufficient_privilege.
        fault.sqlState == "42501"
            ? .mayNotMigrate(address: address, cause: fault.serverMessage?.message ?? "") : .server(fault)
    }
}
