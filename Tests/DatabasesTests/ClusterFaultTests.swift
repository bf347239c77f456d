import Databases
import Faults
import FoundationEssentials
import Glibc
import Postgres
import TestKit
import Testing

@Suite struct `A cluster that cannot be had` {
    @Test func `because nobody has installed a server says what to install`() async throws {
        let scratch = try Scratch()
        let fault = await refusal(scratch, binaries: [])
        #expect(fault?.code == "cluster.no-programs")
    }

    @Test func `because another major version made it names that version`() async throws {
        let scratch = try Scratch()
        try await scratch.start().stop()
        let installed = await TemporaryServer.installed()
        let newest = try #require(installed.last)
        let others = [ServerBinaries(directory: "/nowhere", major: newest.major + 1, version: "x")]
        #expect(
            await refusal(scratch, binaries: others)
                == .wrongMajor(directory: scratch.directory, major: newest.major, present: [newest.major + 1])
        )
    }

    @Test func `because something else lies there leaves it alone`() async throws {
        let scratch = try Scratch()
        try FileManager.default.createDirectory(
            atPath: scratch.directory + "/data/photos", withIntermediateDirectories: true)
        #expect(
            await refusal(scratch, binaries: TemporaryServer.installed())
                == .notACluster(directory: scratch.directory + "/data"))
        #expect(FileManager.default.fileExists(atPath: scratch.directory + "/data/photos"))
    }

    @Test(.enabled(if: geteuid() == 0)) func `because the way there is closed names the folder`() async throws
    {
        let scratch = try Scratch(below: "closed/state")
        let closed = String(scratch.directory.dropLast("/state".count))
        try FileManager.default.createDirectory(atPath: scratch.directory, withIntermediateDirectories: true)
        chmod(closed, 0o700)
        let fault = await refusal(scratch, binaries: TemporaryServer.installed())
        #expect(fault == .notReachable(path: closed, user: "postgres"))
    }

    @Test(.enabled(if: geteuid() != 0)) func `because it belongs to somebody else names the owner`()
        async throws
    {
        let fault = await #expect(throws: DatabasesFault.self) {
            try await LocalCluster.ensureRunning(
                at: "/usr/lib", binaries: TemporaryServer.installed(), purpose: .catalog)
        }
        #expect(fault == .foreignOwner(directory: "/usr/lib", owner: "root"))
    }

    @Test func `because a file is in the way names it`() async throws {
        let scratch = try Scratch(below: "file/state")
        let file = String(scratch.directory.dropLast("/state".count))
        try "".write(toFile: file, atomically: true, encoding: .utf8)
        let fault = await refusal(scratch, binaries: TemporaryServer.installed())
        #expect(fault == .file(path: scratch.directory, cause: "Not a directory"))
    }

    @Test func `because its programs fail tells what they say`() async throws {
        let scratch = try Scratch()
        let bin = scratch.directory + "/bin"
        try FileManager.default.createDirectory(atPath: bin, withIntermediateDirectories: true)
        for name in ["initdb", "postgres"] {
            let script =
                "#!/bin/sh\n[ \"$1\" = --version ] && echo 'postgres (PostgreSQL) 15.99' && exit\n"
                + "echo \"$(basename $0): no space on the moon\" >&2\nexit 1\n"
            try script.write(toFile: "\(bin)/draft", atomically: true, encoding: .utf8)
            // Written by another process: a program whose descriptor one of our children holds is busy (ETXTBSY).
            let copied = try await ChildRun.run(
                ["install", "-m", "755", "\(bin)/draft", "\(bin)/\(name)"], environment: [:])
            #expect(copied.status == 0)
        }
        chmod(bin, 0o755)
        let programs = ServerBinaries(directory: bin, major: 15, version: "15.99")
        let fault = await refusal(scratch, binaries: [programs])
        #expect(await ServerBinaries.find(extraDirectories: [bin]).first == programs)
        #expect(fault == .initFailed(directory: scratch.directory, log: "initdb: no space on the moon"))
    }

    @Test func `is told in one line with a remedy`() {
        let directory = "/var/lib/pgvigil/catalog"
        let faults: [DatabasesFault] = [
            .noServerPrograms(searched: ServerBinaries.searched(extraDirectories: ["/opt/pg/bin"])),
            .wrongMajor(directory: directory, major: 15, present: [16, 17]),
            .wrongMajor(directory: directory, major: 15, present: []),
            .noMajor(wished: 18, present: [15, 16]),
            .noMajor(wished: 18, present: []),
            .notACluster(directory: directory),
            .foreignOwner(directory: directory, owner: "pgvigil"),
            .noUnprivilegedUser,
            .notReachable(path: "/var/lib/pgvigil", user: "postgres"),
            .file(path: directory, cause: "No space left on device"),
            .program(path: "setpriv", cause: "it is missing (package util-linux)"),
            .initFailed(directory: directory, log: "initdb: error: disk full"),
            .startFailed(directory: directory, log: "FATAL:  could not load server certificate file"),
            .startTimedOut(directory: directory, limit: .seconds(120), log: "LOG:  redo in progress"),
            .stopTimedOut(directory: directory, pid: 4711),
            .busy(directory: directory, limit: .seconds(120)),
            .serverTooOld(address: "db.example:5432", version: "11.22"),
            .pooled(address: "db.example:6432"),
            .server(.unreachable(address: "db.example:5432", cause: "Connection refused")),
        ]
        Golden.expect(faults.map(FaultLine.render).joined(separator: "\n"), "faults")
    }

    private func refusal(_ scratch: Scratch, binaries: [ServerBinaries]) async -> DatabasesFault? {
        await #expect(throws: DatabasesFault.self) {
            try await LocalCluster.ensureRunning(at: scratch.directory, binaries: binaries, purpose: .catalog)
        }
    }
}
