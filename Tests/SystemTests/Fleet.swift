import FoundationEssentials
import Glibc
import Jobs
import TestKit
import Testing

/// Daemons that share one catalog: each has a configuration and a state directory of its own.
///
/// Their jobs run a script that writes down when it begins and ends, and may wait for a gate that the test opens.
struct Fleet: Sendable {
    let scene: Scene
    let catalog: ConnectionInfo

    /// Daemons mostly wait, so more of them are carried at a time than of other scenes.
    private static let places = Places(5)

    /// The shortest lease that may be configured.
    static let lease = Duration.seconds(10)

    /// Plays a test with daemons on a new catalog, or on the one that is given.
    static func play(catalog: ConnectionInfo? = nil, _ body: (Fleet) async throws -> Void) async throws {
        let own: ConnectionInfo
        if let catalog { own = catalog } else { own = try await Sample.catalog() }
        try await Scene.play(places: places) { scene in
            let fleet = Fleet(scene: scene, catalog: own)
            try fleet.writeScript()
            try await body(fleet)
        }
    }

    // MARK: Configuration

    /// The folder of a daemon's configuration.
    func folder(_ name: String) -> String { "\(scene.config)/\(name)" }
    /// A daemon's state directory.
    func state(_ name: String) -> String { "\(scene.path)/state-\(name)" }

    /// Writes the settings of daemons: one target, short times, and a label `who` with the daemon's name.
    func settings(
        _ names: String..., lease: String = "10s", grace: String = "1s", target: ConnectionInfo? = nil,
        more: String = ""
    ) throws {
        let info = target ?? catalog
        let databases = target?["dbname"].map { "    databases: [\"\($0)\"]\n" } ?? ""
        for name in names {
            try scene.write(
                "\(name)/pgvigil.yaml",
                """
                state: \(state(name))
                stores: {local: \(scene.store)}
                catalog: "\(catalog.conninfo)"
                targets:
                  main:
                    url: "\(info.conninfo)"
                \(databases)labels: {who: \(name)}
                limits: {runs: 100, heavy_per_target: 1}
                daemon: {lease: \(lease), grace: \(grace)}
                zone: UTC
                \(more)
                """)
        }
    }

    /// Writes a job of the script for daemons.
    ///
    /// - Parameter gate: The script goes on only while this gate is open; nil for one that does not wait.
    func command(
        _ job: String, for names: [String], gate: String? = nil, seconds: String = "0", _ lines: String = ""
    ) throws {
        for name in names {
            try scene.write(
                "\(name)/jobs/\(job).yaml",
                """
                kind: command
                command: [sh, \(script), "\(gate.map(path(ofGate:)) ?? "/")", "\(seconds)"]
                \(lines)

                """)
        }
    }

    /// Writes the crontab of daemons, in UTC.
    func crontab(_ names: String..., lines: String) throws {
        for name in names { try scene.write("\(name)/cron/all.cron", "CRON_TZ=UTC\n\(lines)\n") }
    }

    /// Lets scripts that wait for a gate go on.
    func open(_ gate: String) throws {
        try "open".write(toFile: path(ofGate: gate), atomically: true, encoding: .utf8)
    }

    /// Lets scripts that come to a gate from now on wait.
    func close(_ gate: String) { unlink(path(ofGate: gate)) }

    private func path(ofGate gate: String) -> String { "\(scene.path)/gate-\(gate)" }
    private var script: String { "\(scene.path)/work.sh" }
    private var witness: String { "\(scene.path)/witness" }

    private func writeScript() throws {
        let text = """
            tell() { echo "$1 $PGVIGIL_JOB $PGVIGIL_SLOT $PGVIGIL_RUN $PGVIGIL_ATTEMPT $$" >>\(witness); }
            tell begin
            while [ ! -e "$1" ]; do sleep 0.2; done
            sleep "$2"
            tell end

            """
        try text.write(toFile: script, atomically: true, encoding: .utf8)
    }

    // MARK: What happened

    /// A line of the script.
    struct Testimony: Sendable, Equatable {
        var isBegin: Bool
        var job: String
        var slot: String
        var run: String
        var attempt: Int
        var pid: Int32

        /// Whether the script is still there.
        var lives: Bool {
            ProcessTable().entries.contains {
                $0.pid == pid && $0.arguments.contains { $0.hasSuffix("/work.sh") }
            }
        }
    }

    /// What scripts have written, in its order.
    func testimony(_ job: String? = nil) -> [Testimony] {
        // No script has written anything yet.
        let text = (try? String(contentsOfFile: witness, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
            guard words.count == 6, let attempt = Int(words[4]), let pid = Int32(words[5]) else { return nil }
            return Testimony(
                isBegin: words[0] == "begin", job: words[1], slot: words[2], run: words[3], attempt: attempt,
                pid: pid)
        }.filter { job == nil || $0.job == job }
    }

    /// The first script of a job that began and has not ended.
    func atWork(_ job: String) async throws -> Testimony {
        let found = try await Fact.value {
            let all = testimony(job)
            return all.last { one in
                one.isBegin && !all.contains { !$0.isBegin && $0.run == one.run && $0.attempt == one.attempt }
            }
        }
        return try #require(found, "\(job) does not run: \(testimony())")
    }

    // MARK: Daemons

    /// Starts a daemon.
    func serve(_ name: String, environment: [String: String] = [:]) throws -> ChildRun {
        try scene.start(["serve", "--json", "--config", folder(name)], environment: environment)
    }

    /// Starts a daemon and waits until it has its lease.
    func join(_ name: String, environment: [String: String] = [:]) async throws -> ChildRun {
        let daemon = try serve(name, environment: environment)
        try await joined(daemon)
        return daemon
    }

    /// Waits until a daemon has its lease, for the `count`th time.
    func joined(_ daemon: ChildRun, times count: Int = 1) async throws {
        let isThere = try await says(daemon, "joined the catalog", times: count)
        try #require(isThere && daemon.isRunning, "\(daemon.outputSoFar)\n\(daemon.errorsSoFar)")
    }

    /// Waits until a daemon has said something.
    func says(
        _ daemon: ChildRun, _ text: String, times count: Int = 1, within limit: Duration = .seconds(60)
    ) async throws -> Bool {
        try await Fact.comes(within: limit) {
            let said = daemon.outputSoFar + daemon.errorsSoFar
            return said.split(separator: "\n").count { $0.contains(text) } >= count || !daemon.isRunning
        } && daemon.isRunning
    }

    /// Asks a daemon to stop, and expects it to end well.
    func stop(_ daemon: ChildRun, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        daemon.signal(SIGTERM)
        let end = try await daemon.end(within: .seconds(60))
        #expect(end.status == 0, "\(end)", sourceLocation: sourceLocation)
    }

    // MARK: What the record says

    /// Runs a command with the configuration of `name`.
    func ask(_ name: String = "desk", _ arguments: String...) async throws -> ChildRun.End {
        try await scene.start(arguments + ["--config", folder(name)]).end()
    }

    /// The runs of the catalog, by the configuration of `name`, newest first.
    func runs(_ name: String = "desk", _ more: String...) async throws -> [RunRow] {
        let end = try await scene.start(
            ["runs", "list", "--json", "--limit", "10000", "--config", folder(name)] + more
        ).end()
        return try scene.decode([RunRow].self, end)
    }

    /// One run with its attempts.
    func run(_ id: String, _ name: String = "desk") async throws -> RunRow {
        try scene.decode(RunRow.self, try await ask(name, "runs", "show", id, "--json"))
    }

    /// A run once it has ended.
    func ended(_ id: String, within limit: Duration = .seconds(60)) async throws -> RunRow {
        let found = try await Fact.value(within: limit) {
            let row = try await run(id)
            return row.ended == nil ? nil : row
        }
        return try #require(found, "run \(id) has not ended")
    }

    /// What is there of daemons.
    func daemons() async throws -> [DaemonRow] {
        try scene.decode([DaemonRow].self, try await ask("desk", "daemons", "list", "--json"))
    }
}
