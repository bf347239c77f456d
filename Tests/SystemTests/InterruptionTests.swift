import Databases
import FoundationEssentials
import Glibc
import Jobs
import TestKit
import Testing

@Suite struct `A backup that is interrupted` {
    /// A scene with a sample database, a record of its own and a job.
    private static func play(
        _ job: String = "", _ body: (Scene, ConnectionInfo) async throws -> Void
    ) async throws {
        let (_, source) = try await Sample.database()
        try await Scene.play { scene in
            try scene.settings(catalog: try await Sample.catalog(), target: source)
            try scene.job(job)
            try await body(scene, source)
        }
    }

    /// What must hold after anything: the next run works, nothing half is there, and no row says "running".
    private static func expectRecovery(
        _ scene: Scene, sets: ClosedRange<Int>, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let end = try await scene.pgvigil("run", "nightly-backup")
        #expect(end.status == 0, "\(end)", sourceLocation: sourceLocation)
        #expect(scene.incoming.isEmpty, "\(scene.incoming)", sourceLocation: sourceLocation)
        #expect(sets.contains(scene.sets.count), "\(scene.sets)", sourceLocation: sourceLocation)
        let verified = try await scene.pgvigil("backups", "verify")
        #expect(verified.status == 0, "\(verified)", sourceLocation: sourceLocation)
        let list = try await scene.pgvigil("backups", "list")
        #expect(list.errors == "", "\(list)", sourceLocation: sourceLocation)
        let runs = try await scene.runs(sourceLocation: sourceLocation)
        #expect(runs.first?.outcome == "succeeded", sourceLocation: sourceLocation)
        #expect(
            runs.allSatisfy { $0.outcome != "running" && $0.ended != nil }, "\(runs)",
            sourceLocation: sourceLocation)
    }

    @Test(arguments: [(SIGINT, true), (SIGINT, false), (SIGTERM, false)])
    func `by a signal is cancelled and leaves nothing`(signal: Int32, toGroup: Bool) async throws {
        try await Self.play { scene, source in
            let blockade = try await Blockade.lock(source)
            let run = try scene.start(["run", "nightly-backup"], ownGroup: true)
            _ = try await blockade.arrivals()
            let family = ProcessTable.family(of: run.pid)
            #expect(family.contains { $0.name == "pg_dump" })
            run.signal(signal, toGroup: toGroup)
            let end = try await run.end()
            #expect(end.status == 130, "\(end)")
            #expect(end.errors.contains("CANCELLED"), "\(end)")
            #expect(family.filter(ProcessTable.lives).isEmpty)
            #expect(scene.sets.isEmpty && scene.incoming.isEmpty, "\(scene.files(below: scene.store))")
            let row = try #require(try await scene.runs().first)
            #expect(row.outcome == "cancelled" && row.ended != nil, "\(row)")
            await blockade.lift()
            try await Self.expectRecovery(scene, sets: 1...1)
        }
    }

    @Test func `twice by ^C ends at once, and the next start clears up`() async throws {
        try await Self.play { scene, source in
            let blockade = try await Blockade.lock(source)
            let run = try scene.start(["run", "nightly-backup"])
            _ = try await blockade.arrivals()
            let family = ProcessTable.family(of: run.pid)
            // A dump that does not listen would hold up an orderly stop.
            let dump = try #require(family.first { $0.name == "pg_dump" })
            kill(dump.pid, SIGSTOP)
            run.signal(SIGINT)
            #expect(try await Fact.comes { run.errorsSoFar.contains("once more") })
            // A second signal within a moment counts as the same wish.
            let end = try await Self.repeatedly(SIGINT, run)
            #expect(end.status == 130, "\(end)")
            kill(dump.pid, SIGCONT)
            #expect(try await Fact.comes { family.filter(ProcessTable.lives).isEmpty })
            await blockade.lift()
            try await Self.expectRecovery(scene, sets: 1...1)
        }
    }

    private static func repeatedly(_ signal: Int32, _ run: ChildRun) async throws -> ChildRun.End {
        _ = try await Fact.comes(within: .seconds(20)) {
            run.signal(signal)
            return !run.isRunning
        }
        return try await run.end(within: .seconds(1))
    }

    @Test func `because pg_dump was killed fails and says so`() async throws {
        try await Self.play { scene, source in
            let blockade = try await Blockade.lock(source)
            let run = try scene.start(["run", "nightly-backup"])
            _ = try await blockade.arrivals()
            let dump = try #require(ProcessTable.family(of: run.pid).first { $0.name == "pg_dump" })
            kill(dump.pid, SIGKILL)
            let end = try await run.end()
            #expect(end.status == 1, "\(end)")
            #expect(end.complaints.last?.contains("signal 9") == true, "\(end)")
            #expect(scene.sets.isEmpty && scene.incoming.isEmpty)
            await blockade.lift()
            try await Self.expectRecovery(scene, sets: 1...1)
        }
    }

    @Test func `because its connection was lost fails and says so`() async throws {
        try await Self.play { scene, source in
            let blockade = try await Blockade.lock(source)
            let run = try scene.start(["run", "nightly-backup"])
            let waiting = try await blockade.arrivals()
            for pid in waiting {
                try await Sample.run("select pg_catalog.pg_terminate_backend(\(pid))", source)
            }
            let end = try await run.end()
            #expect(end.status == 1, "\(end)")
            #expect(end.complaints.last?.contains("terminat") == true, "\(end)")
            #expect(scene.sets.isEmpty && scene.incoming.isEmpty)
            await blockade.lift()
            try await Self.expectRecovery(scene, sets: 1...1)
        }
    }

    @Test func `by its own time limit is told from one that failed`() async throws {
        try await Self.play("timeout: 3s") { scene, source in
            let blockade = try await Blockade.lock(source)
            let end = try await scene.pgvigil("run", "nightly-backup")
            #expect(end.status == 1, "\(end)")
            #expect(try await scene.runs().first?.outcome == "timed out")
            #expect(scene.sets.isEmpty && scene.incoming.isEmpty)
            await blockade.lift()
        }
    }

    @Test func `by nobody lets a second run of the job wait for it`() async throws {
        try await Self.play { scene, source in
            let blockade = try await Blockade.lock(source)
            let first = try scene.start(["run", "nightly-backup"])
            _ = try await blockade.arrivals()
            let second = try scene.start(["run", "nightly-backup"])
            #expect(try await Fact.comes { second.errorsSoFar.contains("waits: for run") })
            let runs = try await scene.runs()
            #expect(runs.map(\.outcome) == ["waiting", "running"], "\(runs)")
            let other = try #require(runs.last?.id.prefix(8))
            #expect(second.errorsSoFar.contains("for run \(other) (nightly-backup)"), "\(runs)")
            await blockade.lift()
            let ends = (try await first.end(), try await second.end())
            #expect(ends.0.status == 0 && ends.1.status == 0, "\(ends)")
            try await Self.expectRecovery(scene, sets: 3...3)
        }
    }

    @Test func `by a kill in the dump takes pg_dump with it`() async throws {
        try await Self.play { scene, source in
            let blockade = try await Blockade.lock(source)
            let run = try scene.start(["run", "nightly-backup"])
            _ = try await blockade.arrivals()
            let family = ProcessTable.family(of: run.pid)
            #expect(family.contains { $0.name == "pg_dump" })
            run.signal(SIGKILL)
            #expect(try await run.end().status == 137)
            #expect(try await Fact.comes { family.filter(ProcessTable.lives).isEmpty })
            #expect(scene.sets.isEmpty)
            let row = try #require(try await scene.runs().first)
            #expect(row.outcome == "failed" && row.summary.contains("process \(run.pid)"), "\(row)")
            await blockade.lift()
            try await Self.expectRecovery(scene, sets: 1...1)
        }
    }

    /// What `run --json` has printed last when the program is killed.
    @Test(arguments: [
        "\"event\":\"began\"", "\"name\":\"preflight\"", "\"name\":\"globals\"", "\"name\":\"dump\"",
        "\"name\":\"publish-check\"", "\"name\":\"publish\"", "\"name\":\"record\"", "\"name\":\"prune\"",
        "\"event\":\"ended\"",
    ])
    func `by a kill at any step never shows a half set`(said: String) async throws {
        try await Self.play { scene, _ in
            let run = try scene.start(["run", "nightly-backup", "--json"])
            let came = try await Fact.comes { run.outputSoFar.contains(said) || !run.isRunning }
            run.signal(SIGKILL)
            let end = try await run.end()
            #expect(came && end.output.contains(said), "\(end)")
            for set in scene.sets {
                let verified = try await scene.pgvigil("verify", "\(scene.store)/\(set)")
                #expect(verified.status == 0, "\(verified)")
            }
            let before = scene.sets.count
            let row = try await scene.runs().first
            #expect(row?.outcome != "running" && (row != nil || before == 0), "\(String(describing: row))")
            try await Self.expectRecovery(scene, sets: (before + 1)...(before + 1))
            let known = try await scene.pgvigil("catalog", "rebuild")
            #expect(known.output.contains("0 sets recorded"), "the record lacked a set: \(known)")
        }
    }

    @Test func `by a reader of its output that goes away goes on`() async throws {
        try await Self.play { scene, _ in
            let pipe = "\(BuiltProgram.path) run nightly-backup --json 2>&1 | head -c 1"
            let environment = BuiltProgram.cleanEnvironment(home: scene.home)
            let end = try await ChildRun.run(
                ["sh", "-c", pipe], environment: environment, directory: scene.config)
            #expect(end.output == "{")
            // The shell waits for all of the pipe, so the run is over.
            #expect(try await scene.runs().map(\.outcome) == ["succeeded"] && scene.sets.count == 1)
        }
    }
}

@Suite struct `A run by hand` {
    @Test(arguments: [SIGINT, SIGTERM])
    func `that is stopped while the catalog does not answer ends at once`(signal: Int32) async throws {
        let silent = try SilentPort()
        try await Scene.play { scene in
            let nobody = ConnectionInfo(parameters: [
                .init("host", "127.0.0.1"), .init("port", "\(silent.port)"), .init("user", "nobody"),
                .init("dbname", "nobody"),
            ])
            try scene.settings(catalog: nobody, target: nobody)
            try scene.job()
            let run = try scene.start(["run", "nightly-backup"])
            #expect(try await Fact.comes { silent.hasVisitor })
            run.signal(signal)
            // A connection that nobody answers is given up after ten seconds.
            let end = try await run.end(within: .seconds(8))
            #expect(end.status == 130, "\(end)")
            #expect(scene.sets.isEmpty)
        }
    }

    @Test func `that the catalog lost while it waited says so, and does not hang`() async throws {
        let (_, source) = try await Sample.database()
        try await Scene.play { scene in
            let catalog = try await Sample.catalog()
            try scene.settings(catalog: catalog, target: source)
            try scene.job()
            let blockade = try await Blockade.lock(source)
            let first = try scene.start(["run", "nightly-backup"])
            _ = try await blockade.arrivals()
            let second = try scene.start(["run", "nightly-backup"])
            #expect(try await Fact.comes { second.errorsSoFar.contains("waits: for run") })
            try await Sample.run("delete from pgvigil.run where waiting", catalog)
            let end = try await second.end()
            #expect(end.status == 1, "\(end)")
            #expect(end.errors.contains("the run of 'nightly-backup' was lost while it waited"), "\(end)")
            await blockade.lift()
            #expect(try await first.end().status == 0)
        }
    }
}

/// A port of the loopback that takes connections and never says a word.
private final class SilentPort: Sendable {
    let port: UInt16
    private let listener: Int32

    struct Refused: Error {}

    init() throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = listener
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { general in
                bind(descriptor, general, length) == 0 && listen(descriptor, 8) == 0
                    && getsockname(descriptor, general, &length) == 0
            }
        }
        port = UInt16(bigEndian: address.sin_port)
        guard isBound else { throw Refused() }
    }

    /// Whether somebody has connected, and is not answered.
    var hasVisitor: Bool {
        var question = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
        return poll(&question, 1, 0) == 1
    }

    deinit { close(listener) }
}
