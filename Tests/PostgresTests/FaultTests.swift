import Databases
import Faults
import FoundationEssentials
import Glibc
import Jobs
import TestKit
import Testing

@testable import Postgres

@Suite struct `A server that cannot be used` {
    @Test(arguments: await TemporaryServer.versions())
    func `is told apart by its cause`(version: Int) async throws {
        let server = try await TemporaryServer.start(
            version: version, settings: ["max_connections": "6", "superuser_reserved_connections": "3"],
            authentication: [
                "local all sealed scram-sha-256", "local all barred reject", "local all all trust",
            ])
        let info = server.connectionInfo()
        let admin = try await Connection.open(info.options())
        try await admin.query("CREATE ROLE sealed LOGIN PASSWORD 'right'")
        try await admin.query("CREATE ROLE barred LOGIN")
        try await admin.query("CREATE ROLE guest LOGIN")

        #expect(await code(info, user: "sealed", password: "wrong") == "server.password-wrong")
        #expect(await code(info, user: "sealed") == "server.password-missing")
        #expect(await code(info, user: "sealed", password: "right") == nil)
        #expect(await code(info, user: "barred") == "server.access-refused")
        #expect(await code(info, user: "nobody-at-all") == "server.access-refused")
        #expect(await code(info.with(database: "nowhere")) == "server.database-missing")

        var guests: [Connection] = []
        var crowd: PostgresFault?
        while guests.count < 6, crowd == nil {
            do throws(PostgresFault) {
                guests.append(try await Connection.open(options(info, user: "guest")))
            } catch {
                crowd = error
            }
        }
        #expect(crowd?.code == "server.too-many-connections" && crowd?.sqlState == "53300")
        #expect(crowd?.mayPass ?? false)
        for guest in guests { await guest.close() }

        // A smart shutdown waits for the last client and turns new ones away.
        kill(try pid(server), SIGTERM)
        #expect(try await Fact.comes(within: .seconds(10)) { await code(info) == "server.not-ready" })
        await admin.close()
        #expect(try await Fact.comes(within: .seconds(10)) { await code(info) == "server.unreachable" })
        try await server.cluster.stop()
    }

    @Test func `names no secret`() async throws {
        let server = try await TemporaryServer.start(authentication: ["local all all scram-sha-256"])
        let fault = await #expect(throws: PostgresFault.self) {
            try await Connection.open(options(server.connectionInfo(), user: "pgvigil", password: "s3cret"))
        }
        #expect(fault.map { !"\($0) \(String(reflecting: $0))".contains("s3cret") } ?? false)
        try await server.cluster.stop()
    }

    @Test func `that never answers is left within the limit`() async throws {
        let silent = try SilentServer()
        var options = tcp(silent.port)
        options.connectLimit = .milliseconds(300)
        await #expect(
            throws: PostgresFault.connectTimedOut(
                address: "127.0.0.1:\(silent.port)", limit: .milliseconds(300))
        ) { try await Connection.open(options) }
    }

    @Test func `that never answers is passed over when another host does`() async throws {
        let silent = try SilentServer()
        let cluster = try await TemporaryServer.shared().cluster
        var options = cluster.connectionInfo().options()
        options.parameters.append(("host", "127.0.0.1,\(cluster.socketDirectory)"))
        options.parameters.append(("port", "\(silent.port),\(cluster.port)"))
        options.connectLimit = .seconds(3)
        let connection = try await Connection.open(options)
        #expect(try await connection.query("SELECT 1").count == 1)
        #expect(connection.address == "127.0.0.1:\(silent.port), \(cluster.socketDirectory)")
    }

    @Test func `is not waited for by a task that is cancelled`() async throws {
        let silent = try SilentServer()
        let task = Task { try await Connection.open(tcp(silent.port)) }
        task.cancel()
        await #expect(throws: PostgresFault.cancelled) { try await task.value }
    }

    @Test func `without the encryption that is wanted says so`() async throws {
        let plain = try SilentServer(answer: "N")
        #expect(await code(tcp(plain.port, ("sslmode", "require"))) == "server.encryption")
    }

    @Test func `that is a web server is none of ours`() async throws {
        let web = try SilentServer(answer: "HTTP/1.1 400 Bad Request\r\n\r\n")
        #expect(await code(tcp(web.port)) == "server.not-postgres")
        #expect(await code(tcp(web.port, ("sslmode", "require"))) == "server.not-postgres")
    }

    @Test func `with parameters that libpq refuses is a matter of the configuration`() async throws {
        let info = try await TemporaryServer.shared().connectionInfo()
        for (keyword, value) in [
            ("sslmode", "banana"), ("port", "99999"), ("target_session_attrs", "best"),
            ("user", "a\0b"),
        ] {
            var options = info.options()
            options.parameters.append((keyword, value))
            let fault = await #expect(throws: PostgresFault.self) { try await Connection.open(options) }
            #expect(fault?.code == "connection.parameter", "\(keyword)")
            #expect(fault?.exitStatus == .usage)
        }
    }

    @Test func `with a secret that libpq does not know names it, and this libpq, and not the secret`()
        async throws
    {
        var info = try await TemporaryServer.shared().connectionInfo()
        info.secrets = [.init("sslpassword", Secret("s3cret"))]
        let connection = try await Connection.open(info.options())
        await connection.close()
        info.secrets.append(.init("scram_client_kay", Secret("s3cret")))
        let options = info.options()
        let fault = await #expect(throws: PostgresFault.self) { try await Connection.open(options) }
        #expect(
            fault == .unknownParameter(keyword: "scram_client_kay", library: LibraryVersion.text))
        #expect(fault?.exitStatus == .usage)
    }

    @Test func `gets every secret of the connection`() {
        let info = ConnectionInfo(
            parameters: [.init("host", "db")], password: Secret("p"),
            secrets: [.init("sslpassword", Secret("s")), .init("scram_client_key", Secret("k"))])
        let sent = info.options().libpqParameters.map { "\($0.keyword)=\($0.value)" }
        #expect(
            sent.filter { ["password=p", "sslpassword=s", "scram_client_key=k"].contains($0) }.count == 3)
        #expect(!info.options().parameters.contains { $0.keyword != "host" })
    }

    @Test func `that only reads is refused where writing is wanted`() async throws {
        var options = try await TemporaryServer.shared().connectionInfo().options()
        options.parameters.append(("options", "-c default_transaction_read_only=on"))
        let connection = try await Connection.open(options)
        let fault = await #expect(throws: PostgresFault.self) {
            try await connection.query("CREATE TABLE x ()")
        }
        #expect(fault?.code == "server.read-only" && fault?.mayPass ?? false)
        options.parameters.append(("target_session_attrs", "read-write"))
        #expect(await code(options) == "server.none-suitable")
    }

    // MARK: Ways to it

    private func options(_ info: ConnectionInfo, user: String, password: String? = nil) -> ConnectionOptions {
        var info = info
        info["user"] = user
        info.password = password.map(Secret.init)
        return info.options()
    }

    private func tcp(_ port: Int, _ more: (keyword: String, value: String)...) -> ConnectionOptions {
        ConnectionOptions(
            parameters: [
                ("host", "127.0.0.1"), ("port", String(port)), ("user", "x"), ("dbname", "x"),
                ("sslmode", "disable"),
                ("gssencmode", "disable"),
            ] + more)
    }

    private func code(_ info: ConnectionInfo, user: String = "pgvigil", password: String? = nil) async
        -> String?
    {
        await code(options(info, user: user, password: password))
    }

    private func code(_ options: ConnectionOptions) async -> String? {
        do throws(PostgresFault) {
            await (try await Connection.open(options)).close()
            return nil
        } catch {
            return error.code
        }
    }
}

@Suite struct `A connection that breaks` {
    @Test(arguments: await TemporaryServer.versions())
    func `while a statement runs says so`(version: Int) async throws {
        let admin = try await connect(version)
        let connection = try await connect(version)
        let pid = try await connection.query("SELECT pg_backend_pid() AS pid").one().integer("pid")
        let task = Task { try await connection.query("SELECT pg_sleep(60)") }
        try await waitUntilActive(pid, admin)
        try await admin.query("SELECT pg_terminate_backend($1::int)", [.integer(pid)])
        let fault = await #expect(throws: PostgresFault.self) { try await task.value }
        #expect(fault?.code == "connection.lost" && fault?.mayPass ?? false)
        #expect(fault?.summary.contains("terminating connection due to administrator command") ?? false)
        let later = await #expect(throws: PostgresFault.self) { try await connection.query("SELECT 1") }
        #expect(later?.code == "connection.lost")
        #expect(await !connection.isOpen)
    }

    @Test func `because a backend was killed says so`() async throws {
        let server = try await TemporaryServer.start()
        let connection = try await Connection.open(server.connectionInfo().options())
        let pid = try await connection.query("SELECT pg_backend_pid() AS pid").one().integer("pid")
        kill(pid_t(pid), SIGKILL)
        let fault = await #expect(throws: PostgresFault.self) { try await connection.query("SELECT 1") }
        #expect(fault?.code == "connection.lost")
        #expect(fault?.summary.contains("server closed the connection unexpectedly") ?? false)
        try await server.cluster.stop()
    }

    @Test func `or was closed by us takes no statement`() async throws {
        let connection = try await connect()
        await connection.close()
        await #expect(
            throws: PostgresFault.connectionLost(address: connection.address, cause: "it was closed")
        ) {
            try await connection.query("SELECT 1")
        }
    }
}

@Suite struct `A statement that takes too long` {
    @Test func `is cancelled on the server with its task, and the connection stays`() async throws {
        let admin = try await connect()
        let connection = try await connect()
        let pid = try await connection.query("SELECT pg_backend_pid() AS pid").one().integer("pid")
        let task = Task { try await connection.query("SELECT pg_sleep(60)") }
        try await waitUntilActive(pid, admin)
        task.cancel()
        await #expect(throws: PostgresFault.cancelled) { try await task.value }
        #expect(try await connection.query("SELECT pg_backend_pid() AS pid").one().integer("pid") == pid)
    }

    @Test func `is cancelled at its limit, and the connection stays`() async throws {
        let connection = try await connect(limit: .milliseconds(200))
        await #expect(
            throws: PostgresFault.statementTimedOut(address: connection.address, limit: .milliseconds(200))
        ) { try await connection.query("SELECT pg_sleep(60)") }
        #expect(try await connection.query("SELECT pg_sleep(0.3)", limit: .seconds(30)).count == 1)
    }

    @Test func `because of a lock says so`() async throws {
        let holder = try await connect()
        let waiter = try await connect()
        try await holder.query("CREATE TABLE contended ()")
        let fault = try await holder.transaction { transaction throws(PostgresFault) in
            try await transaction.query("LOCK TABLE contended")
            do throws(PostgresFault) {
                try await waiter.run(script: "SET LOCAL lock_timeout = 50; SELECT * FROM contended")
                return nil as PostgresFault?
            } catch {
                return error
            }
        }
        #expect(fault?.code == "server.lock-wait" && fault?.mayPass ?? false)
    }

    @Test func `is not even begun by a cancelled task`() async throws {
        let connection = try await connect()
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await connection.query("SELECT 1")
        }
        await #expect(throws: PostgresFault.cancelled) { try await task.value }
    }
}

/// Waits until a backend runs a statement.
private func waitUntilActive(_ pid: Int64, _ admin: Connection) async throws {
    let active =
        "SELECT 1 FROM pg_stat_activity WHERE pid = $1::int AND state = 'active' AND wait_event = 'PgSleep'"
    #expect(
        try await Fact.comes(within: .seconds(60)) { try await !admin.query(active, [.integer(pid)]).isEmpty }
    )
}

/// The server's first process.
private func pid(_ server: TemporaryServer) throws -> pid_t {
    let text = try String(contentsOfFile: server.cluster.directory + "/data/postmaster.pid", encoding: .utf8)
    return try #require(text.split(separator: "\n").first.flatMap { pid_t($0) })
}
