import Cron
import Engine
import Faults
import FoundationEssentials
import Jobs
import Policy

/// Makes a scenario of a seed.
struct ScenarioMaker {
    private var chance: Chance
    private let seed: UInt64
    private static let minute: Int64 = 60_000
    private static let hour: Int64 = 3_600_000
    private static let day: Int64 = 86_400_000

    init(seed: UInt64) {
        self.seed = seed
        chance = Chance(seed &+ 0x5EED)
    }

    static func make(seed: UInt64, sabotage: Sabotage? = nil) -> Scenario {
        var maker = ScenarioMaker(seed: seed)
        var scenario = maker.make()
        scenario.sabotage = sabotage
        return scenario
    }

    private mutating func make() -> Scenario {
        let isLong = chance.happens(0.5)
        var scenario = Scenario(
            seed: seed, start: start(isLong), length: 0, calm: 0, hosts: 1, daemons: [], jobs: [:],
            schedules: [],
            targets: [], databases: [:], limits: Limits(), lease: .seconds(30), grace: .seconds(60))
        if isLong {
            scenario.lease = .seconds(chance.int(1...6) * 3600)
            scenario.length = chance.int(14...45) * Self.day
            scenario.calm = 3 * Self.day
        } else {
            scenario.lease = .seconds(chance.pick([30, 30, 45, 60, 120, 300]))
            scenario.length = Int64(scenario.lease / .milliseconds(1)) * chance.int(40...120)
            scenario.calm = 2 * Self.hour
        }
        scenario.grace = .seconds(chance.pick([0, 20, 60, 300]))
        addDaemons(&scenario)
        addJobs(&scenario, isLong)
        scenario.luck = luck(isLong)
        addMishaps(&scenario)
        return scenario
    }

    /// Near a change of the clocks as often as not.
    private mutating func start(_ isLong: Bool) -> Int64 {
        let changes: [Int64] = [1_774_746_000, 1_793_494_800, 1_773_040_000, 1_793_600_000, 1_775_318_400]
        let second = chance.happens(0.6) ? chance.pick(changes) : 1_767_225_600 + chance.int(0...31_000_000)
        return (second - (isLong ? chance.int(2...12) * 86_400 : chance.int(600...7200))) * 1000
    }

    private mutating func addDaemons(_ scenario: inout Scenario) {
        let count = chance.pick([1, 1, 2, 2, 3])
        scenario.hosts = Int(chance.int(1...Int64(count)))
        for index in 0..<count {
            let site = chance.pick(["fra", "fra", "ams"])
            let host = index < scenario.hosts ? index : Int(chance.int(0...Int64(scenario.hosts - 1)))
            scenario.daemons.append(Scenario.DaemonPlan(host: host, labels: ["site": site]))
        }
    }

    private mutating func addJobs(_ scenario: inout Scenario, _ isLong: Bool) {
        let targets = chance.pick([["main"], ["main", "shop"]])
        scenario.targets = targets.map {
            Target(name: $0, connection: ConnectionInfo(parameters: []), origin: "pgvigil.yaml")
        }
        for target in targets { scenario.databases[target] = chance.pick([["a"], ["a"], ["a", "b"]]) }
        scenario.limits = Limits(
            runsMax: chance.pick([1, 2, 4]), heavyRunsMax: chance.pick([1, 1, 2]),
            writersMax: chance.pick([1, 2]))
        for number in 0..<Int(chance.int(1...3)) {
            let job = job("job\(number)", scenario, isLong)
            scenario.jobs[job.name] = job
            for _ in 0..<Int(chance.int(1...2)) {
                let schedule = schedule(job, isLong)
                if !scenario.schedules.contains(where: { $0.key == schedule.key }) {
                    scenario.schedules.append(schedule)
                }
            }
        }
    }

    private mutating func job(_ name: String, _ scenario: Scenario, _ isLong: Bool) -> Job {
        let keep = chance.pick([
            Retention(last: 2), Retention(last: 1, daily: 3), Retention(within: .seconds(7200)),
        ])
        let isBackup = chance.happens(0.7)
        let retry = RetryPolicy(
            attemptsMax: chance.pick([1, 2, 3]), backoffMin: .seconds(chance.pick([5, 60])),
            backoffMax: .seconds(300))
        let labels: [String: String] =
            chance.happens(0.3) ? ["site": scenario.daemons.first?.labels["site"] ?? "fra"] : [:]
        return Job(
            name: name, targets: chance.happens(0.5) ? nil : ["main"],
            work: isBackup
                ? .backup(BackupSpec(keep: keep))
                : .command(CommandSpec(command: ["/bin/true"], heavy: chance.happens(0.5))),
            timeout: .seconds(chance.pick(isLong ? [1800, 7200] : [240, 900])), retry: retry, labels: labels,
            whenCatalogDown: chance.pick([nil, nil, .run, .skip]),
            atWindowEnd: chance.pick([.finish, .stop]),
            atGuard: chance.pick([.finish, .stop]), expected: .seconds(chance.pick([30, 300])),
            place: Place(file: "jobs/\(name).yaml"))
    }

    private mutating func schedule(_ job: Job, _ isLong: Bool) -> Schedule {
        let text = chance.pick(
            isLong
                ? ["30 2 * * *", "15 1 * * *", "0 3 * * SUN", "30 1,13 * * *", "H 2 * * *", "45 0,2 * * *"]
                : ["*/5 * * * *", "*/10 * * * *", "*/3 * * * *", "7,37 * * * *", "*/15 * * * *", "0 * * * *"])
        let zone = chance.pick(SimulatedZones.all)
        let lates: [Int64] = isLong ? [600, 3600, 10_800] : [30, 120, 600, 1800]
        return Schedule(
            key: ScheduleKey(job: job.name, zone: zone.name, pattern: text),
            pattern: SimulatedZones.pattern(text),
            zone: zone, job: job, window: chance.happens(0.5) ? window(zone, isLong) : nil,
            late: .seconds(chance.pick(lates)), catchUp: chance.pick([.latest, .latest, .none, .all(2)]),
            overlap: chance.pick([.skip, .wait, .replace]), place: Place(file: "cron/nights.cron", line: 1))
    }

    private mutating func window(_ zone: Zone, _ isLong: Bool) -> Schedule.NamedWindow {
        let from = isLong ? chance.pick([1320, 30, 120]) : Int(chance.int(0...1439))
        let length = isLong ? chance.pick([240, 480]) : chance.pick([240, 700])
        var openings = [Window.Opening(weekdays: Set(0...6), from: from, to: (from + length) % 1440 + 0)]
        if openings[0].to == 0 { openings[0].to = 1440 }
        if !isLong {
            openings.append(
                Window.Opening(weekdays: Set(0...6), from: (from + 720) % 1440, to: (from + 1300) % 1440 + 1))
        }
        let closed: [Window.ClosedDays] =
            chance.happens(0.3) && isLong ? [Window.ClosedDays(first: 20_540, last: 20_543)] : []
        let guards = chance.happens(0.5) ? [GuardRule(kind: .activeSessions, limit: 10)] : []
        return Schedule.NamedWindow(
            name: "nights", window: Window(openings: openings, closed: closed, guards: guards), zone: zone)
    }

    private mutating func luck(_ isLong: Bool) -> Scenario.Luck {
        var luck = Scenario.Luck()
        func maybe(_ chance: inout Chance, _ value: Double) -> Double { chance.happens(0.5) ? value : 0 }
        luck.serverAway = maybe(&chance, 0.1)
        luck.dumpFails = maybe(&chance, 0.15)
        luck.dumpRefused = maybe(&chance, 0.05)
        luck.hangs = maybe(&chance, 0.04)
        luck.damaged = maybe(&chance, 0.05)
        luck.undecided = maybe(&chance, 0.05)
        luck.afterwardFails = maybe(&chance, 0.02)
        luck.callFails = maybe(&chance, 0.02)
        luck.answerLost = maybe(&chance, 0.02)
        luck.latencyMax = chance.pick([5, 50, 50, 2000])
        luck.stubborn = maybe(&chance, 0.3)
        luck.writesSteps = chance.happens(0.3)
        luck.dumpMax = isLong ? chance.pick([600_000, 3_600_000]) : chance.pick([60_000, 300_000])
        return luck
    }

    // MARK: Mishaps

    private mutating func addMishaps(_ scenario: inout Scenario) {
        let lease = Int64(scenario.lease / .milliseconds(1))
        let count = Int(chance.int(0...24))
        for _ in 0..<count {
            let at = chance.int(1...scenario.length - 1)
            scenario.mishaps.append((at, mishap(scenario, lease)))
        }
        addOutagesAtWork(&scenario, lease)
        scenario.mishaps.sort { $0.at < $1.at }
    }

    /// Daemons that lose their lease in the middle of a run, which outages at any time seldom do.
    private mutating func addOutagesAtWork(_ scenario: inout Scenario, _ lease: Int64) {
        guard scenario.daemons.count > 1, chance.happens(0.5) else { return }
        for _ in 0..<Int(chance.int(1...3)) {
            let place = Int(chance.int(0...Int64(scenario.daemons.count - 1)))
            let mishap = Mishap.outageAtWork(place, for: chance.pick([lease, lease * 2, lease * 5]))
            scenario.mishaps.append((chance.int(1...scenario.length - 1), mishap))
        }
    }

    private mutating func mishap(_ scenario: Scenario, _ lease: Int64) -> Mishap {
        let place = Int(chance.int(0...Int64(scenario.daemons.count - 1)))
        let host = Int(chance.int(0...Int64(scenario.hosts - 1)))
        let time = chance.pick([lease / 10, lease / 2, lease, lease * 2, lease * 5])
        switch chance.int(0...15) {
        case 0, 1, 2, 3:
            return .crash(
                place, deeds: Int(chance.int(0...30)), afterEffect: chance.happens(0.5),
                downFor: chance.happens(0.5) ? chance.int(1000...20_000) : time)
        case 4, 5: return .freeze(place, for: time)
        case 6, 7: return .outage(chance.happens(0.5) ? nil : place, for: time)
        case 8:
            let step = chance.pick([1000, 60_000, Self.hour, 3 * Self.hour])
            return .clockStep(host: host, by: chance.happens(0.5) ? step : -step)
        case 9: return .suspend(host: host, for: time)
        case 10: return .hand(host: host, job: chance.pick(scenario.jobs.keys.sorted()))
        case 11: return .cancel
        case 12: return .stop(place, downFor: chance.int(1000...time + 1000), twice: chance.happens(0.3))
        case 13:
            let all = Array(scenario.schedules.indices)
            return .reload(place, chance.happens(0.5) ? nil : all.filter { _ in chance.happens(0.6) })
        case 14: return chance.happens(0.5) ? .fullDisk(host: host, for: time) : .rot(host: host)
        default: return .guardsTrip(for: time)
        }
    }
}

/// Time zones and patterns, read once.
enum SimulatedZones {
    static let all: [Zone] =
        ["Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia"]
        .compactMap { zone($0) } + [.utc]

    static func pattern(_ text: String) -> CronPattern {
        // A pattern of ours that cannot be read is no pattern that fires.
        (try? CronPattern.parse(text, hashKey: "simulated")) ?? never
    }

    private static let never: CronPattern = {
        // As above.
        guard let pattern = try? CronPattern.parse("@reboot") else {
            preconditionFailure("@reboot is a pattern")
        }
        return pattern
    }()

    private static func zone(_ name: String) -> Zone? {
        // Without zone files there is only UTC, which the tally of a whole simulation shows.
        guard let bytes = try? Data(contentsOf: URL(filePath: "/usr/share/zoneinfo/\(name)")) else {
            return nil
        }
        // As above.
        return try? Zone.parse(tzif: Array(bytes), name: name)
    }
}
