import TestKit
import Testing

@testable import Engine

@Suite struct `Deciding the steps over several sets` {
    /// Leads a machine of two steps into each of its phases.
    private static let phases: [(name: String, events: String)] = [
        ("idle", ""),
        ("choosing", "begin"),
        ("the first step", "begin, chose 2"),
        ("the last step", "begin, chose 2, done"),
        ("the last step of the last set", "begin, chose 1, done"),
        ("tidying after a broken set", "begin, chose 2, broken"),
        ("tidying the last set", "begin, chose 1, fail~"),
        ("waiting", "begin, chose 1, fail~, done"),
        ("waiting for another choice", "begin, fail~"),
        ("stopping in a step", "begin, chose 2, cancel"),
        ("stopping while tidying", "begin, chose 2, broken, timeout"),
        ("stopping while waiting", "begin, chose 1, fail~, done, cancel"),
        ("ended", "begin, chose 1, done, done, done"),
        ("ended before the begin", "cancel"),
    ]

    private static let events = [
        "begin", "chose 0", "chose 2", "done", "broken", "fail!", "fail~", "late", "cancel", "timeout",
        "lost",
    ]

    private func split(_ text: String) -> [String] {
        text.split(separator: ",").map { $0.trimmingPrefix(" ") }.map(String.init)
    }

    @Test func `every event has an answer in every phase`() {
        let lines = Self.phases.flatMap { phase -> [String] in
            var machine = SeriesScript.machine(attempts: 2)
            _ = SeriesScript.play(&machine, split(phase.events))
            return ["\(phase.name):"]
                + Self.events.map { event in
                    var copy = machine
                    return "    " + SeriesScript.play(&copy, [event])[0]
                }
        }
        Golden.expect(lines.joined(separator: "\n"), "series-answers")
    }

    @Test func `main paths`() {
        let lines = Rows.read("series-paths.tsv").flatMap { row -> [String] in
            var machine = SeriesScript.machine(attempts: Int(row[0]) ?? 1)
            return ["\(row[2]):"] + SeriesScript.play(&machine, split(row[1])).map { "    \($0)" }
        }
        Golden.expect(lines.joined(separator: "\n"), "series-paths")
    }

    @Test func `a kind of work may say that nothing to do is well`() {
        var machine = SeriesScript.machine(words: VerifySteps.words)
        _ = machine.handle(.begin(attemptsMade: 0))
        #expect(machine.handle(.chose(0)).last == .end(.succeeded, summary: "nothing was to be done"))
    }

    /// Seeds that found something once.
    private static let remembered: [UInt64] = [1, 42]

    @Test(arguments: remembered + [SeededRandom.seed()])
    func `a random walk never breaks a rule`(seed: UInt64) {
        print("series machine, seed \(seed)")
        var random = SeededRandom(seed: seed)
        var outcomes: Set<Outcome> = []
        for number in 0..<3_000 {
            var walk = SeriesWalk(attemptsMax: Int.random(in: 1...4, using: &random))
            walk.walk(&random)
            outcomes.insert(walk.outcome ?? .missed)
            let text = "seed \(seed), walk \(number): \(walk.complaints)\n\(walk.log.joined(separator: "\n"))"
            #expect(walk.complaints.isEmpty, Comment(rawValue: text))
            if !walk.complaints.isEmpty { return }
        }
        #expect(outcomes == [.succeeded, .failed, .couldNotVerify, .cancelled, .timedOut])
    }
}
