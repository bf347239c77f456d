import Policy
import TestKit
import Testing

@testable import Engine

@Suite struct `Deciding the steps of a backup` {
    /// Leads a machine of target `t` and database `a` into each of its phases.
    private static let phases: [(name: String, events: String)] = [
        ("idle", ""),
        ("preflight", "begin"),
        ("globals", "begin, found a"),
        ("dump", "begin, found a, done"),
        ("publish-check", "begin, found a, done, done"),
        ("publish", "begin, found a, done, done, done"),
        ("record", "begin, found a, done, done, done, done"),
        ("prune", "begin, found a, done, done, done, done, done"),
        ("discarding", "begin, found a, fail~"),
        ("waiting", "begin, fail~"),
        ("stopping in a step", "begin, found a, done, cancel"),
        ("stopping in the publication", "begin, found a, done, done, done, cancel"),
        ("stopping while discarding", "begin, found a, fail~, cancel"),
        ("stopping while waiting", "begin, fail~, cancel"),
        (
            "stopping in the publication of a run that is lost",
            "begin, found a, done, done, done, cancel, lost"
        ),
        ("resumed", "resume 1 a"),
        ("ended", "begin, found a, fail!, done"),
        ("ended before the begin", "cancel"),
    ]

    private static let events = [
        "begin", "resume 1 a", "found a b", "found", "done", "fail!", "fail~", "unsure~", "late", "cancel",
        "timeout", "lost",
    ]

    private func split(_ text: String) -> [String] {
        text.split(separator: ",").map { $0.trimmingPrefix(" ") }.map(String.init)
    }

    @Test func `every event has an answer in every phase`() {
        let lines = Self.phases.flatMap { phase -> [String] in
            var machine = MachineScript.machine(attempts: 2)
            _ = MachineScript.play(&machine, split(phase.events))
            return ["\(phase.name):"]
                + Self.events.map { event in
                    var copy = machine
                    return "    " + MachineScript.play(&copy, [event])[0]
                }
        }
        Golden.expect(lines.joined(separator: "\n"), "machine-answers")
    }

    @Test func `main paths`() {
        let lines = Rows.read("machine-paths.tsv").flatMap { row -> [String] in
            var machine = MachineScript.machine(split(row[0]), attempts: Int(row[1]) ?? 1)
            return ["\(row[3]):"] + MachineScript.play(&machine, split(row[2])).map { "    \($0)" }
        }
        Golden.expect(lines.joined(separator: "\n"), "machine-paths")
    }

    @Test func `without targets there is nothing to call green`() {
        var machine = MachineScript.machine([])
        #expect(
            machine.handle(.begin) == [
                .beginAttempt(1), .endAttempt(1, .failed, summary: "0 saved and verified, 0 failed"),
                .end(.failed, summary: "0 saved and verified, 0 failed"),
            ])
    }

    @Test func `jitter shortens the waits, by a fifth at most`() {
        var machine = BackupMachine(
            targets: ["t"], retry: .init(attemptsMax: 2, backoffMin: .seconds(60), backoffMax: .seconds(900)),
            jitter: 0)
        _ = machine.handle(.begin)
        #expect(machine.handle(MachineScript.event("fail~")).last == .wait(.seconds(48)))
    }
}
