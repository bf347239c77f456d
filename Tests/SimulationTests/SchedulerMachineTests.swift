import FoundationEssentials
import Jobs
import Policy
import Testing

@testable import Engine
@testable import Simulation

/// Each was wrong once, and a simulated world showed it.
@Suite struct `The machine of a daemon` {
    private let backup = MachineBench.schedule("40 * * * *")
    private let tidy = MachineBench.schedule("40 * * * *", isBackup: false)

    @Test func `sleeps while it waits for its last runs, whatever comes due and whoever comes back`() {
        var bench = MachineBench([MachineBench.schedule("*/1 * * * *"), backup])
        bench.join()
        _ = bench.hold(for: 60)
        _ = bench.send(.claimed([:]))
        let run = bench.run
        #expect(bench.send(.took(run, .taken)) == ["perform"])
        _ = bench.send(.stopAsked)
        for second in 1...180 {
            bench.pass(1)
            _ = second == 120 ? bench.renew() : bench.send(.woke)
            #expect(bench.machine.wait(bench.now) > .zero, "\(second) s after the wish to stop")
        }
    }

    @Test func `quits after its run by hand, and not before`() throws {
        var bench = MachineBench(role: .hand)
        #expect(bench.send(.started) == ["register"])
        #expect(bench.send(.registered(MachineBench.lease, asked: bench.now.uptime)) == [])
        #expect(bench.send(.handRunAsked(backup.job)) == ["claim 1, 0 marks"])
        let run = bench.run
        #expect(bench.send(.claimed([run: .begun])).last == "take")
        #expect(bench.send(.took(run, .taken)) == ["perform"])
        let record = try #require(bench.machine.dutiesInOrder.first).run
        #expect(bench.send(.runEnded(record)) == ["leave", "quit"])
    }

    @Test func `writes slots that it began without the catalog together with their mark`() {
        var bench = MachineBench([backup])
        bench.join()
        _ = bench.hold(for: 570)
        #expect(bench.wake(after: 21).contains("claim 1, 1 marks") == false, "it is apart by then")
        #expect(bench.wake(after: 10) == ["perform"])
        bench.pass(60)
        let back = bench.renew()
        #expect(back.contains("claim 1, 1 marks"), "\(back)")
    }

    @Test func `moves no mark on that it made up, until the catalog has told it what was before`() {
        var bench = MachineBench([backup])
        _ = bench.send(.started)
        _ = bench.send(.registerFailed)
        #expect(bench.wake(after: 660).contains("perform"))
        let back = bench.send(.registered(MachineBench.lease, asked: bench.now.uptime))
        #expect(back.contains("claim 1, 0 marks"), "\(back)")
        _ = bench.send(.claimed([bench.run: .begun]))
        // The slot of an hour ago is missed; the one that is under way is not begun again.
        let read = bench.send(.marks([backup.key: MachineBench.midnight - 1800]))
        #expect(read == ["claim 1, 1 marks"])
        #expect(bench.machine.load == (running: 1, waiting: 0))
    }

    @Test func `asks again for marks and durations that it was not told`() {
        var bench = MachineBench([backup])
        _ = bench.send(.started)
        let asked = bench.send(.registered(MachineBench.lease, asked: bench.now.uptime))
        #expect(asked == ["renew", "read marks", "read durations"])
        _ = bench.send(.marksFailed)
        _ = bench.send(.durationsFailed)
        #expect(bench.machine.wait(bench.now) <= .seconds(2))
        #expect(bench.wake(after: 2) == ["read marks"])
        #expect(bench.wake(after: 14).contains("read durations"))
    }

    @Test func `asks again for a run that it may have been given`() {
        var bench = MachineBench([backup])
        bench.join()
        _ = bench.hold(for: 30)
        let orphan = MachineBench.orphan(of: backup)
        #expect(bench.renew(Renewal.News(orphans: [orphan])) == ["take over"])
        _ = bench.send(.takeOverFailed(orphan.id))
        #expect(bench.machine.wait(bench.now) <= .seconds(2))
        #expect(bench.wake(after: 2).contains("take over"))
        #expect(bench.send(.tookOver(orphan.id, orphan, attemptsMade: 0)) == ["take"])
    }

    @Test func `looks at its lease before it looks at an answer`() {
        var bench = MachineBench([backup])
        bench.join()
        _ = bench.hold(for: 35)
        bench.pass(25)
        // The catalog held the lease as it answered, and nobody knows whether it does now.
        let news = Renewal.News(orphans: [MachineBench.orphan(of: backup)])
        let late = bench.send(.renewed(.held(news), asked: bench.now.uptime - .seconds(25)))
        #expect(!late.contains("take over"), "\(late)")
        #expect(bench.machine.lease == nil)
    }

    @Test func `starts nothing on seats that it was given after the time of its lease`() {
        var bench = MachineBench([tidy])
        bench.join()
        #expect(bench.claim().last == "take")
        bench.pass(25)
        #expect(!bench.send(.took(bench.run, .taken)).contains("perform"))
        // Its seats are its own still, and with the catalog it starts.
        #expect(bench.renew().contains("take"))
        #expect(bench.send(.took(bench.run, .taken)) == ["perform"])
    }

    @Test func `lets its seats go where its window closed while it was given them`() {
        var bench = MachineBench([windowed])
        bench.join()
        #expect(bench.claim().last == "take")
        _ = bench.hold(for: 360)
        let late = bench.send(.took(bench.run, .taken))
        #expect(late.last == "release" && late.first?.hasPrefix("wait window") == true, "\(late)")
        #expect(bench.send(.releaseFailed(bench.run)) == [])
        #expect(bench.wake(after: 2).contains("release"), "it may have them still")
        let meanwhile = bench.hold(for: 120)
        #expect(!meanwhile.contains("take") && !meanwhile.contains("release"), "it waits for the answer")
        #expect(bench.send(.released(bench.run)) == [])
        #expect(!bench.hold(for: 120).contains("release"))
    }

    @Test func `leaves the queue where its window closed while it waited for seats`() {
        var bench = MachineBench([windowed])
        bench.join()
        #expect(bench.claim().last == "take")
        _ = bench.send(.took(bench.run, .busy([])))
        #expect(!bench.hold(for: 240).contains("release"))
        _ = bench.send(.took(bench.run, .busy([])))
        #expect(bench.hold(for: 120).contains("release"))
    }

    @Test func `lets seats go that it is given after it was asked to stop`() {
        var bench = MachineBench([MachineBench.schedule("*/1 * * * *", isBackup: false), backup])
        bench.join()
        _ = bench.hold(for: 60)
        _ = bench.send(.claimed([:]))
        #expect(bench.send(.took(bench.run, .taken)) == ["perform"])
        let more = bench.hold(for: 600)
        #expect(more.contains { $0.hasPrefix("claim") })
        _ = bench.send(.claimed([:]))
        let late = bench.runs[1]
        _ = bench.send(.stopAsked)
        #expect(bench.send(.took(late, .taken)).last == "release")
    }

    /// Open from midnight to a quarter to one, and the run may wait for it for days.
    private var windowed: Schedule {
        let opening = Window.Opening(weekdays: Set(0...6), from: 0, to: 45)
        var schedule = MachineBench.schedule("40 * * * *", window: Window(openings: [opening]))
        schedule.late = .seconds(3 * 86_400)
        return schedule
    }

    @Test func `looks at the window again once guards are read`() {
        var bench = MachineBench([guarded(isBackup: true)])
        bench.join()
        #expect(bench.claim().last == "read guards")
        _ = bench.hold(for: 360)
        let late = bench.send(.guardsRead(bench.run, calm))
        #expect(late == ["end missed"], "the window closed a minute ago")
    }

    @Test func `looks at the catalog again once guards are read`() {
        var bench = MachineBench([guarded(isBackup: false)])
        bench.join()
        #expect(bench.claim().last == "read guards")
        bench.pass(25)
        let late = bench.send(.guardsRead(bench.run, calm))
        #expect(!late.contains("take") && !late.contains("perform"), "\(late)")
    }

    private let calm = [GuardReading(kind: .activeSessions, value: 0, subject: "main")]

    private func guarded(isBackup: Bool) -> Schedule {
        let opening = Window.Opening(weekdays: Set(0...6), from: 0, to: 45)
        let guards = [GuardRule(kind: .activeSessions, limit: 10)]
        return MachineBench.schedule(
            "40 * * * *", isBackup: isBackup, window: Window(openings: [opening], guards: guards))
    }

    @Test func `leaves others the time of a lease to come back after an outage`() {
        let orphan = MachineBench.orphan(of: backup)
        var bench = MachineBench([backup])
        bench.join()
        _ = bench.hold(for: 25)
        #expect(bench.renew(Renewal.News(orphans: [orphan])) == [])
        _ = bench.hold(for: 5)
        #expect(bench.renew(Renewal.News(orphans: [orphan])) == ["take over"])
        _ = bench.send(.tookOver(orphan.id, nil, attemptsMade: 0))
        // Another outage, and the same again.
        _ = bench.wake(after: 60)
        #expect(!bench.renew(Renewal.News(orphans: [orphan])).contains("take over"))
        _ = bench.hold(for: 30)
        #expect(bench.renew(Renewal.News(orphans: [orphan])) == ["take over"])
    }

    @Test func `takes over at once from one whose process is gone for certain`() {
        var bench = MachineBench([backup], dead: [MachineBench.other])
        bench.join()
        let orphan = MachineBench.orphan(of: backup)
        #expect(bench.renew(Renewal.News(orphans: [orphan])) == ["take over"])
    }

    @Test func `tells runs that go on that the lease is lost, when it is and when others have taken it`() {
        var apart = MachineBench([tidy])
        apart.join()
        #expect(apart.work() == ["perform"])
        #expect(apart.wake(after: 21).contains("stop: lease lost"))
        var fenced = MachineBench([backup])
        fenced.join()
        #expect(fenced.work() == ["perform"])
        #expect(fenced.send(.renewed(.lost, asked: fenced.now.uptime)).first == "stop: lease lost")
    }
}
