import Faults
package import Jobs

/// Writes the command lines of pg_dump and pg_dumpall; no secret stands in them.
package enum DumpCommand {
    /// How long pg_dump waits for another session's lock on a table before it gives up.
    static let lockWait = Duration.seconds(300)

    /// How every program writes instants, whatever its server's own zone and style.
    static let dates = ["PGTZ": "UTC", "PGDATESTYLE": "ISO"]

    /// What pg_dump is started with; an archive that is one file goes to standard output.
    ///
    /// - Parameters:
    ///   - workers: Connections of a directory dump.
    ///   - directory: Where a directory dump is written; it must not exist yet.
    ///   - snapshot: The exported state that it saves; nil lets it take its own.
    package static func dump(
        _ spec: BackupSpec, connection: ConnectionInfo, job: String, client: ClientTools, workers: Int = 1,
        directory: String, snapshot: String? = nil
    ) -> [String] {
        var arguments = [
            "--dbname=\(tagged(connection, job).conninfo)", "--no-password",
            "--lock-wait-timeout=\(lockWait.components.seconds * 1000)", "--format=\(spec.format.rawValue)",
            compression(spec.compression, clientMajor: client.major),
        ]
        if spec.format == .directory {
            arguments += ["--file=\(directory)", "--jobs=\(workers)"]
        }
        if let snapshot { arguments.append("--snapshot=\(snapshot)") }
        let selection = spec.selection
        arguments += selection.schemas.map { "--schema=\($0)" }
        arguments += selection.excludeSchemas.map { "--exclude-schema=\($0)" }
        arguments += selection.tables.map { "--table=\($0)" }
        arguments += selection.excludeTables.map { "--exclude-table=\($0)" }
        arguments += selection.excludeTableData.map { "--exclude-table-data=\($0)" }
        // Without it pg_dump ends with 0 when one of several patterns matches nothing.
        if !selection.schemas.isEmpty || !selection.tables.isEmpty { arguments.append("--strict-names") }
        return arguments
    }

    /// What pg_dumpall is started with for roles and tablespaces.
    ///
    /// - Parameter database: Where it asks; the one in the connection string is ignored by pg_dumpall, which would
    ///   try `postgres` and `template1` (manual, pg_dumpall, `--dbname` and `--database`).
    package static func globals(
        connection: ConnectionInfo, database: String, job: String, withPasswords: Bool
    ) -> [String] {
        // A name that libpq would take for a connection string is written as one.
        let plain = ConnectionInfo(parameters: [.init("dbname", database)]).conninfo
        let name = database.contains("=") || database.contains("://") ? plain : database
        return [
            "--dbname=\(tagged(connection, job).conninfo)", "--database=\(name)", "--no-password",
            "--globals-only",
        ] + (withPasswords ? [] : ["--no-role-passwords"])
    }

    /// A line of the password file that answers for every server, as libpq reads it (manual, "The Password File").
    package static func passwordFile(_ password: String) -> String {
        "*:*:*:*:" + password.replacing("\\", with: "\\\\").replacing(":", with: "\\:") + "\n"
    }

    /// A service file with the further secrets of a connection, which no argument and no environment variable may
    /// carry (manual, "The Connection Service File"); nil where there are none.
    package static func serviceFile(_ connection: ConnectionInfo) -> String? {
        guard !connection.secrets.isEmpty else { return nil }
        return "[\(serviceName)]\n"
            + connection.secrets.map { "\($0.keyword)=\($0.value.reveal())\n" }.joined()
    }

    private static let serviceName = "pgvigil"

    /// The name of the data inside a set.
    package static func archiveName(_ spec: BackupSpec) -> String {
        switch (spec.format, spec.compression) {
        case (.custom, _): "archive.dump"
        case (.directory, _): "archive"
        case (.plain, .none), (.plain, .zlib(level: 0)): "archive.sql"
        case (.plain, .zlib), (.plain, .isal): "archive.sql.gz"
        case (.plain, .lz4): "archive.sql.lz4"
        case (.plain, .zstd): "archive.sql.zst"
        }
    }

    private static func compression(_ compression: BackupSpec.Compression, clientMajor: Int) -> String {
        switch compression {
        case .none: clientMajor >= 16 ? "--compress=none" : "--compress=0"
        case .zlib(level: 0): clientMajor >= 16 ? "--compress=none" : "--compress=0"
        case .zlib(let level): clientMajor >= 16 ? "--compress=gzip:\(level)" : "--compress=\(level)"
        // What pg_dump writes of its own accord instead; see `StockPath`.
        case .isal: clientMajor >= 16 ? "--compress=gzip:6" : "--compress=6"
        case .lz4: "--compress=lz4"
        case .zstd(let level): "--compress=zstd:\(level)"
        }
    }

    /// The connection as a child gets it: named for the job, and led to the private files.
    static func tagged(_ connection: ConnectionInfo, _ job: String) -> ConnectionInfo {
        var copy = connection
        if copy["application_name"] == nil { copy["application_name"] = "pgvigil/\(job)" }
        // libpq would prefer it to PGPASSFILE, which names the file with this connection's password.
        if copy.password != nil { copy["passfile"] = nil }
        if !copy.secrets.isEmpty, copy["service"] == nil { copy["service"] = serviceName }
        return copy
    }
}
