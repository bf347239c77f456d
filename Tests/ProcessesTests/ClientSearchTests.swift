import Engine
import FoundationEssentials
import Testing

@testable import Processes

@Suite struct `Finding clients` {
    let fixture: Fixture

    init() throws { fixture = try Fixture() }

    private func client(_ folder: String, _ version: String) async throws {
        _ = try await fixture.script("\(folder)/pg_dump", "echo 'pg_dump (PostgreSQL) \(version)'")
    }

    private func found(given: [String] = [], path: String? = nil) async -> [String] {
        var search = ClientSearch(given: given.map { "\(fixture.folder)/\($0)" }, path: path)
        search.debianRoot = "\(fixture.folder)/lib/postgresql"
        search.redHatRoot = "\(fixture.folder)/usr"
        let processes = ChildProcesses(search: search, environment: ["PATH": "/usr/bin:/bin"])
        return await processes.clients().map {
            "\($0.directory.dropFirst(fixture.folder.count + 1)) \($0.major) \($0.version)"
        }
    }

    @Test func `looks where the distributions put them, newest first`() async throws {
        try await client("lib/postgresql/15/bin", "15.18 (Debian 15.18-0+deb12u1)")
        try await client("lib/postgresql/9.6/bin", "9.6.24")
        try await client("usr/pgsql-17/bin", "17.2")
        try await client("opt/bin", "17.10")
        #expect(
            await found(path: "/nowhere:\(fixture.folder)/opt/bin:relative")
                == [
                    "opt/bin 17 17.10", "usr/pgsql-17/bin 17 17.2", "lib/postgresql/15/bin 15 15.18",
                    "lib/postgresql/9.6/bin 9 9.6.24",
                ])
    }

    @Test func `prefers the given folders in their order`() async throws {
        try await client("lib/postgresql/17/bin", "17.2")
        try await client("mine", "13.1")
        try await client("other", "16.1")
        #expect(
            await found(given: ["mine", "missing", "other"])
                == ["mine 13 13.1", "other 16 16.1", "lib/postgresql/17/bin 17 17.2"])
    }

    @Test func `counts one program once, however many links lead to it`() async throws {
        try await client("lib/postgresql/15/bin", "15.18")
        try FileManager.default.createDirectory(
            atPath: "\(fixture.folder)/links", withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            atPath: "\(fixture.folder)/links/pg_dump",
            withDestinationPath: "\(fixture.folder)/lib/postgresql/15/bin/pg_dump")
        #expect(await found(path: "\(fixture.folder)/links") == ["lib/postgresql/15/bin 15 15.18"])
    }

    @Test func `leaves out what is broken, and Debian's wrapper`() async throws {
        _ = try await fixture.script(
            "lib/postgresql/14/bin/pg_dump", "echo 'pg_dump (PostgreSQL) 14.1'; exit 1")
        _ = try await fixture.script("lib/postgresql/13/bin/pg_dump", "echo something else")
        _ = try await fixture.script("share/pg_wrapper", "echo 'pg_dump (PostgreSQL) 12.1'")
        try FileManager.default.createDirectory(
            atPath: "\(fixture.folder)/bin", withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            atPath: "\(fixture.folder)/bin/pg_dump", withDestinationPath: "\(fixture.folder)/share/pg_wrapper"
        )
        #expect(await found(path: "\(fixture.folder)/bin") == [])
    }
}
