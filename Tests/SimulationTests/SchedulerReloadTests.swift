import FoundationEssentials
import Jobs
import Policy
import Testing

@testable import Engine
@testable import Simulation

@Suite struct `The machine of a daemon that reads its configuration again` {
    private let backup = MachineBench.schedule("40 * * * *")

    @Test func `lets what waits follow the new definition`() throws {
        let closed = MachineBench.schedule("40 * * * *", window: .until(35))
        var bench = MachineBench([closed])
        bench.join()
        var late = closed
        late.late = .seconds(7 * 86_400)
        bench.reload([late])
        #expect(bench.claim().last?.hasPrefix("wait window 'nights' is closed") == true)
        var open = MachineBench.schedule("40 * * * *")
        open.late = .seconds(1200)
        open.job.timeout = .seconds(77)
        #expect(bench.reload([open]).last == "take")
        let duty = try #require(bench.machine.dutiesInOrder.first)
        #expect(duty.run.deadline == duty.due + 1200)
        _ = bench.send(.took(duty.run.id, .taken))
        #expect(bench.machine.dutiesInOrder.first?.job.timeout == .seconds(77))
        var other = open
        other.job.timeout = .seconds(88)
        _ = bench.reload([other])
        #expect(
            bench.machine.dutiesInOrder.first?.job.timeout == .seconds(77), "what runs goes on as it began")
    }

    @Test func `skips what waits for an answer when its schedule is gone`() {
        let guards = [GuardRule(kind: .activeSessions, limit: 10)]
        let guarded = MachineBench.schedule("40 * * * *", window: .until(1440, guards: guards))
        for (schedule, phase) in [(guarded, "reading guards"), (backup, "taking")] {
            var bench = MachineBench([schedule])
            bench.join()
            _ = bench.claim()
            #expect(bench.reload([]) == ["end skipped"], "\(phase)")
            #expect(bench.runs.isEmpty)
        }
    }

    @Test(arguments: [true, false]) func `skips what is being claimed once the claim is answered`(
        isOurs: Bool
    ) {
        var bench = MachineBench([backup])
        bench.join()
        #expect(bench.hold(for: 600).contains("claim 1, 1 marks"))
        #expect(bench.reload([]) == [])
        let answer: RunStart = isOurs ? .begun : .slotTaken(by: MachineBench.other)
        #expect(bench.send(.claimed([bench.run: answer])) == (isOurs ? ["end skipped"] : []))
    }

    @Test func `asks anew for what changed while it was asked for`() {
        var bench = MachineBench([backup])
        bench.join()
        #expect(bench.claim().last == "take")
        let closed = MachineBench.schedule("40 * * * *", window: .until(30))
        #expect(bench.reload([closed]) == ["read marks", "read durations"])
        let answered = bench.send(.took(bench.run, .busy([])))
        #expect(answered.last == "end missed", "its window opens after late= is over: \(answered)")
    }
}
