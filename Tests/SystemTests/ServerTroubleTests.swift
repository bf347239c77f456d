import Databases
import FoundationEssentials
import Jobs
import Postgres
import TestKit
import Testing

@Suite struct `A server that cannot be backed up` {
    /// Runs the job and expects one failed run, told in the same words by the program and by the record.
    @discardableResult
    private func expectFailure(
        _ scene: Scene, code: String, says: [String], environment: [String: String] = [:],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> ChildRun.End {
        let end = try await scene.pgvigil("run", "nightly-backup", environment: environment)
        #expect(end.status == 1, "\(end)", sourceLocation: sourceLocation)
        let last = end.complaints.last ?? ""
        #expect(last.contains("nightly-backup: FAILED"), "\(end)", sourceLocation: sourceLocation)
        for word in says + ["main"] {
            #expect(last.contains(word), "no '\(word)': \(end)", sourceLocation: sourceLocation)
        }
        let list = try await scene.pgvigil("runs", "show", "latest", "--json", environment: environment)
        let run = try scene.decode(RunRow.self, list)
        #expect(run.outcome == "failed" && run.ended != nil, "\(run)", sourceLocation: sourceLocation)
        let step = try #require(
            run.steps?.first { $0.state == "failed" } ?? run.steps?.last, sourceLocation: sourceLocation)
        #expect(step.code == code, "\(run)", sourceLocation: sourceLocation)
        #expect(end.errors.contains(step.remedy ?? "no remedy"), "\(end)", sourceLocation: sourceLocation)
        #expect(scene.incoming.isEmpty, sourceLocation: sourceLocation)
        return end
    }

    @Test func `because it is down is named with its address and what to do`() async throws {
        try await Scene.play { scene in
            let nowhere = ConnectionInfo(parameters: [
                .init("host", "\(scene.path)/nowhere"), .init("port", "5432"), .init("user", "app"),
                .init("dbname", "shop"),
            ])
            try scene.settings(catalog: try await Sample.catalog(), target: nowhere)
            try scene.job()
            try await expectFailure(
                scene, code: "server.unreachable", says: ["cannot reach the server", "\(scene.path)/nowhere"])
            #expect(scene.sets.isEmpty)
            let check = try await scene.pgvigil("check", "--connect")
            #expect(check.status == 3)
            let start = "target main: cannot reach the server at \(scene.path)/nowhere"
            #expect(
                check.output.split(separator: "\n").count == 1 && check.output.hasPrefix(start), "\(check)")
        }
    }

    @Test func `with a wrong password is told from one without`() async throws {
        let server = try await TemporaryServer.start(
            authentication: ["local all pgvigil trust", "local all all scram-sha-256"])
        try await Sample.run("create role app login password 'right'", server.connectionInfo())
        try await Scene.play { scene in
            try scene.settings(catalog: try await Sample.catalog())
            try scene.job()
            let url = server.connectionInfo().url(user: "app", password: "wr0ng-Secret")
            let environment = ["DATABASE_URL": url]
            let end = try await expectFailure(
                scene, code: "server.password-wrong", says: ["app"], environment: environment)
            #expect(!end.errors.contains("wr0ng-Secret"))
            let check = try await scene.pgvigil("check", "--connect", environment: environment)
            #expect(check.status == 3 && !check.output.contains("wr0ng-Secret"), "\(check)")
            let without = ["DATABASE_URL": server.connectionInfo().url(user: "app")]
            try await expectFailure(scene, code: "server.password-missing", says: [], environment: without)
        }
        try await server.cluster.stop()
    }

    @Test func `because it has no such database is not asked for others`() async throws {
        let server = try await TemporaryServer.shared()
        try await Scene.play { scene in
            try scene.settings(catalog: try await Sample.catalog())
            try scene.job()
            try await expectFailure(
                scene, code: "server.database-missing", says: ["no_such_database"],
                environment: ["DATABASE_URL": server.connectionInfo(database: "no_such_database").url()])
        }
    }

    @Test func `in one database is still backed up in the others`() async throws {
        let (server, source) = try await Sample.database()
        let name = try #require(source["dbname"])
        try await Scene.play { scene in
            try scene.settings(catalog: try await Sample.catalog(), target: server.connectionInfo())
            try scene.job("databases: [no_such_database, \(name)]")
            let end = try await scene.pgvigil("run", "nightly-backup")
            #expect(end.status == 1, "\(end)")
            #expect(scene.sets.count == 1 && scene.sets[0].hasPrefix("main/\(name)/"))
            let last = end.complaints.last ?? ""
            #expect(
                last.contains("1 saved and verified, 1 failed") && last.contains("no_such_database"), "\(end)"
            )
            let run = try #require(try await scene.runs().first)
            #expect(run.outcome == "failed" && run.summary.contains(name) == false, "\(run)")
        }
    }

    @Test func `because it has too many connections is said`() async throws {
        let server = try await TemporaryServer.shared()
        let role = server.newDatabaseName()
        try await Sample.run("create role \(role) login connection limit 1", server.connectionInfo())
        var info = server.connectionInfo()
        info["user"] = role
        try await Scene.play { scene in
            let last = try await Blockade.connect(info)
            try scene.settings(catalog: try await Sample.catalog(), target: info)
            try scene.job()
            try await expectFailure(
                scene, code: "server.too-many-connections", says: ["too many connections"])
            await last.close()
        }
    }

    @Test func `because a table of it may not be read is refused before the dump`() async throws {
        let (server, source) = try await Sample.database()
        let role = server.newDatabaseName()
        try await Sample.run("create role \(role) login; grant usage on schema public to \(role)", source)
        var info = source
        info["user"] = role
        try await Scene.play { scene in
            try scene.settings(catalog: try await Sample.catalog(), target: info)
            try scene.job()
            try await expectFailure(scene, code: "backup.unreadable", says: ["public.customer"])
            #expect(try await scene.pgvigil("runs", "show", "latest").output.contains("backup.unreadable"))
        }
    }

    @Test(.enabled { await Packaged.newestServer != nil })
    func `because it is newer than every client is told both versions`() async throws {
        let newest = try #require(await Packaged.newestServer)
        let (_, source) = try await Sample.database(version: newest)
        try await Scene.play { scene in
            try scene.settings(catalog: try await Sample.catalog(), target: source)
            try scene.job()
            try await expectFailure(
                scene, code: "backup.no-client", says: ["\(newest)", "the newest pg_dump is"],
                environment: ["PATH": "/usr/bin:/bin"])
            let client = await TemporaryServer.installed().first { $0.major == newest }?.directory ?? ""
            try scene.settings(
                catalog: try await Sample.catalog(), target: source, more: "clients: [\(client)]\n")
            let end = try await scene.pgvigil("run", "nightly-backup", environment: ["PATH": "/usr/bin:/bin"])
            #expect(end.status == 0, "\(end)")
        }
    }

    @Test(.enabled { await Packaged.hasOnlyClientsWithoutZstd })
    func `with a codec that its client lacks is told which client has it`() async throws {
        let (_, source) = try await Sample.database()
        try await Scene.play { scene in
            try scene.settings(catalog: try await Sample.catalog(), target: source)
            try scene.job("compression: zstd:3")
            try await expectFailure(
                scene, code: "backup.codec-needs-newer-client", says: ["zstd:3", "needs pg_dump 16"],
                environment: ["PATH": "/usr/bin:/bin"])
        }
    }
}

/// The servers that the machine's own packages bring.
enum Packaged {
    private static var majors: [Int] {
        get async { await ServerBinaries.find(path: "/usr/bin:/bin").map(\.major) }
    }

    /// The newest server of the tests, if its client is not one that the program finds by itself.
    static var newestServer: Int? {
        get async {
            guard let newest = await TemporaryServer.versions().last, let packaged = await majors.max() else {
                return nil
            }
            return newest > packaged ? newest : nil
        }
    }

    /// Whether every client that the program finds by itself is older than PostgreSQL 16.
    static var hasOnlyClientsWithoutZstd: Bool {
        get async { await majors.max().map { $0 < 16 } ?? false }
    }
}
