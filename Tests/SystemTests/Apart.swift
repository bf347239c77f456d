import FoundationEssentials
import Glibc
import TestKit

/// Runs the program with file systems of its own, where this machine lets us: as root, or as one who may have a user
/// namespace.
enum Apart {
    private static var prefix: [String] { ["unshare", geteuid() == 0 ? "-m" : "-rm"] }

    /// Whether it can be done here.
    static var canBe: Bool {
        get async {
            let command = prefix + ["mount", "-t", "tmpfs", "none", "/mnt"]
            // No unshare, or not allowed: then it cannot.
            let end = try? await ChildRun.run(command, environment: BuiltProgram.cleanEnvironment(home: "/"))
            return end?.status == 0
        }
    }

    /// Runs the program where empty folders stand in the place of some.
    static func run(_ scene: Scene, hiding folders: [String], _ arguments: [String]) async throws
        -> ChildRun.End
    {
        let mounts = folders.map { "if [ -d \($0) ]; then mount -t tmpfs none \($0); fi" }
        return try await play(
            scene, (mounts + ["exec \(BuiltProgram.path) \(arguments.joined(separator: " "))"]))
    }

    /// Runs shell commands, each of which must succeed; `$pgvigil` is the program.
    static func play(_ scene: Scene, _ commands: [String]) async throws -> ChildRun.End {
        var environment = BuiltProgram.cleanEnvironment(home: scene.home)
        environment["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin"
        environment["pgvigil"] = BuiltProgram.path
        return try await ChildRun.run(
            prefix + ["sh", "-euc", commands.joined(separator: "\n")], environment: environment,
            directory: scene.config)
    }
}
