import FoundationEssentials
import Glibc
import Jobs
import TestKit
import Testing

@Suite struct `Telling a daemon to stop or to read again` {
    /// A daemon with one job that works until its gate is open.
    private func play(grace: String = "60s", _ body: (Fleet) async throws -> Void) async throws {
        try await Fleet.play { fleet in
            try fleet.settings("a", "desk", grace: grace)
            try fleet.command("work", for: ["a"], gate: "work")
            try fleet.crontab("a", lines: "*/2 * * * * *  work")
            try await body(fleet)
        }
    }

    @Test func `SIGTERM starts nothing more and lets what runs come to its end`() async throws {
        try await play { fleet in
            let daemon = try await fleet.join("a")
            let script = try await fleet.atWork("work")
            daemon.signal(SIGTERM)
            #expect(try await fleet.says(daemon, "1 run may go on for 1m"))
            // Two slots come and go.
            try await Fact.nextSecond()
            for _ in 0..<4 { try await Fact.nextSecond() }
            #expect(script.lives && daemon.isRunning)
            try fleet.open("work")
            let end = try await daemon.end()
            #expect(end.status == 0, "\(end)")
            #expect(try await fleet.run(script.run).outcome == "succeeded")
            #expect(fleet.testimony().filter(\.isBegin).count == 1)
            #expect(try await fleet.daemons().map(\.state) == ["stopped"])
        }
    }

    @Test func `grace that runs out, or a second SIGTERM, ends what runs`() async throws {
        for grace in ["2s", "60s"] {
            try await play(grace: grace) { fleet in
                let daemon = try await fleet.join("a")
                let script = try await fleet.atWork("work")
                daemon.signal(SIGTERM)
                #expect(try await fleet.says(daemon, "1 run may go on"))
                if grace == "60s" {
                    // Two signals at once are one wish.
                    for _ in 0..<3 { try await Fact.nextSecond() }
                    daemon.signal(SIGTERM)
                }
                let end = try await daemon.end(within: .seconds(30))
                #expect(end.status == 0, "\(end)")
                #expect(!script.lives)
                let row = try await fleet.run(script.run)
                #expect(row.outcome == "cancelled" && row.summary == "stopped on request", "\(row)")
                #expect(try await fleet.runs().allSatisfy { $0.outcome != "running" })
            }
        }
    }

    @Test func `reload and SIGHUP take what is sound, and keep what there is if it is not`() async throws {
        try await play { fleet in
            let none = try await fleet.ask("a", "reload")
            #expect(
                none.status == 1 && none.complaints.first?.contains("no daemon serves") ?? false, "\(none)")
            let daemon = try await fleet.join("a")
            let before = try await fleet.atWork("work")

            try fleet.crontab("a", lines: "*/2 * * * * *  wrok")
            let refused = try await fleet.ask("a", "reload")
            #expect(refused.status == 2 && refused.errors.contains("wrok"), "\(refused)")
            #expect(!daemon.outputSoFar.contains("reload:"), "the daemon was told of a broken configuration")
            daemon.signal(SIGHUP)
            #expect(try await fleet.says(daemon, "the new configuration is refused, and the old one goes on"))
            #expect(daemon.errorsSoFar.contains("wrok"), "\(daemon.errorsSoFar)")

            try fleet.command("new", for: ["a"])
            try fleet.crontab("a", lines: "*/2 * * * * *  new")
            let taken = try await fleet.ask("a", "reload", "--json")
            let answers = try fleet.scene.decode([AnswerRow].self, taken)
            #expect(taken.status == 0 && answers.map(\.answer) == ["reloaded"], "\(taken)")
            #expect(answers.map(\.pid) == [daemon.pid])
            #expect(try await Fact.comes { fleet.testimony("new").count >= 2 })
            // What runs goes on as it began.
            #expect(before.lives)
            try fleet.open("work")
            #expect(try await fleet.ended(before.run).outcome == "succeeded")

            try fleet.settings("a", more: "web: {listen: \"127.0.0.1:1\"}")
            let restart = try await fleet.ask("a", "reload")
            #expect(restart.status == 1 && restart.output.contains("takes a restart"), "\(restart)")
            daemon.signal(SIGSTOP)
            try fleet.settings("a")
            let silent = try await fleet.ask("a", "reload")
            #expect(silent.status == 3, "\(silent)")
            daemon.signal(SIGCONT)
            try await fleet.stop(daemon)
        }
    }

    @Test func `the service manager hears of it all`() async throws {
        try await play { fleet in
            let socket = try DatagramSocket(path: "\(fleet.scene.path)/notify")
            chmod(socket.path, 0o777)
            func hears(_ text: String) async throws -> Bool {
                try await Fact.comes {
                    socket.datagrams.contains { $0.split(separator: "\n").contains { $0 == text } }
                }
            }
            let daemon = try await fleet.join(
                "a", environment: ["NOTIFY_SOCKET": socket.path, "WATCHDOG_USEC": "1500000"])
            #expect(try await hears("READY=1"))
            #expect(try await hears("WATCHDOG=1"))
            daemon.signal(SIGHUP)
            #expect(try await hears("RELOADING=1"))
            let reloading = try #require(
                socket.datagrams.firstIndex { $0.hasPrefix("RELOADING=1\nMONOTONIC_USEC=") })
            #expect(
                try await Fact.comes { socket.datagrams[reloading...].contains { $0.hasPrefix("READY=1") } })
            // The clock is the machine's own, or systemd takes the message for one of another reload.
            let text = try #require(socket.datagrams[reloading].split(separator: "=").last)
            let age = RealClock.monotonicSeconds - (Int(text) ?? 0) / 1_000_000
            #expect(
                (0...120).contains(age),
                "MONOTONIC_USEC is \(text), and it is \(RealClock.monotonicSeconds) s")
            try fleet.open("work")
            try await fleet.stop(daemon)
            #expect(try await hears("STOPPING=1"))
        }
    }

    @Test func `the unit file is one that systemd takes`() async throws {
        let environment = BuiltProgram.cleanEnvironment(home: "/")
        let version = try await ChildRun.run(["systemd-analyze", "--version"], environment: environment)
        guard version.status == 0 else { return }
        try await Fleet.play { fleet in
            let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
                .joined(separator: "/")
            let unit = try String(
                contentsOfFile: "\(root)/packaging/systemd/pgvigil.service", encoding: .utf8)
            // Neither the program nor its user is installed here.
            let here = unit.replacing("/usr/local/bin/pgvigil", with: BuiltProgram.path)
                .replacing("User=pgvigil", with: "User=daemon").replacing(
                    "Group=pgvigil", with: "Group=daemon")
            let path = "\(fleet.scene.path)/pgvigil.service"
            try here.write(toFile: path, atomically: true, encoding: .utf8)
            let end = try await ChildRun.run(["systemd-analyze", "verify", path], environment: environment)
            let complaints = end.errors.split(separator: "\n").filter { $0.contains("pgvigil.service") }
            #expect(end.status == 0 && complaints.isEmpty, "\(end)")
        }
    }
}
