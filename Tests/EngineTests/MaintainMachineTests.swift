import Policy
import TestKit
import Testing

@testable import Engine

@Suite struct `Deciding what maintenance does next` {
    @Test func `main paths`() {
        let lines = Rows.read("maintain-paths.tsv").flatMap { row -> [String] in
            var machine = MaintainScript.machine(row[0], workers: Int(row[1]) ?? 1)
            return ["\(row[3]):"]
                + MaintainScript.play(&machine, MaintainScript.split(row[2])).map { "    \($0)" }
        }
        Golden.expect(lines.joined(separator: "\n"), "maintain-paths")
    }

    /// Seeds that found something once.
    private static let remembered: [UInt64] = [1, 42]

    @Test(arguments: remembered + [SeededRandom.seed()])
    func `at random never breaks a rule`(seed: UInt64) {
        print("maintain machine, seed \(seed)")
        var random = SeededRandom(seed: seed)
        for number in 0..<3_000 {
            var walk = MaintainWalk(&random)
            walk.walk(&random)
            let text = "seed \(seed), walk \(number): \(walk.complaints)\n\(walk.log.joined(separator: "\n"))"
            #expect(walk.complaints.isEmpty, Comment(rawValue: text))
            if !walk.complaints.isEmpty { return }
        }
    }
}

/// Machines and events from words.
enum MaintainScript {
    static func split(_ text: String) -> [String] {
        text.split(separator: ",").map { $0.trimmingPrefix(" ") }.map(String.init)
    }

    /// A plan such as `a, a, b!, c?, d-, eR, fA`: tables, with `!` for an emergency, `?` for what waits, `-` for what is
    /// skipped, `R` for a rebuild and `A` for an ANALYZE; otherwise it is a VACUUM.
    static func machine(_ plan: String, workers: Int) -> MaintainMachine {
        let planned = split(plan).map { word -> MaintainMachine.Planned in
            let fit: MaintenanceAction.Fit =
                switch word.last {
                case "!": .emergency
                case "?": .waits(because: "no room")
                case "-": .skipped(because: "no right")
                default: .now
                }
            return .init(
                kind: word.contains("R") ? .reindex : word.contains("A") ? .analyze : .vacuum,
                table: QualifiedName("public", String(word.prefix(1))), fit: fit)
        }
        return MaintainMachine(planned, workers: workers)
    }

    static func event(_ text: String) -> MaintainMachine.Event {
        let words = text.split(separator: " ").map(String.init)
        let index = words.count > 1 ? Int(words[1]) ?? 0 : 0
        switch words[0] {
        case "begin": return .begin
        case "may": return .admitted(index)
        case "long": return .refused(index, .tooLong("too long"))
        case "closed": return .refused(index, .closed("closed"))
        case "over": return .refused(index, .over("over"))
        case "end": return .ended(index)
        default: preconditionFailure("no event is called '\(text)'")
        }
    }

    static func play(_ machine: inout MaintainMachine, _ events: [String]) -> [String] {
        events.map { "\($0) → \(render(machine.handle(event($0))))" }
    }

    static func render(_ actions: [MaintainMachine.Action]) -> String {
        actions.isEmpty
            ? "nothing"
            : actions.map { action in
                switch action {
                case .ask(let index): "ask \(index)"
                case .perform(let index): "perform \(index)"
                case .note(let index, let state, let why): "\(index) \(state.rawValue): \(why)"
                case .finish: "finish"
                }
            }.joined(separator: " | ")
    }
}

/// One random walk beside a simple model of the world, which says what is wrong.
struct MaintainWalk {
    private(set) var complaints: [String] = []
    private(set) var log: [String] = []
    private let plan: [MaintainMachine.Planned]
    private let workers: Int
    private var machine: MaintainMachine
    private var asked: Set<Int> = []
    private var underWay: Set<Int> = []
    private var settled: Set<Int> = []
    private var isClosed = false
    private var isOver = false
    private var isFinished = false

    init(_ random: inout SeededRandom) {
        let fits: [MaintenanceAction.Fit] = [
            .now, .now, .now, .emergency, .waits(because: "w"), .skipped(because: "s"),
        ]
        plan = (0..<Int.random(in: 0...8, using: &random)).map { _ in
            MaintainMachine.Planned(
                kind: MaintenanceClass.allCases[Int.random(in: 0..<5, using: &random)],
                table: QualifiedName("p", "t\(Int.random(in: 0...3, using: &random))"),
                fit: fits[Int.random(in: 0..<fits.count, using: &random)])
        }
        workers = Int.random(in: 0...4, using: &random)
        machine = MaintainMachine(plan, workers: workers)
    }

    mutating func walk(_ random: inout SeededRandom) {
        tell(.begin)
        for _ in 0..<200 where !isFinished { tell(event(&random)) }
        if !isFinished { complaints.append("it does not end") }
        if settled != Set(plan.indices) { complaints.append("not everything is settled") }
        for event in [MaintainMachine.Event.begin, .ended(0), .admitted(0), .refused(0, .over("x"))]
        where !machine.handle(event).isEmpty {
            complaints.append("it acts after its end")
        }
    }

    private func event(_ random: inout SeededRandom) -> MaintainMachine.Event {
        // Late and repeated ones as well.
        if Int.random(in: 0..<10, using: &random) == 0 {
            let index = Int.random(in: 0...9, using: &random)
            return underWay.contains(index) || asked.contains(index) ? .begin : .ended(index)
        }
        let choices = asked.sorted() + underWay.sorted()
        guard !choices.isEmpty else { return .begin }
        let index = choices[Int.random(in: 0..<choices.count, using: &random)]
        guard asked.contains(index) else { return .ended(index) }
        let isEmergency = plan[index].fit == .emergency
        switch Int.random(in: 0..<10, using: &random) {
        case 0: return .refused(index, .over("over"))
        case 1 where !isEmergency: return .refused(index, .closed("closed"))
        case 2 where !isEmergency: return .refused(index, .tooLong("long"))
        default: return .admitted(index)
        }
    }

    private mutating func tell(_ event: MaintainMachine.Event) {
        switch event {
        case .begin: break
        case .admitted(let index): if asked.remove(index) != nil { underWay.insert(index) }
        case .refused(let index, let refusal):
            asked.remove(index)
            if case .closed = refusal { isClosed = true }
            if case .over = refusal { isOver = true }
        case .ended(let index): if underWay.remove(index) != nil { settle(index) }
        }
        let actions = machine.handle(event)
        log.append("\(event) → \(MaintainScript.render(actions))")
        for action in actions { judge(action) }
    }

    private mutating func settle(_ index: Int) {
        if !settled.insert(index).inserted { complaints.append("\(index) is settled twice") }
    }

    private mutating func judge(_ action: MaintainMachine.Action) {
        switch action {
        case .ask(let index):
            if isOver { complaints.append("\(index) is asked about after the end") }
            if isClosed, plan[index].fit != .emergency { complaints.append("\(index) after closing") }
            if asked.union(underWay).contains(where: { plan[$0].table == plan[index].table }) {
                complaints.append("two on one table")
            }
            let beside = asked.union(underWay).map { plan[$0].kind }
            switch plan[index].kind {
            case .reindex where beside.contains { $0 == .reindex || $0 == .analyze },
                .analyze where beside.contains(.reindex):
                complaints.append("a rebuild waits for one of ours")
            case .reindex, .analyze, .leftover, .freeze, .vacuum: break
            }
            if !asked.insert(index).inserted || settled.contains(index) {
                complaints.append("\(index) again")
            }
            if asked.count + underWay.count > max(1, workers) { complaints.append("too many at once") }
        case .perform(let index):
            if !underWay.contains(index) { complaints.append("\(index) was not admitted") }
        case .note(let index, _, _):
            if underWay.contains(index) || asked.contains(index) {
                complaints.append("\(index) is under way")
            }
            settle(index)
        case .finish:
            if !asked.isEmpty || !underWay.isEmpty { complaints.append("it ends with work under way") }
            isFinished = true
        }
    }
}
