import Engine
import Faults
import FoundationEssentials
import Testing

// MARK: - Leases

extension DaemonBookConformance {
    func givesEpochs(_ bench: DaemonBench) async throws {
        let daemon = bench.daemon()
        let first = try await bench.book.register(daemon, for: .seconds(60), dead: [])
        let other = try await bench.join()
        let second = try await bench.book.register(daemon, for: .seconds(60), dead: [daemon.id])
        #expect(first.daemon == daemon.id && second.daemon == daemon.id)
        #expect(0 < first.epoch && first.epoch < other.epoch && other.epoch < second.epoch)
        #expect(try await bench.news(first) == nil, "an earlier epoch has no lease")
        #expect(
            try await bench.news(second) != nil, "that a daemon was dead before does not end its new lease")
    }

    func prolongsLeases(_ bench: DaemonBench) async throws {
        let lease = try await bench.book.register(bench.daemon(), for: .zero, dead: [])
        #expect(try await bench.listed(lease.daemon)?.state == .silent)
        #expect(try await bench.news(lease) != nil)
        let alive = try await bench.listed(lease.daemon)
        #expect(alive?.state == .alive && alive?.doing == "goes on" && alive?.epoch == lease.epoch)
        try await bench.expire(lease.daemon)
        #expect(try await bench.listed(lease.daemon)?.state == .silent)
        #expect(try await bench.news(lease) != nil)
        #expect(try await bench.news(Lease(daemon: UUID(), epoch: lease.epoch)) == nil)
        #expect(try await bench.news(Lease(daemon: lease.daemon, epoch: lease.epoch + 1_000_000)) == nil)
    }

    func endsLeasesOfTheDead(_ bench: DaemonBench) async throws {
        let dead = try await bench.join()
        let living = try await bench.join()
        let lease = try await bench.book.register(
            bench.daemon(), for: .seconds(60), dead: [dead.daemon, UUID()])
        #expect(try await bench.listed(dead.daemon)?.state == .silent)
        #expect(try await bench.listed(living.daemon)?.state == .alive)
        #expect(try await bench.listed(lease.daemon)?.state == .alive)
    }

    func saysGoodbye(_ bench: DaemonBench) async throws {
        let lease = try await bench.join()
        let stale = Lease(daemon: lease.daemon, epoch: lease.epoch - 1)
        try await bench.book.leave(stale)
        #expect(try await bench.listed(lease.daemon)?.state == .alive, "an earlier self cannot leave for it")
        for _ in 0..<2 { try await bench.book.leave(lease) }
        #expect(try await bench.listed(lease.daemon)?.state == .stopped)
        #expect(try await bench.news(lease) == nil)
    }

    func namesPeers(_ bench: DaemonBench) async throws {
        let book = bench.book
        let mine = try await bench.join()
        let records = [bench.daemon(started: 1), bench.daemon(started: 3), bench.daemon(started: 2)]
        var peers: [DaemonRecord] = []
        for var record in records {
            record.epoch = try await book.register(record, for: .seconds(60), dead: []).epoch
            peers.append(record)
        }
        let hand = try await bench.join(.hand)
        let gone = try await bench.join()
        try await book.leave(gone)
        let silent = try await bench.join()
        try await bench.expire(silent.daemon)
        let named = try await bench.news(mine)?.peers ?? []
        var ours = named.filter { peer in records.contains { $0.id == peer.id } }
        #expect(ours.allSatisfy { $0.seenAt != nil })
        for index in ours.indices { ours[index].seenAt = nil }
        #expect(ours == [peers[1], peers[2], peers[0]], "the newest first, with labels and all")
        let strangers = [mine.daemon, hand.daemon, gone.daemon, silent.daemon]
        #expect(!named.contains { strangers.contains($0.id) })
    }

    func listsDaemons(_ bench: DaemonBench) async throws {
        let hand = try await bench.join(.hand)
        let gone = try await bench.join()
        let silent = try await bench.join()
        try await bench.book.leave(gone)
        try await bench.expire(silent.daemon)
        let all = try await bench.book.daemons()
        let ours = all.filter { [hand.daemon, gone.daemon, silent.daemon].contains($0.id) }
        #expect(ours.first { $0.id == hand.daemon }?.role == .hand)
        #expect(Set(ours.map(\.state)) == [.alive, .stopped, .silent])
        let states = all.map(\.state)
        #expect(
            states.lastIndex(of: .alive) ?? 0 < states.firstIndex { $0 != .alive } ?? 0,
            "the living come first")
    }
}

// MARK: - Taking over

extension DaemonBookConformance {
    func namesOrphans(_ bench: DaemonBench) async throws {
        let (mine, silent, gone) = (try await bench.join(), try await bench.join(), try await bench.join())
        let late = try await bench.waiting(silent, slot: 20)
        var early = try await bench.waiting(gone, slot: 10)
        early.state = .running
        #expect(try await bench.book.begin(early) == .begun)
        let ended = try await bench.waiting(silent, slot: 5)
        try await bench.book.end(
            ended.id, lease: silent, outcome: .failed, summary: "", at: bench.samples.at(6))
        let own = try await bench.waiting(mine, slot: 1)
        let ids = [late.id, early.id, ended.id, own.id]
        func orphans() async throws -> [RunRecord]? {
            try await bench.news(mine)?.orphans.filter { ids.contains($0.id) }
        }
        #expect(try await orphans() == [])
        try await bench.expire(silent.daemon)
        try await bench.book.leave(gone)
        #expect(try await orphans() == [early, late], "by slot")
    }

    func fencesOff(_ bench: DaemonBench) async throws {
        let book = bench.book
        let (old, new) = (try await bench.join(), try await bench.join())
        var run = try await bench.waiting(old)
        let other = try await bench.waiting(old, slot: 1)
        try await bench.expire(old.daemon)
        run.owner.host = "dawn"
        run.lease = new
        #expect(try await book.takeOver(run.id, owner: run.owner, lease: new) == run)
        #expect(try await bench.stored(run.id) == run)
        #expect(try await bench.news(old) == nil, "no lease any more")
        #expect(try await bench.listed(old.daemon)?.state == .silent)
        let lost = await bench.code { () throws(AnyFault) in
            _ = try await book.claim([], marks: [:], lease: old)
        }
        #expect(lost == "catalog.lease-lost")
        #expect(try await book.takeOver(other.id, owner: run.owner, lease: old) == nil)
        let third = try await bench.waiting(new, slot: 2)
        try await bench.expire(new.daemon)
        #expect(try await book.takeOver(third.id, owner: run.owner, lease: old) == nil)
    }

    func leavesTheLivingAlone(_ bench: DaemonBench) async throws {
        let book = bench.book
        let (mine, other) = (try await bench.join(), try await bench.join())
        let living = try await bench.waiting(other)
        let ended = try await bench.waiting(other, slot: 1)
        try await book.end(ended.id, lease: other, outcome: .skipped, summary: "", at: bench.samples.at(2))
        let nobodys = bench.samples.run()
        #expect(try await book.begin(nobodys) == .begun)
        for run in [living.id, nobodys.id, UUID()] {
            #expect(try await book.takeOver(run, owner: living.owner, lease: mine) == nil)
        }
        try await bench.expire(other.daemon)
        #expect(try await book.takeOver(ended.id, owner: living.owner, lease: mine) == nil)
        #expect(try await bench.news(other) != nil, "nothing was taken, so nobody is fenced off")
        #expect(try await book.takeOver(living.id, owner: living.owner, lease: mine) == nil)
    }

    func takesOverOnce(_ bench: DaemonBench) async throws {
        let old = try await bench.join()
        let run = try await bench.waiting(old)
        try await bench.expire(old.daemon)
        var leases: [Lease] = []
        for _ in 0..<6 { leases.append(try await bench.join()) }
        let taken = try await withThrowingTaskGroup(of: RunRecord?.self) { group in
            for lease in leases {
                group.addTask { try await bench.book.takeOver(run.id, owner: run.owner, lease: lease) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(taken.compactMap(\.self).count == 1)
        #expect(taken.compactMap(\.self).first == (try await bench.stored(run.id)))
    }

    func takesOverTwice(_ bench: DaemonBench) async throws {
        let (old, new) = (try await bench.join(), try await bench.join())
        let run = try await bench.waiting(old)
        try await bench.book.leave(old)
        let first = try await bench.book.takeOver(run.id, owner: run.owner, lease: new)
        #expect(first?.lease == new)
        #expect(try await bench.book.takeOver(run.id, owner: run.owner, lease: new) == first)
    }

    func takesOverOwn(_ bench: DaemonBench) async throws {
        let daemon = bench.daemon()
        let old = try await bench.book.register(daemon, for: .seconds(60), dead: [])
        let run = try await bench.waiting(old)
        let new = try await bench.book.register(daemon, for: .seconds(60), dead: [])
        #expect(try await bench.news(new)?.orphans.map(\.id).contains(run.id) == true)
        #expect(try await bench.book.takeOver(run.id, owner: run.owner, lease: new)?.lease == new)
        #expect(try await bench.news(new) != nil, "it does not fence itself off")
    }

    func letsSeatsGo(_ bench: DaemonBench) async throws {
        let (old, new) = (try await bench.join(), try await bench.join())
        let first = try await bench.waiting(old)
        let second = try await bench.waiting(new, slot: 1)
        let seat = Seat(key: "target/" + bench.samples.target, limit: 1)
        #expect(try await bench.book.take(first.id, [seat], lease: old) == .taken)
        let queued = try await bench.waiting(old, slot: -1)
        #expect(try await bench.book.take(queued.id, [seat], lease: old) != .taken)
        try await bench.expire(old.daemon)
        let answer = try await bench.book.take(second.id, [seat], lease: new)
        #expect(answer != .taken, "a silent daemon may still be at work")
        #expect(try await bench.book.takeOver(first.id, owner: first.owner, lease: new) != nil)
        #expect(try await bench.book.takeOver(queued.id, owner: queued.owner, lease: new) != nil)
        let seats = try await bench.book.seats().filter { $0.seat == seat.key }
        #expect(seats.map(\.run) == [second.id.uuidString.lowercased()], "nor does it wait for any")
        #expect(try await bench.book.take(second.id, [seat], lease: new) == .taken)
    }

    func keepsWritersApart(_ bench: DaemonBench) async throws {
        let book = bench.book
        let (mine, other) = (try await bench.join(), try await bench.join())
        var run = try await bench.waiting(mine)
        run.state = .running
        #expect(try await book.begin(run) == .begun)
        let attempt = AttemptRecord(run: run.id, number: 1, startedAt: bench.samples.at(1))
        let step = bench.samples.steps(run.id)[0]
        for lease in [other, Lease(daemon: mine.daemon, epoch: mine.epoch - 1)] {
            var theirs = run
            theirs.lease = lease
            let codes = [
                await bench.code { () throws(AnyFault) in _ = try await book.begin(theirs) },
                await bench.code { () throws(AnyFault) in try await book.record(attempt, lease: lease) },
                await bench.code { () throws(AnyFault) in try await book.record(step, lease: lease) },
                await bench.code { () throws(AnyFault) in
                    try await book.end(
                        run.id, lease: lease, outcome: .failed, summary: "", at: step.startedAt)
                },
            ]
            #expect(codes == Array(repeating: "catalog.run-taken-over", count: 4))
        }
        #expect(try await book.attempts(of: run.id) == [])
        #expect(try await book.steps(of: run.id) == [])
        #expect(try await bench.stored(run.id) == run)
        try await book.record(attempt, lease: mine)
        try await book.record(step, lease: nil)
        #expect(try await book.attempts(of: run.id) == [attempt])
        #expect(try await book.steps(of: run.id) == [step])
        for _ in 0..<2 {
            try await book.end(run.id, lease: mine, outcome: .succeeded, summary: "", at: bench.samples.at(9))
        }
        #expect(try await bench.stored(run.id)?.state == .ended(.succeeded))
    }
}
