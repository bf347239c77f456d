import Engine
import Faults
import FoundationEssentials
import Jobs
import Policy
import Synchronization
import TestKit
import Testing

@Suite(.timeLimit(.minutes(1))) struct `Watching the traffic of targets` {
    /// What a sampler told, and what it works with.
    private final class Bench: Sendable {
        let clock: ManualClock
        let book = MemoryTraffic()
        let port: ScriptedTraffic
        let heard = Mutex<(choices: [[TrafficChoice]], faults: [AnyFault])>(([], []))

        init(now: Date = TrafficSample.now) {
            clock = ManualClock(now)
            port = ScriptedTraffic(clock)
        }

        var choices: [[TrafficChoice]] { heard.withLock { $0.choices } }
        var faults: [AnyFault] { heard.withLock { $0.faults } }

        func sampler(
            _ learned: [LearnedHours] = [TrafficSample.hours()], targets: [String] = ["main", "other"]
        ) -> TrafficSampler {
            TrafficSampler(
                TrafficSampler.Ports(
                    port: port, book: book, ambient: clock.ambient(),
                    onChoices: { choices in self.heard.withLock { $0.choices.append(choices) } },
                    onFault: { fault in self.heard.withLock { $0.faults.append(fault) } }),
                learned: learned, targets: targets.map { TrafficSample.target($0) })
        }

        func fill(_ quarters: [TrafficQuarter]) async throws {
            let reading = try port.read(TrafficSample.target("filling"))
            for (minute, quarter) in quarters.enumerated() {
                _ = try await book.takeTurn(target: "main", minute: Int64(minute))
                try await book.record(reading, of: "main", minute: Int64(minute), quarter: quarter)
            }
        }
    }

    private static let fault = AnyFault(code: "test.away", summary: "it is away", remedy: "Wait.")

    @Test func `reads the targets of learned windows every minute, and no others`() async throws {
        let bench = Bench()
        let sampler = bench.sampler()
        for _ in 0..<30 {
            await sampler.turn()
            bench.clock.advance(by: .seconds(60))
        }
        #expect(bench.port.reads == [String](repeating: "main", count: 30))
        let quarters = try await bench.book.quarters(target: "main", since: .distantPast)
        #expect(quarters.count == 2)
        #expect(quarters.reduce(0) { $0 + $1.seconds } == 29 * 60)
        #expect(quarters.reduce(0) { $0 + ($1.amounts[.transactions] ?? 0) } == 29 * 600)
        #expect(bench.faults.isEmpty)
    }

    @Test func `asks nothing where no window is learned`() async {
        let bench = Bench()
        let sampler = bench.sampler([])
        await sampler.turn()
        #expect(bench.port.reads.isEmpty && bench.choices.isEmpty)
        await sampler.use([TrafficSample.hours(target: "other")], targets: [TrafficSample.target("other")])
        await sampler.turn()
        #expect(bench.port.reads == ["other"])
    }

    @Test func `shares the minutes with other daemons, and counts nothing twice`() async throws {
        let bench = Bench()
        let samplers = [bench.sampler(), bench.sampler()]
        for minute in 0..<20 {
            // Whoever comes first has the minute.
            await samplers[minute % 2].turn()
            await samplers[(minute + 1) % 2].turn()
            bench.clock.advance(by: .seconds(60))
        }
        #expect(bench.port.reads.count == 20)
        let quarters = try await bench.book.quarters(target: "main", since: .distantPast)
        #expect(quarters.reduce(0) { $0 + ($1.amounts[.transactions] ?? 0) } == 19 * 600)
    }

    @Test func `tells of a target that is away once, and leaves its time out`() async throws {
        let bench = Bench()
        let sampler = bench.sampler()
        func turns(_ count: Int) async {
            for _ in 0..<count {
                await sampler.turn()
                bench.clock.advance(by: .seconds(60))
            }
        }
        await turns(3)
        bench.port.fail(with: Self.fault)
        await turns(5)
        #expect(bench.faults.map(\.code) == ["test.away"])
        bench.port.fail(with: nil)
        await turns(3)
        bench.port.fail(with: Self.fault)
        await turns(2)
        #expect(bench.faults.count == 2)
        let quarters = try await bench.book.quarters(target: "main", since: .distantPast)
        #expect(quarters.reduce(0) { $0 + $1.seconds } == 4 * 60, "two steps before, two after the gap")
        bench.port.fail(with: nil)
        bench.port.failOver()
        await turns(2)
        let after = try await bench.book.quarters(target: "main", since: .distantPast)
        #expect(after.reduce(0) { $0 + ($1.amounts[.transactions] ?? 0) } == 5 * 600, "a failover is no peak")
    }

    @Test func `chooses at its start and every day, and tells only what is new`() async throws {
        let bench = Bench()
        try await bench.fill(TrafficSample.quarters())
        let sampler = bench.sampler()
        await sampler.turn()
        #expect(bench.choices.count == 1)
        #expect(bench.choices.first?.first?.stretches.count == 7)
        #expect(try await bench.book.choices(window: "quiet") == bench.choices.first)
        bench.clock.advance(by: .seconds(600))
        await sampler.turn()
        #expect(bench.choices.count == 1)
        bench.clock.advance(by: .seconds(86_400))
        await sampler.turn()
        #expect(bench.choices.count == 1, "the same hours were chosen again")
        #expect(try await bench.book.choices(window: "quiet").first?.decidedAt == bench.clock.now)
        // Another daemon goes by what is on record.
        let other = bench.sampler()
        await other.turn()
        #expect(bench.choices.count == 2)
        #expect(try await bench.book.choices(window: nil) == bench.choices.last)
        // Ten weeks without a look, and nothing is known any more.
        bench.clock.advance(by: .seconds(70 * 86_400))
        await sampler.turn()
        #expect(
            bench.choices.last?.first?.decision == .fallback(because: "no traffic is on record yet"))
        #expect(try await bench.book.quarters(target: "main", since: .distantPast).isEmpty)
    }

    @Test func `does without the catalog, and chooses when it is back`() async throws {
        let bench = Bench()
        try await bench.fill(TrafficSample.quarters())
        await bench.book.fail(with: Self.fault)
        let sampler = bench.sampler()
        await sampler.turn()
        #expect(bench.port.reads.count == 1 && bench.choices.isEmpty && bench.faults.isEmpty)
        await bench.book.fail(with: nil)
        bench.clock.advance(by: .seconds(60))
        await sampler.turn()
        #expect(bench.choices.count == 1 && bench.port.reads.count == 2)
    }

    @Test func `goes on by itself until it is told to end`() async throws {
        let bench = Bench()
        let sampler = bench.sampler()
        let serving = Task { await sampler.serve() }
        for turn in 1...3 {
            #expect(
                try await Fact.comes { bench.port.reads.count == turn && bench.clock.sleepers.count == 1 })
            let pause = try #require(bench.clock.sleepers.first)
            #expect(pause > .zero && pause <= .seconds(80))
            bench.clock.advance(by: pause)
        }
        serving.cancel()
        await serving.value
        #expect(bench.port.reads.count <= 4)
    }

    @Test func `asks a catalog that comes later`() async throws {
        let late = LateTraffic { () async throws(AnyFault) in throw Self.fault }
        await #expect(throws: AnyFault.self) { try await late.takeTurn(target: "a", minute: 1) }
        let book = MemoryTraffic()
        for check in TrafficBookConformance.allCases {
            try await check.check(LateTraffic { () async throws(AnyFault) in book })
        }
    }
}
