import Engine
import Faults
import Jobs
import TestKit
import Testing

@Suite struct `Command lines of the client programs` {
    private static let connection = ConnectionInfo(
        parameters: [
            .init("host", "db.example"), .init("user", "backup"), .init("dbname", "it's"),
            .init("passfile", "/own/pass"),
        ], password: Secret("hunter2:\\"), secrets: [.init("sslpassword", Secret("k3y"))])
    private static let arguments = [
        "--dbname=host='db.example' user='backup' dbname='it\\'s' application_name='pgvigil/nightly' service='pgvigil'",
        "--no-password",
    ]

    private static func client(_ major: Int) -> ClientTools {
        ClientTools(directory: "/clients/\(major)", major: major, version: "\(major).1")
    }

    private static func selection(_ text: String) -> BackupSpec.Selection {
        let parts = text.split(separator: "=").map(String.init)
        let names = parts.last?.split(separator: ",").map(String.init) ?? []
        switch parts.first {
        case "schemas": return .init(schemas: names)
        case "excludeSchemas": return .init(excludeSchemas: names)
        case "tables": return .init(tables: names)
        case "excludeTables": return .init(excludeTables: names)
        case "excludeTableData": return .init(excludeTableData: names)
        default: return .init()
        }
    }

    @Test(arguments: Rows.read("dump-commands.tsv"))
    func `pg_dump`(row: [String]) throws {
        let spec = BackupSpec(
            format: try #require(BackupSpec.Format(rawValue: row[0])), compression: Specs.compression(row[1]),
            selection: Self.selection(row[4]))
        let arguments = DumpCommand.dump(
            spec, connection: Self.connection, job: "nightly", client: Self.client(try #require(Int(row[2]))),
            workers: try #require(Int(row[3])), directory: "/set/archive")
        #expect(
            arguments == Self.arguments + ["--lock-wait-timeout=300000"]
                + row[5].split(separator: " ").map(String.init),
            "\(row[6])")
    }

    @Test func `pg_dumpall asks in the database that is saved`() {
        let arguments = DumpCommand.globals(
            connection: Self.connection, database: "it's", job: "nightly", withPasswords: true)
        #expect(arguments == [Self.arguments[0], "--database=it's", "--no-password", "--globals-only"])
    }

    @Test(arguments: [
        ("a=b", "--database=dbname='a=b'"), ("x://y", "--database=dbname='x://y'"),
        ("shop", "--database=shop"),
    ])
    func `a database's name is never taken for a connection string`(name: String, argument: String) {
        let arguments = DumpCommand.globals(
            connection: Self.connection, database: name, job: "nightly", withPasswords: false)
        #expect(arguments.contains(argument))
        #expect(arguments.last == "--no-role-passwords")
    }

    @Test func `no secret stands in any argument`() {
        let all =
            DumpCommand.dump(
                BackupSpec(), connection: Self.connection, job: "j", client: Self.client(17), directory: "/d")
            + DumpCommand.globals(connection: Self.connection, database: "d", job: "j", withPasswords: true)
        #expect(!all.contains { $0.contains("hunter2") || $0.contains("k3y") })
    }

    @Test func `a connection's own names are kept`() {
        var connection = ConnectionInfo(
            parameters: [
                .init("application_name", "mine"), .init("service", "ours"), .init("passfile", "/own"),
            ])
        connection.secrets = [.init("sslpassword", Secret("k3y"))]
        let arguments = DumpCommand.dump(
            BackupSpec(), connection: connection, job: "j", client: Self.client(17), directory: "/d")
        #expect(arguments[0] == "--dbname=application_name='mine' service='ours' passfile='/own'")
    }

    @Test(arguments: Rows.read("password-files.tsv"))
    func `a password file escapes`(row: [String]) {
        #expect(DumpCommand.passwordFile(row[0]) == row[1] + "\n", "\(row[2])")
    }

    @Test func `further secrets go into a service file`() {
        #expect(DumpCommand.serviceFile(Self.connection) == "[pgvigil]\nsslpassword=k3y\n")
        #expect(DumpCommand.serviceFile(ConnectionInfo(parameters: [])) == nil)
    }

    @Test(arguments: [
        ("custom", "lz4", "archive.dump"), ("directory", "none", "archive"), ("plain", "none", "archive.sql"),
        ("plain", "zlib:0", "archive.sql"), ("plain", "zlib:6", "archive.sql.gz"),
        ("plain", "lz4", "archive.sql.lz4"),
        ("plain", "zstd:3", "archive.sql.zst"),
    ])
    func `the archive is named for what it holds`(format: String, compression: String, name: String) throws {
        let spec = BackupSpec(
            format: try #require(BackupSpec.Format(rawValue: format)),
            compression: Specs.compression(compression))
        #expect(DumpCommand.archiveName(spec) == name)
    }
}
