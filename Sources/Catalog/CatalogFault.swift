package import Faults
package import FoundationEssentials
package import Postgres

/// What can go wrong with the record of outcomes.
package enum CatalogFault: Fault, Equatable {
    /// Its server could not be asked.
    case server(PostgresFault)
    /// Its server is older than PostgreSQL 12.
    case serverTooOld(address: String, major: Int)
    /// The database is missing, and the role may not create it.
    case mayNotCreateDatabase(database: String, address: String)
    /// The schema is missing or old, and the role may not create or change it.
    case mayNotMigrate(address: String, cause: String)
    /// It lacks changes that this program needs.
    case behind(address: String, missing: [Int])
    /// A newer program has changed it.
    case newer(address: String, found: Int, known: Int)
    /// A change that is applied is not the one that this program knows by that number.
    case edited(address: String, number: Int, name: String)
    /// There is no such run.
    case runUnknown(UUID)
    /// The run belongs to another lease than the one that wrote of it.
    case runTakenOver(UUID)
    /// The lease is no longer its daemon's: somebody has taken a run of it over, or it has registered anew or left.
    case leaseLost(daemon: UUID)
    /// A stored text is none of those that this program knows.
    case unknownValue(column: String, value: String)

    package var code: String {
        switch self {
        case .server(let fault): fault.code
        case .serverTooOld: "catalog.server-too-old"
        case .mayNotCreateDatabase: "catalog.may-not-create-database"
        case .mayNotMigrate: "catalog.may-not-migrate"
        case .behind: "catalog.behind"
        case .newer: "catalog.newer"
        case .edited: "catalog.edited"
        case .runUnknown: "catalog.run-unknown"
        case .runTakenOver: "catalog.run-taken-over"
        case .leaseLost: "catalog.lease-lost"
        case .unknownValue: "catalog.unknown-value"
        }
    }

    package var summary: String {
        switch self {
        case .server(let fault): "the catalog: \(fault.summary)"
        case .serverTooOld(let address, let major):
            "the catalog's server at \(address) is PostgreSQL \(major)"
        case .mayNotCreateDatabase(let database, let address):
            "the catalog's database \(database) does not exist at \(address), and the role may not create it"
        case .mayNotMigrate(let address, let cause):
            "the catalog at \(address) has to be changed, and the role may not: \(cause)"
        case .behind(let address, let missing):
            "the catalog at \(address) lacks migration \(missing.map(String.init).joined(separator: ", "))"
        case .newer(let address, let found, let known):
            "the catalog at \(address) is at migration \(found), and this program knows \(known)"
        case .edited(let address, let number, let name):
            "migration \(number) (\(name)) of the catalog at \(address) is not the one of this program"
        case .runUnknown(let run): "the catalog has no run \(run.uuidString.lowercased())"
        case .runTakenOver(let run): "run \(run.uuidString.lowercased()) belongs to another daemon by now"
        case .leaseLost(let daemon):
            "the lease of daemon \(daemon.uuidString.lowercased()) is no longer its own"
        case .unknownValue(let column, let value):
            "the catalog holds '\(value)' in \(column), which means nothing"
        }
    }

    package var remedy: String {
        switch self {
        case .server(let fault): fault.remedy
        case .serverTooOld: "Use a server of PostgreSQL 12 or later, or 'catalog: embedded' in pgvigil.yaml."
        case .mayNotCreateDatabase(let database, _):
            "Run 'createdb --owner=ROLE \(database)' as a superuser, with the role of the catalog's URL."
        case .mayNotMigrate:
            "Grant the role CREATE on the database, or run 'pgvigil catalog migrate' as its owner."
        case .behind: "Run 'pgvigil catalog migrate'."
        case .newer: "Use the newer pgvigil, or set 'catalog' in pgvigil.yaml to another database."
        case .edited: "Use the pgvigil that made it, or restore the catalog from a backup."
        case .runUnknown: "See 'pgvigil runs list' for those that there are."
        case .runTakenOver:
            "See 'pgvigil runs show' for what became of it, and 'pgvigil daemons list' for who has it."
        case .leaseLost: "Let it register anew; 'pgvigil daemons list' shows who is alive."
        case .unknownValue:
            "Find out who changed it by hand; 'pgvigil runs list --json' shows what is readable."
        }
    }

    package var exitStatus: ExitStatus {
        switch self {
        case .server(let fault): fault.exitStatus
        case .runUnknown: .usage
        case .serverTooOld, .mayNotCreateDatabase, .mayNotMigrate, .behind, .newer, .edited, .runTakenOver,
            .leaseLost, .unknownValue:
            .undetermined
        }
    }

    package var mayPass: Bool {
        switch self {
        case .server(let fault): fault.mayPass
        case .serverTooOld, .mayNotCreateDatabase, .mayNotMigrate, .behind, .newer, .edited, .runUnknown,
            .runTakenOver, .leaseLost, .unknownValue:
            false
        }
    }
}
