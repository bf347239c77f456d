import ArchiveFormat
import Faults
package import Jobs

/// Writes the command lines of the programs that restore; no secret stands in them.
package enum RestoreCommand {
    /// What pg_restore is started with for a custom or directory archive.
    ///
    /// Errors do not stop it: every one of them is a finding, and what they amount to is decided when all are known. Tablespaces
    /// are mapped to the default one.
    ///
    /// - Parameters:
    ///   - workers: Connections that restore at once.
    ///   - archive: The absolute path of the file or folder.
    package static func restore(
        _ selection: Selection, connection: ConnectionInfo, workers: Int, archive: String
    ) -> [String] {
        var arguments = [
            "--dbname=\(connection.conninfo)", "--no-password", "--no-tablespaces",
            "--jobs=\(selection.dataOnly ? 1 : workers)",
        ]
        // Rows that go into tables with others are all there in the end, or none is.
        if selection.dataOnly { arguments += ["--data-only", "--single-transaction"] }
        if selection.schemaOnly { arguments.append("--schema-only") }
        arguments += selection.schemas.map { "--schema=\($0)" }
        arguments += selection.tables.map { "--table=\($0)" }
        if !selection.schemas.isEmpty || !selection.tables.isEmpty { arguments.append("--strict-names") }
        if let list = selection.list { arguments.append("--use-list=\(list)") }
        return arguments + [archive]
    }

    /// What psql is started with for a plain archive; it stops nowhere, as ``restore(_:connection:workers:archive:)``.
    package static func script(connection: ConnectionInfo, path: String) -> [String] {
        [
            "--no-psqlrc", "--quiet", "--no-password", "--set=ON_ERROR_STOP=0", "--output=/dev/null",
            "--file=\(path)", "--dbname=\(connection.conninfo)",
        ]
    }

    /// What vacuumdb is started with to gather the statistics that a dump does not hold.
    package static func analyze(connection: ConnectionInfo, workers: Int) -> [String] {
        ["--analyze-only", "--no-password", "--jobs=\(workers)", "--dbname=\(connection.conninfo)"]
    }

    /// What pg_dump is started with to read the definitions of a restored database back, as an archive.
    package static func definitions(connection: ConnectionInfo) -> [String] {
        ["--dbname=\(connection.conninfo)", "--no-password", "--schema-only", "--format=custom"]
    }

    /// What pg_dumpall is started with to read the roles of a server back.
    package static func globals(connection: ConnectionInfo) -> [String] {
        ["--dbname=\(connection.conninfo)", "--no-password", "--globals-only"]
    }

    /// Which part of an archive is restored; empty means all of it.
    package struct Selection: Sendable, Equatable {
        package var tables: [String]
        package var schemas: [String]
        package var dataOnly: Bool
        package var schemaOnly: Bool
        /// A file with the dump ids of the entries to restore; nil takes all of them.
        package var list: String?

        package init(
            tables: [String] = [], schemas: [String] = [], dataOnly: Bool = false, schemaOnly: Bool = false,
            list: String? = nil
        ) {
            self.tables = tables
            self.schemas = schemas
            self.dataOnly = dataOnly
            self.schemaOnly = schemaOnly
            self.list = list
        }

        /// Whether less than the whole archive is restored.
        package var isPartial: Bool { self != Selection() }
    }
}
