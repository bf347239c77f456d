import Faults
import Measures
import Synchronization
import TestKit
import Testing

@testable import Engine

@Suite struct `Telling how far a dump is` {
    @Test func `by the sizes and rows of the finished tables`() {
        var estimate = DumpEstimate(MemoryServer.database("shop"))
        estimate.finished("public.orders")
        estimate.finished("public.nobody_knows")
        #expect(
            estimate.progress(bytes: ByteCount(7), done: 2, total: 3, current: "public.customers")
                == DumpProgress(
                    bytes: ByteCount(7), tablesDone: 2, tablesTotal: 3, rows: 1_000_000, fraction: 0.8,
                    current: "public.customers"))
    }

    @Test func `nothing is said of a database of which nothing is known`() {
        var facts = MemoryServer.database("shop")
        facts.tables = []
        #expect(DumpEstimate(facts).progress(bytes: .zero, done: 0, total: 0, current: nil).fraction == nil)
    }

    @Test(
        arguments: [
            (0.5, 10, 10), (0.25, 10, 30), (1, 10, 0), (0.02, 10, nil), (0.5, 2, nil), (1.5, 10, nil),
            (nil, 10, nil),
        ] as [(Double?, Int, Int?)])
    func `the time left at the rate so far`(fraction: Double?, elapsed: Int, left: Int?) {
        let progress = DumpProgress(bytes: .zero, fraction: fraction)
        #expect(progress.timeLeft(elapsed: .seconds(elapsed)) == left.map { Duration.seconds($0) })
    }

    @Test func `at most five times a second`() {
        let clock = ManualClock()
        let heard = Mutex<[Duration]>([])
        var meter = ProgressMeter(uptime: { clock.uptime }) { _, elapsed in
            heard.withLock { $0.append(elapsed) }
        }
        for _ in 0..<10 {
            meter.tick { DumpProgress(bytes: .zero) }
            clock.advance(by: .milliseconds(70))
        }
        #expect(heard.withLock { $0 } == [.milliseconds(210), .milliseconds(420), .milliseconds(630)])
    }
}
