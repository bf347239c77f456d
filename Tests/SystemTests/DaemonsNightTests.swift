import FoundationEssentials
import Glibc
import Jobs
import TestKit
import Testing

/// The clocks of the daemon are libfaketime's, and go faster; those of the catalog's server are the machine's.
@Suite(.enabled(if: TimeLapse.canBe, "needs the package libfaketime and a C compiler"))
struct `The night in which the clocks change` {
    private static let patterns = ["half-past": "30 2 * * *", "three": "0 3 * * *", "often": "*/30 * * * *"]

    @Test(arguments: [
        // Paris goes back from 03:00 to 02:00 at 01:00 UTC, and forward from 02:00 to 03:00.
        ("2026-10-24 22:55:00", "2026-10-25T00:25:00Z", "2026-10-25T03:10:00Z", 8),
        ("2026-03-28 22:55:00", "2026-03-29T00:25:00Z", "2026-03-29T01:40:00Z", 5),
    ])
    func `fires what 'next' says, and nothing else`(begin: String, after: String, until: String, count: Int)
        async throws
    {
        try await Fleet.play { fleet in
            try fleet.settings("a", "desk", lease: "10m")
            for job in Self.patterns.keys { try fleet.command(job, for: ["a"], "expected: 1m") }
            let lines = Self.patterns.map { "\($1)  \($0)  late=25m" }.joined(separator: "\n")
            try fleet.scene.write("a/cron/all.cron", "CRON_TZ=Europe/Paris\n\(lines)\n")
            let daemon = try await fleet.join(
                "a", environment: try await TimeLapse.environment(from: begin, fleet))
            let isOver = try await Fact.comes(within: .seconds(400)) {
                fleet.testimony("often").contains { $0.slot >= until } || !daemon.isRunning
            }
            #expect(isOver, "\(daemon.outputSoFar)\n\(daemon.errorsSoFar)")
            daemon.signal(SIGTERM)
            #expect(try await daemon.end().status == 0)

            var planned: Set<String> = []
            for (job, pattern) in Self.patterns {
                let end = try await fleet.scene.pgvigil(
                    "next", pattern, "Europe/Paris", "--after", after, "--until", until)
                for slot in end.output.split(separator: "\n") where slot != "never" {
                    planned.insert("\(job) \(slot)")
                }
            }
            let fired = fleet.testimony().filter(\.isBegin)
                .filter { $0.slot > after && $0.slot <= until }.map { "\($0.job) \($0.slot)" }
            #expect(fired.sorted() == planned.sorted())
            #expect(planned.count == count, "\(planned.sorted())")
            let ids = Set(fleet.testimony().filter { $0.slot <= until }.map(\.run))
            let runs = try await fleet.runs().filter { ids.contains($0.id) }
            #expect(runs.allSatisfy { $0.outcome == "succeeded" }, "\(runs)")
        }
    }
}

/// libfaketime, and the timers that it forgets.
enum TimeLapse {
    /// So much faster than the machine's do the clocks go.
    private static let speed = 120

    static let library = ["x86_64-linux-gnu", "aarch64-linux-gnu"]
        .map { "/usr/lib/\($0)/faketime/libfaketimeMT.so.1" }.first { (path: String) in
            access(path, R_OK) == 0
        }
    private static let compiler = BuiltProgram.searchPath.split(separator: ":")
        .flatMap { folder in ["clang", "cc"].map { "\(folder)/\($0)" } }.first { (path: String) in
            access(path, X_OK) == 0
        }

    static var canBe: Bool { library != nil && compiler != nil }

    /// What makes a program believe that it begins at an instant of UTC.
    static func environment(from begin: String, _ fleet: Fleet) async throws -> [String: String] {
        [
            "LD_PRELOAD": "\(try await timers(in: fleet.scene)):\(library ?? "")",
            "FAKETIME": "@\(begin) x\(speed)", "TIME_LAPSE": "\(speed)", "TZ": "UTC",
        ]
    }

    /// The library of the timers, built into a scene.
    static func timers(in scene: Scene) async throws -> String {
        let folder = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(
            separator: "/")
        let timers = "\(scene.path)/time-lapse.so"
        let made = try await ChildRun.run(
            [compiler ?? "", "-shared", "-fPIC", "-O1", "-o", timers, "\(folder)/time-lapse.c"],
            environment: BuiltProgram.cleanEnvironment(home: "/"))
        try #require(made.status == 0, "\(made)")
        return timers
    }
}
