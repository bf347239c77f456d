import FoundationEssentials
import Jobs
import Policy
import Testing

@testable import Engine
@testable import Simulation

/// What a reading of the machine found, held one by one.
@Suite struct `The machine of a daemon, as it was read` {
    private let backup = MachineBench.schedule("40 * * * *")
    private let tidy = MachineBench.schedule("40 * * * *", isBackup: false)

    // MARK: The telling of a journal

    @Test func `renews its lease while the catalog is told a long journal, and tells it once at a time`() {
        var bench = MachineBench([backup])
        bench.settlesAtOnce = false
        _ = bench.send(.started)
        #expect(bench.send(.registered(MachineBench.lease, asked: bench.now.uptime)) == ["renew"])
        for _ in 0..<20 {
            bench.pass(5)
            let done = bench.renew()
            #expect(!done.contains("read marks"), "a slot may have been done by what the journal tells of")
            _ = bench.wake(after: 5)
        }
        #expect(bench.machine.lease != nil)
        #expect(bench.send(.settled(true)).contains("read marks"))
    }

    @Test func `takes nothing over before the catalog was told what its machine's journals say of it`() {
        var bench = MachineBench([backup], dead: [MachineBench.other])
        bench.settlesAtOnce = false
        _ = bench.send(.started)
        _ = bench.send(.registered(MachineBench.lease, asked: bench.now.uptime))
        let news = Renewal.News(orphans: [MachineBench.orphan(of: backup)])
        #expect(!bench.renew(news).contains("take over"))
        // Heard of in the middle of a telling: that one may have looked for journals before.
        #expect(!bench.send(.settled(true)).contains("take over"))
        #expect(bench.send(.settled(true)).contains("take over"))
    }

    @Test func `goes on with its slots when the catalog does not take all, after three tries`() {
        var bench = MachineBench([backup])
        bench.settlesAtOnce = false
        _ = bench.send(.started)
        _ = bench.send(.registered(MachineBench.lease, asked: bench.now.uptime))
        for attempt in 1...3 {
            let done = bench.send(.settled(false))
            #expect(done.contains("read marks") == (attempt == 3), "\(attempt)")
            bench.pass(3)
            _ = bench.renew()
        }
    }

    // MARK: Stops

    @Test func `tells a wish to stop again until the run has ended`() throws {
        var bench = MachineBench([backup])
        bench.join()
        #expect(bench.work() == ["perform"])
        let record = try #require(bench.machine.dutiesInOrder.first).run
        #expect(bench.send(.stopRunAsked(record.id, reason: "enough")) == ["stop"])
        #expect(bench.machine.wait(bench.now) <= .seconds(1))
        #expect(bench.wake(after: 1) == ["stop"])
        #expect(bench.wake(after: 1) == [])
        #expect(bench.wake(after: 1).contains("stop"))
        _ = bench.send(.runEnded(record))
        #expect(!bench.hold(for: 60).contains("stop"))
    }

    // MARK: Runs by hand

    @Test(arguments: [true, false])
    func `lets a run by hand go on without its lease only where nobody takes it over`(
        hasPeer: Bool
    ) {
        var bench = MachineBench(role: .hand)
        _ = bench.send(.started)
        _ = bench.send(.registered(MachineBench.lease, asked: bench.now.uptime))
        _ = bench.send(.handRunAsked(backup.job))
        _ = bench.send(.claimed([bench.run: .begun]))
        #expect(bench.send(.took(bench.run, .taken)).last == "perform")
        let peer = DaemonRecord(
            id: MachineBench.other, role: .serve, owner: MachineBench.owner, version: "1",
            startedAt: bench.now.wall)
        _ = bench.renew(Renewal.News(peers: hasPeer ? [peer] : []))
        #expect(bench.wake(after: 21).contains("stop: lease lost") == hasPeer)
    }

    @Test func `lets a run by hand begin where there never was a catalog, whoever else there is`() {
        var bench = MachineBench(role: .hand)
        bench.machine.settings.peers = [
            DaemonRecord(
                id: MachineBench.other, role: .serve, owner: MachineBench.owner, version: "1",
                startedAt: bench.now.wall)
        ]
        _ = bench.send(.started)
        _ = bench.send(.registerFailed)
        #expect(bench.send(.handRunAsked(tidy.job)).contains("perform"))
    }

    // MARK: What people are told

    @Test(arguments: [true, false]) func `tells of a miss once its slot is known to be its own`(isOurs: Bool)
    {
        var schedule = tidy
        schedule.catchUp = .none
        var bench = MachineBench([schedule])
        bench.join()
        // Seen five minutes after its instant, which is too late for a schedule that makes nothing up.
        _ = bench.hold(for: 590)
        bench.pass(300)
        #expect(bench.ends(.renewed(.held(Renewal.News()), asked: bench.now.uptime)).isEmpty)
        let missed = bench.claimed
        #expect(missed.count == 1)
        let answer: RunStart = isOurs ? .begun : .slotTaken(by: MachineBench.other)
        let ends = bench.ends(.claimed([missed.first?.id ?? MachineBench.id: answer]))
        #expect(ends.count == (isOurs ? 1 : 0))
    }

    @Test func `tells of a miss at once while there is no catalog, and not again`() {
        var schedule = backup
        schedule.late = .seconds(60)
        var bench = MachineBench([schedule])
        bench.join()
        _ = bench.hold(for: 570)
        _ = bench.wake(after: 21)
        bench.pass(300)
        let atOnce = bench.ends(.woke)
        #expect(atOnce.count == 1)
        #expect(bench.ends(.renewed(.held(Renewal.News()), asked: bench.now.uptime)).isEmpty)
        let missed = bench.claimed
        #expect(missed.count == 1)
        let again = bench.ends(.claimed([missed.first?.id ?? MachineBench.id: .begun]))
        #expect(again.isEmpty)
    }

    @Test func `names the catalog for a slot that came due as it was gone and nobody knew yet`() {
        var schedule = tidy
        schedule.late = .seconds(60)
        var bench = MachineBench([schedule])
        bench.join()
        _ = bench.hold(for: 595)
        #expect(bench.wake(after: 5) == ["claim 1, 1 marks"])
        _ = bench.send(.claimFailed)
        _ = bench.wake(after: 200)
        _ = bench.renew()
        let ends = bench.ends(.claimed([bench.run: .begun]))
        #expect(ends.map(\.summary).allSatisfy { $0.contains("the catalog could not be reached from") })
        #expect(ends.count == 1)
    }

    // MARK: The catalog is back

    @Test func `wakes what waits for the catalog when it is back`() {
        var bench = MachineBench([tidy])
        bench.join()
        _ = bench.claim()
        _ = bench.send(.takeFailed(bench.run))
        #expect(bench.wake(after: 25).contains { $0.hasPrefix("wait for the catalog") } == false)
        bench.pass(1)
        #expect(bench.renew().contains("take"))
    }

    @Test(arguments: [60, 7200]) func `does a reboot when the catalog is back, unless that is too late`(
        after: Double
    ) {
        var bench = MachineBench([MachineBench.schedule("@reboot", isBackup: false)])
        _ = bench.send(.started)
        _ = bench.send(.registerFailed)
        #expect(!bench.wake(after: after).contains("perform"))
        _ = bench.send(.registered(MachineBench.lease, asked: bench.now.uptime))
        let read = bench.send(.marks([bench.schedules[0].key: bench.now.wall]))
        #expect(read == ["claim 1, 0 marks"])
        #expect(bench.claimed.map(\.state) == [after < 3600 ? .waiting : .ended(.missed)])
        _ = bench.send(.claimed(Dictionary(bench.claimed.map { ($0.id, .begun) }) { first, _ in first }))
        #expect(
            !bench.send(.marks([bench.schedules[0].key: bench.now.wall])).contains { $0.hasPrefix("claim") })
    }

    // MARK: Windows

    @Test func `stops at the instant at which the window closes`() {
        var schedule = MachineBench.schedule("40 * * * *", window: .until(42))
        schedule.job.atWindowEnd = .stop
        var bench = MachineBench([schedule])
        bench.join()
        #expect(bench.work() == ["perform"])
        _ = bench.hold(for: 115)
        _ = bench.renew()
        #expect(!bench.wake(after: 4.9).contains("stop"))
        #expect(bench.machine.wait(bench.now) <= .milliseconds(101))
        #expect(bench.wake(after: 0.1).contains("stop"))
    }

    // MARK: Rows that nobody sees to

    @Test func `ends a row of its own that does not show that its run has ended`() throws {
        var bench = MachineBench([backup])
        bench.join()
        _ = bench.work()
        var row = try #require(bench.machine.dutiesInOrder.first).run
        row.lease = MachineBench.lease
        var ended = row
        ended.state = .ended(.succeeded)
        ended.endedAt = bench.now.wall
        _ = bench.send(.runEnded(ended))
        row.state = .running
        #expect(bench.send(.ownRuns([row])) == ["end succeeded"])
    }

    @Test func `takes on a row of its own that it does not know, and leaves those that it sees to`() throws {
        var bench = MachineBench([backup])
        bench.join()
        _ = bench.work()
        let known = try #require(bench.machine.dutiesInOrder.first).run
        var unknown = MachineBench.orphan(of: backup)
        unknown.lease = MachineBench.lease
        #expect(bench.send(.ownRuns([known, unknown])) == ["take over"])
        #expect(bench.send(.ownRuns([unknown])) == [], "it is asked for already")
    }

    @Test func `compares its rows with what it does after each time that it got its lease`() {
        var bench = MachineBench([backup])
        bench.join()
        let isAskedAgain = bench.asksForItsRows(.woke)
        #expect(isAskedAgain == false)
        _ = bench.send(.ownRuns([]))
        bench.pass(60)
        let isAsked = bench.asksForItsRows(.renewed(.held(Renewal.News()), asked: bench.now.uptime))
        #expect(isAsked)
    }
}
