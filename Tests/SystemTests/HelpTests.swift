import FoundationEssentials
import TestKit
import Testing

@Suite struct `What the program says of itself` {
    private static let commands = [
        [], ["demo"], ["check"], ["next"], ["plan"], ["status"], ["run"], ["serve"], ["reload"], ["daemons"],
        ["daemons", "list"], ["daemons", "alive"], ["backups"], ["backups", "list"],
        ["backups", "show"], ["backups", "verify"], ["backups", "prune"], ["backups", "hold"], ["runs"],
        ["runs", "list"], ["runs", "show"], ["runs", "cancel"], ["restore"], ["verify"], ["catalog"],
        ["catalog", "status"],
        ["catalog", "migrate"],
        ["catalog", "rebuild"], ["completions"], ["version"],
        ["maintain"], ["traffic"], ["drill"], ["drills"], ["drills", "list"], ["drills", "show"],
    ]

    @Test(arguments: commands)
    func `every command has a help text`(command: [String]) async throws {
        try await Scene.play { scene in
            let end = try await scene.start(command + ["--help"]).end()
            #expect(end.status == 0)
            #expect(end.errors == "")
            Golden.expect(end.output, (["help"] + command).joined(separator: "-"))
        }
    }

    @Test func `every command that the help lists has its help text here`() async throws {
        try await Scene.play { scene in
            for command in Self.commands {
                let help = try await scene.start(command + ["--help"]).end().output
                let listed = help.split(separator: "\n").drop { $0 != "SUBCOMMANDS:" }.dropFirst()
                    .filter { $0.hasPrefix("  ") && !$0.hasPrefix("   ") }
                    .compactMap { $0.split(separator: " ").first.map(String.init) }
                #expect(listed.count > 9 || command != [])
                for name in listed where name != "See" { #expect(Self.commands.contains(command + [name])) }
            }
        }
    }

    @Test func `the version names the libraries`() async throws {
        try await Scene.play { scene in
            let end = try await scene.pgvigil("version")
            #expect(end.status == 0)
            let shape =
                #/pgvigil \d+\.\d+\.\d+ \(libpq \d+\.\d+, zlib \d+\.\d+(\.\d+)*, catalog schema \d+\)\n/#
            #expect(end.output.wholeMatch(of: shape) != nil, "\(end)")
            let short = try await scene.pgvigil("--version")
            #expect(short.output == end.output && short.status == 0, "\(short)")
        }
    }

    @Test(arguments: [("bash", "bash"), ("zsh", "zsh"), ("fish", "fish")])
    func `completions are scripts that their shell can read`(shell: String, program: String) async throws {
        try await Scene.play { scene in
            let end = try await scene.pgvigil("completions", shell)
            #expect(end.status == 0)
            #expect(end.output.contains("pgvigil") && end.output.contains("backups"))
            try scene.write("completions", end.output)
            let script = "\(scene.config)/completions"
            let parse = program == "fish" ? "--no-execute" : "-n"
            let parsed = try await ChildRun.run(
                [program, parse, script], environment: BuiltProgram.cleanEnvironment(home: scene.home))
            // env(1) ends with 126 or 127 where that shell is not to be had; bash is everywhere that these tests are.
            let isThere = ![126, 127].contains(parsed.status)
            #expect(parsed.status == 0 || (!isThere && shell != "bash"), "\(parsed)")
        }
    }

    @Test(arguments: [
        ["frobnicate"], ["run"], ["run", "a", "b"], ["backups", "show"], ["verify"],
        ["plan", "--hours", "0"],
        ["runs", "list", "--outcome", "green"], ["runs", "list", "--since", "yesterday"],
        ["runs", "list", "--waiting", "--outcome", "failed"], ["runs", "cancel"],
        ["runs", "cancel", "latest", "--reason", " "], ["status", "--targt", "main"],
        ["next", "* * * * *", "--stdin"], ["check", "--conect"],
        ["completions", "csh"],
        ["drill", "latest"], ["drill", "./a/b"], ["drill", "--proof", "maybe"],
        ["drill", "--where", "elsewhere"], ["drill", "--where", "target/"], ["drill", "-j", "0"],
        ["drill", "-j", "many"], ["drill", "a", "b"], ["drills", "list", "--limit", "0"],
        ["drills", "show", "a", "b"], ["drills", "show", "--json", "--html", "-"],
        ["drills", "show", "--html", ""], ["maintain"], ["maintain", "a", "b"], ["traffic"],
        ["traffic", "a", "b"],
    ])
    func `a wrong command line ends with 2 and says what is wrong`(command: [String]) async throws {
        try await Scene.play { scene in
            let end = try await scene.start(command).end()
            #expect(end.status == 2)
            #expect(end.output == "")
            Golden.expect(
                end.errors, "wrong-" + command.joined(separator: "-").filter { $0.isLetter || $0 == "-" })
            #expect(scene.files(below: scene.home).isEmpty, "something ran")
        }
    }
}
