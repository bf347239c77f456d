import Databases
import Faults
import FoundationEssentials
import Glibc
import Postgres
import TestKit
import Testing

@Suite(.enabled(if: SecondProcess.part == nil)) struct `A private cluster` {
    @Test func `keeps its data from one start to the next`() async throws {
        let scratch = try Scratch()
        let first = try await scratch.start()
        let connection = try await Connection.open(first.connectionInfo().options())
        try await connection.run(script: "CREATE TABLE kept (n int); INSERT INTO kept VALUES (42);")
        await connection.close()
        try await first.stop()
        #expect(try scratch.serverPid() == nil)
        let second = try await scratch.start()
        let again = try await Connection.open(second.connectionInfo().options())
        #expect(try await again.query("SELECT n FROM kept").texts("n") == ["42"])
        #expect(try await again.query("SHOW fsync").texts("fsync") == ["on"])
        #expect(try await again.query("SHOW listen_addresses").texts("listen_addresses") == [""])
        await again.close()
        try await second.stop()
        try await second.stop()
    }

    @Test func `is started once by many at the same time, and stopped by the last`() async throws {
        let scratch = try Scratch()
        let users = try await withThrowingTaskGroup(of: LocalCluster.self) { group in
            for _ in 0..<4 { group.addTask { try await scratch.start() } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let pid = try #require(try scratch.serverPid())
        for user in users.dropLast() { try await user.stop() }
        #expect(try scratch.serverPid() == pid)
        let connection = try await Connection.open(users[3].connectionInfo().options())
        #expect(try await connection.query("SELECT 1").count == 1)
        try await users[3].stop()
        #expect(try scratch.serverPid() == nil)
    }

    @Test func `runs on when its only user is killed, and the next one adopts it`() async throws {
        let scratch = try Scratch()
        let other = try SecondProcess(part: "ClusterUserPart", tell: ["directory": scratch.directory])
        #expect(try await SecondProcess.appears(scratch.directory + "/ready"))
        let pid = try #require(try scratch.serverPid())
        other.kill()
        #expect(try scratch.serverPid() == pid)
        let adopter = try await scratch.start()
        #expect(try scratch.serverPid() == pid)
        let connection = try await Connection.open(adopter.connectionInfo().options())
        #expect(try await connection.query("SELECT 1").count == 1)
        try await adopter.stop()
        #expect(try scratch.serverPid() == nil)
    }

    @Test func `is shared by two processes that start it at the same time`() async throws {
        let scratch = try Scratch()
        let other = try SecondProcess(part: "ClusterUserPart", tell: ["directory": scratch.directory])
        let mine = try await scratch.start()
        #expect(try await SecondProcess.appears(scratch.directory + "/ready"))
        let pid = try #require(try scratch.serverPid())
        try await mine.stop()
        #expect(try scratch.serverPid() == pid, "the other process uses it still")
        other.kill()
        let last = try await scratch.start()
        try await last.stop()
        #expect(try scratch.serverPid() == nil)
    }

    @Test func `starts again after its server was killed`() async throws {
        let scratch = try Scratch()
        let first = try await scratch.start()
        let connection = try await Connection.open(first.connectionInfo().options())
        let sleeper = Task { try await connection.query("SELECT pg_sleep(60)") }
        let pid = try #require(try scratch.serverPid())
        kill(pid, SIGKILL)
        await #expect(throws: PostgresFault.self) { try await sleeper.value }
        try await first.revive()
        let revived = try #require(try scratch.serverPid())
        #expect(revived != pid)
        try await first.revive()
        #expect(try scratch.serverPid() == revived)

        kill(revived, SIGKILL)
        let second = try await scratch.start()
        #expect(try scratch.serverPid() != revived)
        let again = try await Connection.open(second.connectionInfo().options())
        #expect(try await again.query("SELECT 1").count == 1)
        try await second.stop()
        try await first.stop()
        try await first.revive()
        #expect(try scratch.serverPid() == nil, "whoever has stopped using it does not start it")
    }

    @Test func `is not kept from starting by the number of a stranger in its file`() async throws {
        let scratch = try Scratch()
        try await scratch.start().stop()
        let stranger = "\(getppid())\n\(scratch.directory)/data\n1\n5432\n/tmp\n\n0 0\nready   \n"
        try stranger.write(
            toFile: scratch.directory + "/data/postmaster.pid", atomically: false, encoding: .utf8)
        let cluster = try await scratch.start()
        #expect(try scratch.serverPid() != getppid())
        try await cluster.stop()
    }

    @Test func `is begun anew when making it was interrupted`() async throws {
        let scratch = try Scratch()
        try FileManager.default.createDirectory(
            atPath: scratch.directory + "/data.new/base", withIntermediateDirectories: true)
        let cluster = try await scratch.start()
        #expect(!FileManager.default.fileExists(atPath: scratch.directory + "/data.new"))
        try await cluster.stop()
    }

    @Test(arguments: ["with a name that is longer than a socket may have ", "ümlaut ' \" $x ,"])
    func `may lie in any folder`(name: String) async throws {
        let scratch = try Scratch(below: name.count > 40 ? String(repeating: name, count: 3) : name)
        let cluster = try await scratch.start()
        let socket = cluster.socketDirectory
        #expect(!socket.hasPrefix(scratch.directory))
        let connection = try await Connection.open(cluster.connectionInfo().options())
        #expect(try await connection.query("SELECT 1").count == 1)
        await connection.close()
        try await cluster.stop()
        #expect(!FileManager.default.fileExists(atPath: socket))
    }

    @Test(.enabled(if: geteuid() == 0))
    func `of root is run by somebody else, who cannot change what root reads`()
        async throws
    {
        let scratch = try Scratch()
        let cluster = try await scratch.start()
        let pid = try #require(try scratch.serverPid())
        #expect(owner("/proc/\(pid)") != 0)
        #expect(owner(scratch.directory) == 0)
        #expect(owner(scratch.directory + "/server.conf") == 0)
        #expect(owner(scratch.directory + "/data") != 0)
        try await cluster.stop()
    }

    private func owner(_ path: String) -> uid_t? {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_uid : nil
    }
}

@Suite(.enabled(if: SecondProcess.part == nil)) struct `A throwaway cluster` {
    @Test func `leaves nothing behind when it is stopped`() async throws {
        let scratch = try Scratch()
        let cluster = try await LocalCluster.throwaway(
            in: scratch.directory, binaries: TemporaryServer.installed(), settings: ["work_mem": "1MB"])
        let connection = try await Connection.open(cluster.connectionInfo().options())
        #expect(try await connection.query("SHOW work_mem").texts("work_mem") == ["1MB"])
        try await cluster.stop()
        #expect(try scratch.names() == [".lock"])
    }

    @Test func `of a killed process is swept, and that of a living one is not`() async throws {
        let scratch = try Scratch()
        let other = try SecondProcess(part: "ThrowawayPart", tell: ["directory": scratch.directory])
        #expect(try await SecondProcess.appears(scratch.directory + "/ready"))
        #expect(await LocalCluster.sweep(scratch.directory) == [])
        let orphan = try #require(try scratch.names().first { $0.hasPrefix("c-") })
        let pid = try #require(try scratch.serverPid(orphan))
        other.kill()
        #expect(isRunning(pid), "the server outlives its maker")
        #expect(await LocalCluster.sweep(scratch.directory) == [scratch.directory + "/" + orphan])
        #expect(!isRunning(pid))
        #expect(try scratch.names() == [".lock", "ready"])
        #expect(await LocalCluster.sweep(scratch.directory + "/nowhere") == [])
    }

    /// Whether the process is there and has not ended; one whose parent was killed may wait long to be collected.
    private func isRunning(_ pid: pid_t) -> Bool {
        // No such file, no such process.
        guard let status = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else {
            return false
        }
        return !status.contains(") Z ")
    }

    @Test func `that does not start leaves nothing behind`() async throws {
        let scratch = try Scratch()
        let fault = await #expect(throws: DatabasesFault.self) {
            try await LocalCluster.throwaway(
                in: scratch.directory, binaries: TemporaryServer.installed(),
                settings: ["shared_buffers": "lots"])
        }
        #expect(fault?.code == "cluster.start-failed")
        #expect(fault?.summary.contains("shared_buffers") ?? false)
        #expect(try scratch.names() == [".lock"])
    }
}

/// The other process of the tests above.
@Suite(.enabled(if: SecondProcess.part == "ClusterUserPart")) struct ClusterUserPart {
    @Test func `uses a cluster until it is killed`() async throws {
        let directory = SecondProcess.told("directory")
        let cluster = try await Scratch.start(directory)
        try "".write(toFile: directory + "/ready", atomically: true, encoding: .utf8)
        try await SecondProcess.waitToBeKilled()
        #expect(cluster.major >= 12)
    }
}

/// The other process of the tests above.
@Suite(.enabled(if: SecondProcess.part == "ThrowawayPart")) struct ThrowawayPart {
    @Test func `makes a cluster and is killed`() async throws {
        let directory = SecondProcess.told("directory")
        let cluster = try await LocalCluster.throwaway(in: directory, binaries: TemporaryServer.installed())
        try "".write(toFile: directory + "/ready", atomically: true, encoding: .utf8)
        try await SecondProcess.waitToBeKilled()
        #expect(cluster.major >= 12)
    }
}
