import Faults
import FoundationEssentials
import Synchronization
import TestKit

@testable import Engine

/// A loop on a bench, with what it told of faults.
final class Service: Sendable {
    let bench: Bench
    let loop: ServeLoop
    private let task: Mutex<Task<Void, Never>?> = Mutex(nil)
    private let told = Mutex<[AnyFault]>([])

    init(_ schedules: [Schedule], _ bench: Bench = Bench(), runsMax: Int = 2) {
        self.bench = bench
        let heard = Guarded<@Sendable (AnyFault) -> Void>({ _ in })
        loop = ServeLoop(
            schedules: schedules, supervisor: bench.supervisor, ambient: bench.clock.ambient(),
            runsMax: runsMax
        ) { fault in heard.withLock { $0 }(fault) }
        heard.withLock { $0 = { [weak self] fault in self?.told.withLock { $0.append(fault) } } }
    }

    var faults: [AnyFault] { told.withLock { $0 } }

    /// Begins to serve, and waits until it sleeps.
    func start() async throws {
        let loop = loop
        task.withLock { $0 = Task { await loop.serve() } }
        try await settle()
    }

    /// Waits until the loop naps and no run is under way but those that hang.
    func settle(running: Int = 0) async throws {
        let bench = bench
        let loop = loop
        let settled = try await Fact.comes {
            guard await loop.load == running else { return false }
            return bench.tools.running == running && bench.clock.sleepers.contains { $0 <= .seconds(30) }
        }
        if !settled { throw Bench.Surprise.neverCame(bench.diary.lines) }
    }

    /// Lets time pass as it does, never further than the loop sleeps.
    func pass(_ duration: Duration, running: Int = 0) async throws {
        let end = bench.clock.uptime + duration
        while bench.clock.uptime < end {
            try await settle(running: running)
            let nap = bench.clock.sleepers.first ?? .seconds(30)
            bench.clock.advance(by: min(nap, end - bench.clock.uptime))
        }
        try await settle(running: running)
    }

    /// The rows as `slot outcome`, oldest first.
    func rows() async throws -> [String] {
        try await bench.rows.map { run in
            guard case .slot(let key, let at) = run.trigger, case .ended(let outcome) = run.state else {
                return "?"
            }
            return "\(Stamps.text(at)) \(key.job) \(outcome.rawValue)"
        }.sorted()
    }

    func waitForRows(_ count: Int) async throws {
        let bench = bench
        if try await !Fact.comes({ try await bench.rows.count >= count }) {
            throw Bench.Surprise.neverCame(bench.diary.lines)
        }
    }

    /// Stops, and waits until it has served its last.
    func stop() async {
        await loop.stop()
        await task.withLock { $0 }?.value
    }
}
