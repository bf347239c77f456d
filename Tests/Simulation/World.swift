import Engine
import FoundationEssentials
import Jobs
import Policy
import TestKit

/// Several daemons on one catalog in virtual time; one thread, no clock, nothing that a seed does not determine.
final class World {
    let scenario: Scenario
    var chance: Chance
    var timeline = Timeline()
    /// Milliseconds since the start, true time.
    private(set) var now: Int64 = 0
    var catalog = MemoryCatalog()
    var hosts: [Host]
    /// Those that live, by the place of their plan.
    var serving: [Int: Process] = [:]
    /// All that live, those that do runs by hand as well.
    var living: [Process] = []
    /// Those that ended: what they left under way still asks whether they live.
    private var gone: [Process] = []
    /// Which schedules each daemon has, by place; nil is all.
    var configured: [Int: [Int]] = [:]
    var catalogDownUntil: Int64 = 0
    var guardsTripUntil: Int64 = 0
    var isCalm = false
    var isOver = false
    var tally = Tally()
    var trace: Trace
    lazy var checker = Checker(self)

    init(_ scenario: Scenario, trace: Trace) {
        self.scenario = scenario
        self.trace = trace
        chance = Chance(scenario.seed)
        hosts = (0..<scenario.hosts).map { Host(number: $0) }
    }

    /// True time, which is the catalog's.
    var date: Date { date(now) }

    func date(_ time: Int64) -> Date { Date(timeIntervalSince1970: Double(scenario.start + time) / 1000) }

    func after(_ delay: Int64, _ body: @escaping () -> Void) { timeline.add(at: now + max(0, delay), body) }

    func at(_ time: Int64, _ body: @escaping () -> Void) { timeline.add(at: max(now, time), body) }

    /// Lets the world run to its end, or to the first broken promise.
    func run() {
        for place in scenario.daemons.indices { start(place) }
        for mishap in scenario.mishaps { at(mishap.at) { [unowned self] in befall(mishap.what) } }
        at(scenario.length) { [unowned self] in beCalm() }
        at(scenario.length + scenario.calm) { [unowned self] in finish() }
        var steps = 0
        while !isOver, checker.violations.isEmpty, let next = timeline.pop() {
            now = next.at
            next.body()
            checker.looked()
            steps += 1
            if steps > Self.stepsMax { checker.report("it does not come to an end: \(steps) events") }
        }
        if checker.violations.isEmpty, !isOver { checker.report("nothing more happens, and it is not over") }
        tally.add("nights", Int(now / 86_400_000))
        tally.add("events", steps)
    }

    private static var stepsMax: Int { 400_000 }

    private func beCalm() {
        isCalm = true
        catalogDownUntil = 0
        guardsTripUntil = 0
        for host in hosts { host.fullUntil = 0 }
        for process in living {
            process.cutOffUntil = 0
            process.crashIn = nil
            process.thaw()
        }
        trace.note(self, "calm")
    }

    private func finish() {
        checker.checkCalm()
        trace.note(self, "the end: all stop")
        for process in living {
            process.handle(.stopAsked)
        }
        let longest =
            Int64(scenario.grace / .milliseconds(1)) + Process.stopGrace + 4 * Process.timeoutMax + 60_000
        after(longest) { [unowned self] in
            checker.checkStopped()
            isOver = true
        }
    }

    // MARK: Daemons

    /// Starts a daemon of the plan, unless it lives.
    func start(_ place: Int) {
        guard serving[place] == nil, !isOver else { return }
        let plan = scenario.daemons[place]
        let process = Process(self, hosts[plan.host], place: place, labels: plan.labels, role: .serve)
        serving[place] = process
        living.append(process)
        process.begin()
    }

    /// The schedules that a daemon has now.
    func schedules(of place: Int) -> [Schedule] {
        let kept = configured[place].map { $0.map { scenario.schedules[$0] } } ?? scenario.schedules
        guard scenario.sabotage == .windowsAreForgotten else { return kept }
        return kept.map { schedule in
            var blind = schedule
            blind.window = nil
            return blind
        }
    }

    func ended(_ process: Process) {
        living.removeAll { $0 === process }
        gone.append(process)
        if let place = process.place, serving[place] === process { serving[place] = nil }
    }

    /// Whether a process reaches the catalog now.
    func reaches(_ process: Process) -> Bool { now >= catalogDownUntil && now >= process.cutOffUntil }
}

/// A machine: its clock, its store, and the state directory of its daemons, which outlives them.
final class Host {
    let number: Int
    /// Civil clock less true time, in milliseconds.
    var clockOff: Int64 = 0
    var fullUntil: Int64 = 0
    var sets: [StoredSet] = []
    /// Who holds the lock of a job, and of a run.
    var jobLocks: [String: Execution] = [:]
    var runLocks: [UUID: Execution] = [:]
    /// What dead processes left for the catalog.
    var journals: [[JournalEntry]] = []
    /// Daemons that ended without a goodbye.
    var dead: [UUID] = []
    var peers: [DaemonRecord] = []

    init(number: Int) { self.number = number }
}

/// The last things that happened, if somebody wants to know.
package struct Trace {
    private let isOn: Bool
    private let max: Int
    package private(set) var lines: [String] = []
    package private(set) var digest: UInt64 = 0xCBF2_9CE4_8422_2325

    package init(isOn: Bool, max: Int = 400) {
        self.isOn = isOn
        self.max = max
    }

    mutating func note(_ world: World, _ text: @autoclosure () -> String) {
        guard isOn else { return }
        lines.append("\(InstantFormatting.text(world.date)) \(text())")
        if lines.count > 2 * max { lines.removeFirst(max) }
    }

    /// Takes a number into the digest that tells whether two runs of a seed were the same.
    mutating func mix(_ number: Int64) {
        digest = (digest ^ UInt64(bitPattern: number)) &* 0x100_0000_01B3
    }
}

enum InstantFormatting {
    static func text(_ date: Date) -> String {
        date.formatted(.iso8601.time(includingFractionalSeconds: true))
    }
}
