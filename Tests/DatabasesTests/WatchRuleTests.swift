import Engine
import FoundationEssentials
import Policy
import Testing

@testable import Databases

@Suite struct `When our own statement is cancelled` {
    private let told = StopReason.told("the window ends")

    private func rule(_ kind: WatchRule.Kind, lockTimeout: Duration? = nil, limit: Duration? = nil)
        -> WatchRule
    {
        WatchRule(kind: kind, yieldAfter: .seconds(5), lockTimeout: lockTimeout, limit: limit)
    }

    @Test(
        arguments: [
            (nil, 0), ("initializing", 0), ("waiting for writers before build", 0),
            ("building index: scanning table", 0), ("waiting for writers before validation", 30),
            ("index validation: scanning index", 30), ("waiting for old snapshots", 30),
            ("waiting for readers before marking dead", 300), ("waiting for readers before dropping", 300),
            ("something new", 0),
        ] as [(String?, Int)])
    func `a reason is obeyed by what it costs`(phase: String?, patience: Int) {
        var rule = rule(.rebuild)
        let reading = WatchReading(phase: phase)
        #expect(rule.look(reading, reason: nil, at: .seconds(10)) == nil)
        #expect(rule.look(reading, reason: told, at: .seconds(20)) == (patience == 0 ? told : nil))
        if patience > 0 {
            #expect(rule.look(reading, reason: told, at: .seconds(19 + patience)) == nil)
            #expect(rule.look(reading, reason: told, at: .seconds(20 + patience)) == told)
        }
        #expect(rule.phase == phase)
    }

    @Test func `a plain statement obeys at once`() {
        var rule = rule(.plain)
        #expect(rule.look(WatchReading(), reason: told, at: .zero) == told)
    }

    @Test func `whoever waits long enough is let in, and one who went does not count`() {
        var rule = rule(.plain)
        let waits = WatchReading(waiters: [7: "psql (pid 7)"])
        #expect(rule.look(waits, reason: nil, at: .seconds(1)) == nil)
        #expect(rule.look(WatchReading(), reason: nil, at: .seconds(4)) == nil)
        #expect(rule.look(waits, reason: nil, at: .seconds(6)) == nil)
        #expect(rule.look(waits, reason: nil, at: .seconds(10)) == nil)
        #expect(rule.look(waits, reason: nil, at: .seconds(11)) == .waiter("psql (pid 7)"))
    }

    @Test func `an autovacuum that waits for a vacuum wants what it does; for a rebuild it is let in`() {
        let waits = WatchReading(waiters: [7: "autovacuum"], autovacuums: [7])
        for (kind, yields) in [(WatchRule.Kind.vacuum, false), (.plain, true), (.rebuild, true)] {
            var rule = rule(kind)
            #expect(rule.look(waits, reason: nil, at: .seconds(1)) == nil)
            #expect(rule.look(waits, reason: nil, at: .seconds(60)) == (yields ? .waiter("autovacuum") : nil))
        }
        var rule = rule(.vacuum)
        let both = WatchReading(waiters: [7: "autovacuum", 8: "psql (pid 8)"], autovacuums: [7])
        #expect(rule.look(both, reason: nil, at: .seconds(1)) == nil)
        #expect(rule.look(both, reason: nil, at: .seconds(60)) == .waiter("psql (pid 8)"))
    }

    @Test func `an emergency lets everybody wait`() {
        var rule = WatchRule(kind: .vacuum, yieldAfter: nil)
        let waits = WatchReading(waiters: [7: "psql (pid 7)"])
        #expect(rule.look(waits, reason: nil, at: .seconds(1)) == nil)
        #expect(rule.look(waits, reason: nil, at: .seconds(86_400)) == nil)
        #expect(rule.look(waits, reason: told, at: .seconds(86_401)) == told)
    }

    @Test func `once the new index is in use, who waits for us waits for the same as we`() {
        var rule = rule(.rebuild)
        var reading = WatchReading(phase: "waiting for readers before dropping", waiters: [7: "psql (pid 7)"])
        #expect(rule.look(reading, reason: nil, at: .seconds(1)) == nil)
        #expect(rule.look(reading, reason: nil, at: .seconds(60)) == nil)
        reading.phase = "waiting for old snapshots"
        #expect(rule.look(reading, reason: nil, at: .seconds(61)) == .waiter("psql (pid 7)"))
    }

    @Test
    func `a rebuild that does not get its lock is given up, one that waits for others in the middle is not`()
    {
        var rule = rule(.rebuild, lockTimeout: .seconds(2))
        var reading = WatchReading(holders: "psql (pid 7)")
        #expect(rule.look(reading, reason: nil, at: .seconds(1)) == nil)
        #expect(rule.look(reading, reason: nil, at: .seconds(3)) == .lockTaken("psql (pid 7)"))
        reading.phase = "waiting for old snapshots"
        #expect(rule.look(reading, reason: nil, at: .seconds(30)) == nil)
        #expect(rule.holders == "psql (pid 7)")
    }

    @Test func `a dump ends a rebuild that is not built yet, and nothing else`() {
        var rule = rule(.rebuild)
        var reading = WatchReading(phase: "building index: scanning table", dump: "pg_dump (pid 7)")
        let reason = StopReason.told("pg_dump (pid 7) has begun, whose end it would wait for")
        #expect(rule.look(reading, reason: nil, at: .zero) == reason)
        reading.phase = "index validation: scanning table"
        #expect(rule.look(reading, reason: nil, at: .zero) == nil)
        var plain = self.rule(.plain)
        #expect(plain.look(reading, reason: nil, at: .zero) == nil)
    }

    @Test func `no statement takes longer than it may`() {
        var rule = rule(.plain, limit: .seconds(60))
        #expect(rule.look(WatchReading(), reason: nil, at: .seconds(59)) == nil)
        #expect(rule.look(WatchReading(), reason: nil, at: .seconds(60)) == .tooLong(.seconds(60)))
        #expect(StopReason.tooLong(.seconds(60)).text == "it took longer than 60s")
        #expect(StopReason.unwatched.text == "the connection that watched it was lost")
    }

    @Test func `the first reason stays`() {
        let note = StopNote()
        #expect(note.reason == nil)
        note.tell(told)
        note.tell(.unwatched)
        #expect(note.reason == told)
    }

    @Test(arguments: [
        ("t_id_ccnew", "t_id", true), ("t_id_ccold", "t_id", true), ("t_id_ccnew12", "t_id", true),
        ("t_id", "t_id", false), ("t_id_ccnewx", "t_id", false), ("other_ccnew", "t_id", false),
        ("_ccnew", "t_id", false), ("t_ccnew", "t_id", false),
        (String(repeating: "n", count: 57) + "_ccnew", String(repeating: "n", count: 63), true),
        (String(repeating: "n", count: 56) + "_ccnew1", String(repeating: "n", count: 63), true),
        (String(repeating: "m", count: 57) + "_ccnew", String(repeating: "n", count: 63), false),
        (String(repeating: "ä", count: 28) + "_ccnew", String(repeating: "ä", count: 31), true),
    ])
    func `a leftover is told by its name`(name: String, index: String, isOne: Bool) {
        #expect(LeftoverName.isLeftover(name, of: index) == isOne)
    }
}
