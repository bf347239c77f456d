import FoundationEssentials
import Policy
import Testing

@Suite struct `The choice of sets to prove` {
    private typealias Candidate = SetChoice.Candidate

    private static let now = Date(timeIntervalSince1970: 1_795_307_400)

    private static func id(_ number: Int) -> UUID {
        let digits = String(number)
        return UUID(
            uuidString: "5D6F1D4E-0000-4000-8000-" + String(repeating: "0", count: 12 - digits.count) + digits
        ) ?? UUID()
    }

    private static func set(
        _ number: Int, _ database: String = "shop", day: Int, lastLook: Double? = nil, isDamaged: Bool = false
    ) -> Candidate {
        Candidate(
            id: id(number), subject: "main/\(database)",
            started: now.addingTimeInterval(Double(day) * 86_400),
            lastLook: lastLook.map { now.addingTimeInterval($0 * 86_400) }, isDamaged: isDamaged)
    }

    private static func choose(
        _ rule: SetChoice.Rule, _ sets: [Candidate], chance: Double = 0, now: Date = now
    ) -> [SetChoice] {
        SetChoice.choose(rule, among: sets, chance: chance, now: now)
    }

    @Test func `takes the newest of each database that is not damaged`() {
        let sets = [
            Self.set(1, day: -3), Self.set(2, day: -1, isDamaged: true), Self.set(3, day: -2),
            Self.set(4, "app", day: -9), Self.set(5, "lost", day: -1, isDamaged: true),
        ]
        #expect(
            Self.choose(.latest, sets) == [
                SetChoice(id: Self.id(4), reason: "the newest"),
                SetChoice(id: Self.id(3), reason: "the newest"),
            ])
        #expect(Self.choose(.latest, []) == [])
    }

    @Test(arguments: [(0, 1), (0.34, 2), (0.99, 3), (1, 3), (-1, 1)] as [(Double, Int)])
    func `takes one of each database by chance`(_ chance: Double, _ number: Int) {
        let sets = [Self.set(3, day: -1), Self.set(1, day: -3), Self.set(2, day: -2)]
        #expect(
            Self.choose(.random, sets, chance: chance) == [
                SetChoice(id: Self.id(number), reason: "by chance, one of 3")
            ])
    }

    @Test func `takes the one whose id begins so, even if it is damaged`() {
        let sets = [Self.set(1, day: -1, isDamaged: true), Self.set(12, day: -2)]
        #expect(
            Self.choose(.id("5D6f1d4e-0000-4000-8000-000000000001"), sets).map(\.id) == [Self.id(1)])
        #expect(Self.choose(.id("5d6f"), sets) == [], "it names two")
        #expect(Self.choose(.id("6d6f"), sets) == [], "it names none")
    }

    @Test func `takes turns: those never looked at first by age, then those that wait longest`() {
        let sets = [
            Self.set(1, day: -1), Self.set(2, day: -9), Self.set(3, day: -30, lastLook: -20.5),
            Self.set(4, day: -40, lastLook: -8), Self.set(5, day: -2, lastLook: -0.5),
            Self.set(6, day: -50, isDamaged: true),
        ]
        #expect(
            Self.choose(.rotate(share: 4, of: 5), sets) == [
                SetChoice(id: Self.id(2), reason: "never looked at"),
                SetChoice(id: Self.id(1), reason: "never looked at"),
                SetChoice(id: Self.id(3), reason: "looked at 20 days ago"),
                SetChoice(id: Self.id(4), reason: "looked at 8 days ago"),
            ])
        #expect(
            Self.choose(.rotate(share: 3, of: 3), sets).last?.reason == "looked at today")
        #expect(Self.choose(.rotate(share: 1, of: 8), [sets[2]]).map(\.id) == [Self.id(3)])
        #expect(Self.choose(.rotate(share: 1, of: 8), []) == [])
    }

    @Test(arguments: 1...60 as ClosedRange<UInt64>)
    func `proves each of the sets that stay within whole / share drills`(_ seed: UInt64) {
        var random = SplitMix(seed: seed)
        let (share, whole) = Self.share(&random)
        let rounds = (whole + share - 1) / share
        var sets = Self.sets(&random)
        for start in 0..<3 {
            var proven: Set<UUID> = []
            for drill in 0..<rounds {
                proven.formUnion(
                    Self.drill(&sets, share, whole, night: start * rounds + drill))
            }
            #expect(proven.count == sets.count, "seed \(seed), share \(share)/\(whole)")
        }
    }

    /// Each night the oldest may leave and a new one come, as retention lets it: so many sets are there all the time.
    @Test(arguments: 1...60 as ClosedRange<UInt64>)
    func `proves each set that comes, and those that stay, while others come and go`(_ seed: UInt64) {
        var random = SplitMix(seed: seed)
        let (share, whole) = Self.share(&random)
        let rounds = (whole + share - 1) / share
        var sets = Self.sets(&random)
        for night in 0..<60 {
            let oldest = sets.min { $0.started < $1.started }?.id
            if Bool.random(using: &random) {
                sets.removeAll { $0.id == oldest }
                sets.append(Self.set(1_000 + night, day: night))
            }
            let isBacklogDone = night >= rounds * 2
            let unproven = Set(sets.filter { $0.lastLook == nil }.map(\.id))
            let chosen = Self.drill(&sets, share, whole, night: night)
            // One comes a night and at least one is proven: those that came wait no longer than the first round.
            #expect(
                !isBacklogDone || unproven.subtracting(chosen).isEmpty, "seed \(seed), night \(night)")
        }
    }

    private static func share(_ random: inout SplitMix) -> (share: Int, whole: Int) {
        let whole = Int.random(in: 1...12, using: &random)
        return (Int.random(in: 1...whole, using: &random), whole)
    }

    private static func sets(_ random: inout SplitMix) -> [Candidate] {
        (0..<Int.random(in: 1...60, using: &random)).map { index in
            set(
                index, day: -100 + index,
                lastLook: Bool.random(using: &random) ? -Double.random(in: 1...50, using: &random) : nil)
        }
    }

    /// The sets of one night's drill, which then have had their turn.
    private static func drill(
        _ sets: inout [Candidate], _ share: Int, _ whole: Int, night: Int
    ) -> [UUID] {
        let now = Self.now.addingTimeInterval(Double(night) * 86_400)
        let chosen = choose(.rotate(share: share, of: whole), sets, now: now).map(\.id)
        for index in sets.indices where chosen.contains(sets[index].id) { sets[index].lastLook = now }
        return chosen
    }
}
