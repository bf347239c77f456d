import FoundationEssentials
import Policy
import Testing

@Suite struct `The choice of sets to prove` {
    private static let now = Date(timeIntervalSince1970: 1_795_307_400)

    private static func set(
        _ id: String, _ database: String = "shop", day: Int, lastTurn: Double? = nil, isHeld: Bool = false,
        isDamaged: Bool = false
    ) -> RotationCandidate {
        RotationCandidate(
            id: id, target: "main", database: database, started: now.addingTimeInterval(Double(day) * 86_400),
            lastTurn: lastTurn.map { now.addingTimeInterval($0 * 86_400) }, isHeld: isHeld,
            isDamaged: isDamaged)
    }

    @Test func `takes the newest of each database that is not damaged`() {
        let sets = [
            Self.set("a", day: -3), Self.set("b", day: -1, isDamaged: true), Self.set("c", day: -2),
            Self.set("d", "app", day: -9), Self.set("e", "lost", day: -1, isDamaged: true),
        ]
        #expect(
            Rotation(.proven).latest(sets) == [
                RotationChoice(id: "d", reason: "the newest of main/app"),
                RotationChoice(id: "c", reason: "the newest of main/shop"),
            ])
        #expect(Rotation(.proven).latest([]) == [])
    }

    @Test(arguments: [(0, "a"), (0.34, "b"), (0.99, "c"), (1, "c"), (-1, "a")])
    func `takes one of each database by chance`(_ chance: Double, _ id: String) {
        let sets = [Self.set("c", day: -1), Self.set("a", day: -3), Self.set("b", day: -2)]
        #expect(
            Rotation(.proven).random(sets) { chance } == [
                RotationChoice(id: id, reason: "by chance, of 3 of main/shop")
            ])
    }

    @Test func `takes turns: never proven ones first by age, then those that wait longest`() {
        let sets = [
            Self.set("new", day: -1), Self.set("old", day: -9),
            Self.set("longest", day: -30, lastTurn: -20.5),
            Self.set("held", day: -40, lastTurn: -8, isHeld: true), Self.set("fresh", day: -2, lastTurn: -1),
            Self.set("bad", day: -50, isDamaged: true),
        ]
        #expect(
            Rotation(.proven).rotate(sets, share: 4, of: 5, now: Self.now) == [
                RotationChoice(id: "old", reason: "never proven; 1 of 4 this time, 5 in all"),
                RotationChoice(id: "new", reason: "never proven; 2 of 4 this time, 5 in all"),
                RotationChoice(id: "longest", reason: "last proven 20d 12h ago; 3 of 4 this time, 5 in all"),
                RotationChoice(
                    id: "held", reason: "last proven 8d 00h ago, held; 4 of 4 this time, 5 in all"),
            ])
        #expect(
            Rotation(.verified).rotate([sets[2]], share: 1, of: 8, now: Self.now) == [
                RotationChoice(id: "longest", reason: "last verified 20d 12h ago; 1 of 1 this time, 1 in all")
            ])
        #expect(Rotation(.proven).rotate([], share: 1, of: 8, now: Self.now) == [])
        #expect(Rotation(.proven).rotate(sets, share: 3, of: 3, now: Self.now).count == 5)
    }

    /// Each night one set may come and one may go, and so many are there at the end as at the beginning.
    @Test(arguments: 1...60 as ClosedRange<UInt64>)
    func `proves every set that stays within whole / share times, while sets come and go`(_ seed: UInt64) {
        var random = SplitMix(seed: seed)
        let whole = Int.random(in: 1...12, using: &random)
        let share = Int.random(in: 1...whole, using: &random)
        let rounds = (whole + share - 1) / share
        var sets = (0..<Int.random(in: 1...40, using: &random)).map { index in
            Self.set(
                "\(index)", day: -100 + index,
                lastTurn: Bool.random(using: &random)
                    ? -Double.random(in: 1...50, using: &random) : nil)
        }
        var waiting = Dictionary(sets.map { ($0.id, 0) }) { first, _ in first }
        for drill in 0..<40 {
            let now = Self.now.addingTimeInterval(Double(drill) * 86_400)
            // The oldest leaves and a new one comes, as retention does it.
            if Bool.random(using: &random) {
                let oldest = sets.min { $0.started < $1.started }?.id ?? ""
                sets.removeAll { $0.id == oldest }
                sets.append(Self.set("new-\(drill)", day: drill))
                waiting["new-\(drill)"] = 0
            }
            let chosen = Set(
                Rotation(.proven).rotate(sets, share: share, of: whole, now: now).map(\.id))
            for index in sets.indices {
                let id = sets[index].id
                if chosen.contains(id) {
                    sets[index].lastTurn = now
                    waiting[id] = 0
                } else if sets[index].lastTurn == nil || waiting[id] ?? 0 > 0 || drill < rounds {
                    waiting[id, default: 0] += 1
                }
                // What comes in goes first, and so may push others back by as many as came.
                #expect(waiting[id] ?? 0 < 2 * rounds + 1, "seed \(seed): \(id)")
            }
        }
    }

    @Test(arguments: 1...60 as ClosedRange<UInt64>)
    func `proves each of the sets that stay exactly in turn`(_ seed: UInt64) {
        var random = SplitMix(seed: seed)
        let whole = Int.random(in: 1...12, using: &random)
        let share = Int.random(in: 1...whole, using: &random)
        let rounds = (whole + share - 1) / share
        var sets = (0..<Int.random(in: 1...60, using: &random)).map { index in
            Self.set(
                "\(index)", day: -Int.random(in: 1...100, using: &random),
                lastTurn: Bool.random(using: &random)
                    ? -Double.random(in: 1...50, using: &random) : nil)
        }
        for start in 0..<3 {
            var proven: Set<String> = []
            for drill in 0..<rounds {
                let now = Self.now.addingTimeInterval(Double(start * rounds + drill) * 86_400)
                let chosen = Rotation(.proven).rotate(sets, share: share, of: whole, now: now).map(\.id)
                proven.formUnion(chosen)
                for index in sets.indices where chosen.contains(sets[index].id) { sets[index].lastTurn = now }
            }
            #expect(proven.count == sets.count, "seed \(seed), share \(share)/\(whole)")
        }
    }
}
