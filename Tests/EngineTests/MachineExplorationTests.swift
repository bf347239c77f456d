import Testing

@testable import Engine

@Suite struct `Walking a backup machine at random` {
    /// Seeds that found something once.
    private static let remembered: [UInt64] = [1, 42, 11_211_428_289_705_212_318]

    @Test(arguments: remembered + [SeededRandom.seed()])
    func `never breaks a rule`(seed: UInt64) {
        print("backup machine, seed \(seed)")
        var random = SeededRandom(seed: seed)
        var outcomes: Set<Outcome> = []
        for number in 0..<2_000 {
            let targets = Array(["t", "u", "v"].prefix(Int.random(in: 0...3, using: &random)))
            var walk = MachineWalk(targets: targets, attemptsMax: Int.random(in: 1...4, using: &random))
            walk.walk(&random)
            outcomes.insert(walk.outcome ?? .missed)
            let text = "seed \(seed), walk \(number): \(walk.complaints)\n\(walk.log.joined(separator: "\n"))"
            #expect(walk.complaints.isEmpty, Comment(rawValue: text))
            if !walk.complaints.isEmpty { return }
        }
        #expect(outcomes == [.succeeded, .failed, .couldNotVerify, .cancelled, .timedOut])
    }
}
