import Cron
import Faults
import FoundationEssentials
import Jobs
import Policy
import TestKit
import Testing

@testable import Engine

@Suite(.timeLimit(.minutes(2))) struct `Serving schedules` {
    @Test func `fires each slot once, on time`() async throws {
        let service = Service([
            try Schedules.make("*/10 * * * *"), try Schedules.make("45 0 * * *", job: "tidy"),
        ])
        try await service.start()
        #expect(try await service.rows().isEmpty)
        try await service.pass(.seconds(1_800))
        #expect(
            try await service.rows() == [
                "00:40:00 nightly succeeded", "00:45:00 tidy succeeded", "00:50:00 nightly succeeded",
                "01:00:00 nightly succeeded",
            ])
        #expect(
            try await service.bench.rows.allSatisfy { run in
                if case .slot(_, let at) = run.trigger { run.startedAt == at } else { false }
            })
        await service.stop()
        #expect(service.faults.isEmpty)
    }

    @Test func `a clock that is set back fires nothing twice`() async throws {
        let service = Service([try Schedules.make("*/10 * * * *")])
        try await service.start()
        try await service.pass(.seconds(900))
        #expect(try await service.rows() == ["00:40:00 nightly succeeded"])
        service.bench.clock.step(by: .seconds(-1_200))
        try await service.pass(.seconds(900))
        #expect(try await service.rows() == ["00:40:00 nightly succeeded"])
        try await service.pass(.seconds(900))
        #expect(try await service.rows() == ["00:40:00 nightly succeeded", "00:50:00 nightly succeeded"])
        await service.stop()
    }

    @Test func `a clock that was years ahead is believed once it is right`() async throws {
        let service = Service([try Schedules.make("*/10 * * * *")])
        try await service.start()
        service.bench.clock.step(by: .seconds(400 * 86_400))
        try await service.pass(.seconds(60))
        try await service.waitForRows(1_001)
        service.bench.clock.step(by: .seconds(-400 * 86_400))
        try await service.pass(.seconds(1_500))
        // The slot of 00:40 has its row from when it seemed long past.
        #expect(
            try await service.rows().filter { $0.hasSuffix("succeeded") } == [
                "00:30:00 nightly succeeded", "00:50:00 nightly succeeded",
            ])
        await service.stop()
        let reasons = try await service.bench.book.twin.runs(RunQuery(outcome: .missed), limit: 2_000).map(
            \.summary)
        #expect(reasons.count == 1_000)
        #expect(
            Set(reasons) == [
                "a later slot was due before this one could start",
                "more than 1000 slots came due at once: those until 2027-12-20T02:00:00Z",
            ])
    }

    @Test func `after hours that were skipped the newest slot fires and the others are missed`() async throws
    {
        let service = Service([try Schedules.make("0 * * * *")])
        try await service.start()
        service.bench.clock.step(by: .seconds(4 * 3_600 - 60))
        service.bench.clock.advance(by: .seconds(30))
        try await service.waitForRows(4)
        try await service.settle()
        #expect(
            try await service.rows() == [
                "01:00:00 nightly missed", "02:00:00 nightly missed", "03:00:00 nightly missed",
                "04:00:00 nightly succeeded",
            ])
        await service.stop()
    }

    @Test func `and the newest is missed as well if it is too late for it`() async throws {
        let service = Service([try Schedules.make("0 * * * *", late: .seconds(600))])
        try await service.start()
        service.bench.clock.step(by: .seconds(4 * 3_600 - 60))
        service.bench.clock.advance(by: .seconds(30))
        try await service.waitForRows(4)
        #expect(try await service.rows().allSatisfy { $0.hasSuffix("missed") })
        #expect(
            try await service.bench.rows.contains {
                $0.summary == "it could start only 1770 s late, and late= allows 600 s"
            })
        await service.stop()
    }

    @Test func `a closed window skips`() async throws {
        let window = Schedule.NamedWindow(
            name: "nights", window: Window(openings: [try .parse("22:00-00:35")]), zone: .utc)
        let service = Service([try Schedules.make("*/10 * * * *", window: window)])
        try await service.start()
        try await service.pass(.seconds(600))
        try await service.waitForRows(1)
        #expect(try await service.rows() == ["00:40:00 nightly skipped"])
        #expect(try await service.bench.rows.map(\.summary) == ["window 'nights' is closed"])
        await service.stop()
    }

    /// Four jobs that are due at once, two of which may run; their programs wait for the gate.
    private func crowd(_ gate: ManualClock) async throws -> Service {
        let service = Service(
            try ["a", "b", "c", "d"].map { try Schedules.make("40 0 * * *", job: $0, late: .seconds(600)) },
            runsMax: 2)
        service.bench.programs.hold(until: gate)
        try await service.start()
        try await service.pass(.seconds(599))
        service.bench.clock.advance(by: .seconds(1))
        try await service.settle(running: 2)
        return service
    }

    @Test func `no more runs at a time than are allowed`() async throws {
        let gate = ManualClock()
        let service = try await crowd(gate)
        try await service.pass(.seconds(300), running: 2)
        #expect(service.bench.liveness.jobs.keys.sorted() == ["a", "b"])
        service.bench.programs.hold(until: nil)
        gate.advance(by: .seconds(1))
        try await service.waitForRows(4)
        try await service.settle()
        #expect(
            try await service.rows() == [
                "00:40:00 a succeeded", "00:40:00 b succeeded", "00:40:00 c succeeded",
                "00:40:00 d succeeded",
            ])
        #expect(
            Set(try await service.bench.rows.map(\.startedAt)) == [Sets.night(0) + 600, Sets.night(0) + 900])
        await service.stop()
    }

    @Test func `what waits for its turn for too long is missed`() async throws {
        let gate = ManualClock()
        let service = try await crowd(gate)
        try await service.pass(.seconds(601), running: 2)
        service.bench.programs.hold(until: nil)
        gate.advance(by: .seconds(1))
        try await service.waitForRows(4)
        try await service.settle()
        #expect(
            try await service.rows() == [
                "00:40:00 a succeeded", "00:40:00 b succeeded", "00:40:00 c missed", "00:40:00 d missed",
            ])
        await service.stop()
    }

    @Test func `a stop ends what runs and writes down what waits`() async throws {
        let service = try await crowd(ManualClock())
        await service.stop()
        #expect(
            try await service.rows() == [
                "00:40:00 a cancelled", "00:40:00 b cancelled", "00:40:00 c missed", "00:40:00 d missed",
            ])
        #expect(
            try await service.bench.rows.filter { $0.state == .ended(.missed) }.map(\.summary)
                == Array(repeating: "the daemon was stopped before it could start", count: 2))
        #expect(service.bench.clock.sleepers.isEmpty)
    }

    @Test func `it is not over before everything is written down`() async throws {
        let service = try await crowd(ManualClock())
        let slow = ManualClock()
        service.bench.book.watch { write in
            if case .begin(let run) = write, run.state == .ended(.missed) { await slow.sleep(.seconds(1)) }
        }
        let rows = Task {
            await service.stop()
            return try await service.rows()
        }
        for _ in 0..<2 {
            #expect(try await Fact.comes { !slow.sleepers.isEmpty })
            slow.advance(by: .seconds(1))
        }
        #expect(try await rows.value.filter { $0.hasSuffix("missed") }.count == 2)
    }

    @Test func `of two slots of one job that wait, the older is missed`() async throws {
        let gate = ManualClock()
        let service = Service(
            [
                try Schedules.make("40 0 * * *", job: "long"),
                try Schedules.make("45,50,55 * * * *", job: "often"),
            ],
            runsMax: 1)
        service.bench.programs.hold(until: gate)
        try await service.start()
        try await service.pass(.seconds(599))
        service.bench.clock.advance(by: .seconds(1))
        try await service.pass(.seconds(899), running: 1)
        service.bench.programs.hold(until: nil)
        gate.advance(by: .seconds(1))
        try await service.settle()
        try await service.waitForRows(3)
        try await service.pass(.seconds(1))
        #expect(
            try await service.rows() == [
                "00:40:00 long succeeded", "00:45:00 often missed", "00:50:00 often succeeded",
                "00:55:00 often succeeded",
            ])
        await service.stop()
    }

    @Test func `a job that still runs when its next slot comes is skipped then`() async throws {
        let gate = ManualClock()
        let service = Service([try Schedules.make("40,50 * * * *")])
        service.bench.programs.hold(until: gate)
        try await service.start()
        try await service.pass(.seconds(599))
        service.bench.clock.advance(by: .seconds(1))
        try await service.pass(.seconds(700), running: 1)
        #expect(try await service.rows() == ["00:50:00 nightly skipped", "?"])
        service.bench.programs.hold(until: nil)
        gate.advance(by: .seconds(1))
        try await service.settle()
        #expect(try await service.rows() == ["00:40:00 nightly succeeded", "00:50:00 nightly skipped"])
        await service.stop()
    }

    @Test func `a stop before it begins serves nothing`() async throws {
        let service = Service([try Schedules.make("@reboot")])
        await service.loop.stop()
        await service.loop.serve()
        #expect(try await service.rows().isEmpty)
    }

    @Test func `what the catalog does not take waits, and is written once the catalog is back`() async throws {
        let service = Service([try Schedules.make("*/10 * * * *", late: .zero)])
        service.bench.book.fail(.begin)
        try await service.start()
        service.bench.clock.step(by: .seconds(1_250))
        service.bench.clock.advance(by: .seconds(30))
        #expect(try await Fact.comes { await service.bench.journaled.pending == 2 })
        #expect(service.faults == [])
        service.bench.book.heal()
        try await service.pass(.seconds(600))
        try await service.waitForRows(3)
        await service.stop()
        #expect(
            try await service.rows() == [
                "00:40:00 nightly missed", "00:50:00 nightly missed", "01:00:00 nightly succeeded",
            ])
    }

    @Test func `a reboot slot fires once`() async throws {
        let service = Service([try Schedules.make("@reboot")])
        try await service.start()
        try await service.waitForRows(1)
        try await service.pass(.seconds(300))
        #expect(try await service.rows() == ["00:30:00 nightly succeeded"])
        await service.stop()
    }

    @Test func `a fault that keeps a slot from running fails the slot`() async throws {
        let service = Service([try Schedules.make("40 0 * * *")])
        service.bench.store.fail(
            .open, with: AnyFault(code: "store.broken", summary: "it is broken", remedy: "Mend it."))
        try await service.start()
        try await service.pass(.seconds(600))
        try await service.waitForRows(1)
        await service.stop()
        #expect(try await service.rows() == ["00:40:00 nightly failed"])
        #expect(try await service.bench.rows.map(\.summary) == ["it is broken"])
    }
}
