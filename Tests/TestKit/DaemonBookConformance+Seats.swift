import Engine
import FoundationEssentials
import Testing

// MARK: - Seats

extension DaemonBookConformance {
    func checkSeats(_ bench: DaemonBench) async throws {
        let hall = SeatBench(bench: bench, lease: try await bench.join())
        switch self {
        case .takesAllOrNone: try await takesAllOrNone(hall)
        case .keepsLimits: try await keepsLimits(hall)
        case .keepsModes: try await keepsModes(hall)
        case .takesMore: try await takesMore(hall)
        case .refusesStrangers: try await refusesStrangers(hall)
        case .letsGoAtTheEnd: try await letsGoAtTheEnd(hall)
        case .letsGoOnRequest: try await letsGoOnRequest(hall)
        case .keepsPlacesFree: try await keepsPlacesFree(hall)
        case .leavesPlacesOver: try await leavesPlacesOver(hall)
        case .keepsLooseSeats: try await keepsLooseSeats(hall)
        case .ordersQueues: try await ordersQueues(hall)
        case .ignoresTheDead: try await ignoresTheDead(hall)
        case .listsSeats: try await listsSeats(hall)
        case .givesEpochs, .prolongsLeases, .endsLeasesOfTheDead, .saysGoodbye, .namesPeers, .listsDaemons,
            .namesOrphans, .fencesOff, .leavesTheLivingAlone, .takesOverOnce, .takesOverTwice, .takesOverOwn,
            .letsSeatsGo, .keepsWritersApart, .beginsMarks, .movesMarks, .claimsSlots, .claimsTwice,
            .claimsAllOrNothing, .startsWaiting, .endsWaiting, .tellsReasons, .asksToStop, .tellsDurations:
            break
        }
    }

    private func takesAllOrNone(_ hall: SeatBench) async throws {
        let (first, second, third) = (try await hall.run(1), try await hall.run(2), try await hall.run(3))
        #expect(try await hall.take(first, hall.seat("a"), hall.seat("b")) == .taken)
        #expect(
            try await hall.take(second, hall.seat("c", queued: false), hall.seat("b"))
                == .busy([hall.has(first, "b")]))
        #expect(
            try await hall.take(third, hall.seat("c", queued: false)) == .taken, "nothing was taken of it")
        #expect(try await hall.take(third) == .taken, "who needs none has all")
    }

    private func keepsLimits(_ hall: SeatBench) async throws {
        let seat = hall.seat("a", limit: 2)
        let runs = [try await hall.run(1), try await hall.run(2), try await hall.run(3)]
        #expect(try await hall.take(runs[1], seat) == .taken)
        #expect(try await hall.take(runs[0], seat) == .taken)
        #expect(
            try await hall.take(runs[2], seat) == .busy([hall.has(runs[0], "a"), hall.has(runs[1], "a")]))
        try await hall.end(runs[1])
        #expect(try await hall.take(runs[2], seat) == .taken)
    }

    private func keepsModes(_ hall: SeatBench) async throws {
        let (dump, care) = (
            hall.seat("a", limit: 9, mode: "dump"), hall.seat("a", limit: 9, mode: "maintain")
        )
        let runs = [
            try await hall.run(1), try await hall.run(2), try await hall.run(3), try await hall.run(4),
        ]
        #expect(try await hall.take(runs[0], dump) == .taken)
        #expect(
            try await hall.take(runs[3], hall.seat("a", limit: 9)) == .taken, "no mode goes with every mode")
        #expect(try await hall.take(runs[1], care) == .busy([hall.has(runs[0], "a")]))
        let late = try await hall.take(runs[2], dump)
        #expect(late == .busy([hall.waits(runs[1], "a")]), "else dumps could follow each other for ever")
        try await hall.end(runs[0])
        #expect(try await hall.take(runs[1], care) == .taken)
    }

    private func takesMore(_ hall: SeatBench) async throws {
        let (first, second) = (try await hall.run(1), try await hall.run(2))
        for _ in 0..<2 { #expect(try await hall.take(second, hall.seat("a")) == .taken) }
        #expect(try await hall.take(first, hall.seat("a")) == .busy([hall.has(second, "a")]))
        #expect(try await hall.take(second, hall.seat("a"), hall.seat("b")) == .taken)
        var running = second
        running.state = .running
        #expect(try await hall.book.begin(running) == .begun)
        #expect(try await hall.take(second, hall.seat("b"), hall.seat("c")) == .taken)
    }

    private func refusesStrangers(_ hall: SeatBench) async throws {
        let (run, other) = (try await hall.run(1), try await hall.bench.join())
        #expect(try await hall.book.take(run.id, [hall.seat("a")], lease: other) == .lost)
        #expect(try await hall.book.take(UUID(), [hall.seat("a")], lease: hall.lease) == .lost)
        try await hall.end(run)
        #expect(try await hall.take(run, hall.seat("a")) == .lost)
        #expect(try await hall.take(run) == .lost)
    }

    private func letsGoAtTheEnd(_ hall: SeatBench) async throws {
        let (holder, queued, last) = (try await hall.run(1), try await hall.run(2), try await hall.run(3))
        #expect(try await hall.take(holder, hall.seat("a")) == .taken)
        #expect(try await hall.take(queued, hall.seat("a")) == .busy([hall.has(holder, "a")]))
        #expect(
            try await hall.take(last, hall.seat("a"))
                == .busy([hall.has(holder, "a"), hall.waits(queued, "a")]))
        try await hall.end(queued)
        #expect(try await hall.take(last, hall.seat("a")) == .busy([hall.has(holder, "a")]))
        var told = holder
        told.state = .ended(.missed)
        told.endedAt = hall.bench.samples.at(9)
        #expect(try await hall.book.begin(told) == .begun)
        #expect(try await hall.take(last, hall.seat("a")) == .taken)
    }

    private func letsGoOnRequest(_ hall: SeatBench) async throws {
        let (holder, queued, last) = (try await hall.run(1), try await hall.run(2), try await hall.run(3))
        #expect(try await hall.take(holder, hall.seat("a")) == .taken)
        #expect(try await hall.take(queued, hall.seat("a")) == .busy([hall.has(holder, "a")]))
        let stranger = try await hall.bench.join()
        try await hall.book.release(holder.id, lease: stranger)
        #expect(try await hall.take(queued, hall.seat("a")) == .busy([hall.has(holder, "a")]))
        for _ in 0..<2 { try await hall.book.release(holder.id, lease: hall.lease) }
        #expect(try await hall.take(last, hall.seat("a")) == .busy([hall.waits(queued, "a")]))
        try await hall.book.release(queued.id, lease: hall.lease)
        #expect(try await hall.take(last, hall.seat("a")) == .taken)
        var running = last
        running.state = .running
        #expect(try await hall.book.begin(running) == .begun)
        try await hall.book.release(last.id, lease: hall.lease)
        #expect(try await hall.take(holder, hall.seat("a")) == .busy([hall.has(last, "a")]))
    }

    private func keepsPlacesFree(_ hall: SeatBench) async throws {
        let (holder, early, late) = (try await hall.run(1), try await hall.run(2), try await hall.run(3))
        #expect(try await hall.take(holder, hall.seat("a")) == .taken)
        #expect(try await hall.take(early, hall.seat("a"), hall.seat("b")) == .busy([hall.has(holder, "a")]))
        #expect(try await hall.take(late, hall.seat("b")) == .busy([hall.waits(early, "b")]))
        try await hall.end(holder)
        #expect(
            try await hall.take(late, hall.seat("b")) == .busy([hall.waits(early, "b")]),
            "also when it is free")
        #expect(try await hall.take(early, hall.seat("a"), hall.seat("b")) == .taken)
        try await hall.end(early)
        #expect(try await hall.take(late, hall.seat("b")) == .taken)
    }

    private func leavesPlacesOver(_ hall: SeatBench) async throws {
        let seat = hall.seat("b", limit: 2)
        let (holder, early, late) = (try await hall.run(1), try await hall.run(2), try await hall.run(3))
        let last = try await hall.run(4)
        #expect(try await hall.take(holder, hall.seat("a")) == .taken)
        #expect(try await hall.take(early, hall.seat("a"), seat) == .busy([hall.has(holder, "a")]))
        #expect(try await hall.take(late, seat) == .taken, "one of the two is enough for who came before")
        #expect(try await hall.take(last, seat) == .busy([hall.has(late, "b"), hall.waits(early, "b")]))
        #expect(try await hall.take(early, hall.seat("a")) == .busy([hall.has(holder, "a")]))
        #expect(try await hall.take(last, seat) == .taken, "who asks for less keeps less free")
    }

    private func keepsLooseSeats(_ hall: SeatBench) async throws {
        let (a, loose) = (hall.seat("a"), hall.seat("runs", limit: 1, queued: false))
        let holder = try await hall.run(1)
        let (early, late, last) = (try await hall.run(2), try await hall.run(3), try await hall.run(4))
        #expect(try await hall.take(holder, a) == .taken)
        #expect(try await hall.take(early, a, loose) == .busy([hall.has(holder, "a")]))
        #expect(try await hall.take(late, loose) == .taken, "nobody waits for just that")
        try await hall.end(holder)
        #expect(try await hall.take(early, a, loose) == .busy([hall.has(late, "runs")]))
        try await hall.end(late)
        #expect(try await hall.take(last, loose) == .busy([hall.waits(early, "runs")]), "now somebody does")
        #expect(try await hall.take(early, a, loose) == .taken)
    }

    private func ordersQueues(_ hall: SeatBench) async throws {
        let twins = [try await hall.run(5), try await hall.run(5)].sorted { $0.id < $1.id }
        let hand = try await hall.bench.waiting(hall.lease, slot: nil)
        let (past, future) = (try await hall.run(-86_400), try await hall.run(1_000_000_000))
        let holder = try await hall.run(9)
        #expect(try await hall.take(holder, hall.seat("a"), hall.seat("b")) == .taken)
        let busy = TakeAnswer.busy([hall.has(holder, "a")])
        #expect(try await hall.take(twins[1], hall.seat("a")) == busy)
        #expect(try await hall.take(twins[0], hall.seat("a")) == busy, "the lower id is first")
        #expect(
            try await hall.take(twins[1], hall.seat("a"))
                == .busy([hall.has(holder, "a"), hall.waits(twins[0], "a")]))
        #expect(try await hall.take(hand, hall.seat("b")) == .busy([hall.has(holder, "b")]))
        #expect(try await hall.take(past, hall.seat("b")) == .busy([hall.has(holder, "b")]))
        try await hall.end(holder)
        #expect(
            try await hall.take(future, hall.seat("b")) == .busy([hall.waits(past, "b")]), "one is in the way"
        )
        #expect(try await hall.take(hand, hall.seat("b")) == .busy([hall.waits(past, "b")]))
        try await hall.end(past)
        #expect(try await hall.take(future, hall.seat("b")) == .busy([hall.waits(hand, "b")]))
        #expect(try await hall.take(hand, hall.seat("b")) == .taken)
    }

    private func ignoresTheDead(_ hall: SeatBench) async throws {
        let (holder, late) = (try await hall.run(1), try await hall.run(9))
        #expect(try await hall.take(holder, hall.seat("a")) == .taken)
        var leases: [Lease] = []
        let reborn = hall.bench.daemon()
        leases.append(try await hall.book.register(reborn, for: .seconds(3600), dead: []))
        for _ in 0..<3 { leases.append(try await hall.bench.join()) }
        for (second, lease) in leases.enumerated() {
            let dead = try await hall.bench.waiting(lease, slot: 2 + second)
            let answer = try await hall.book.take(dead.id, [hall.seat("a")], lease: lease)
            #expect(answer != .taken)
        }
        try await hall.end(holder)
        func isFree() async throws -> Bool { try await hall.take(late, hall.seat("a")) == .taken }
        #expect(try await !isFree())
        _ = try await hall.book.register(reborn, for: .seconds(3600), dead: [])
        #expect(try await !isFree())
        try await hall.bench.expire(leases[1].daemon)
        #expect(try await !isFree())
        try await hall.book.leave(leases[2])
        #expect(try await !isFree())
        let other = try await hall.bench.waiting(leases[3], slot: 20)
        try await hall.bench.expire(leases[3].daemon)
        #expect(try await hall.book.takeOver(other.id, owner: other.owner, lease: hall.lease) != nil)
        #expect(try await isFree())
    }

    private func listsSeats(_ hall: SeatBench) async throws {
        let (holder, early, late) = (try await hall.run(1), try await hall.run(2), try await hall.run(3))
        #expect(try await hall.take(holder, hall.seat("b")) == .taken)
        _ = try await hall.take(late, hall.seat("b"), hall.seat("a"))
        _ = try await hall.take(early, hall.seat("b"))
        let seats = try await hall.book.seats().filter { $0.job == hall.bench.samples.job }
        let expected = [
            hall.view(late, "a", has: false), hall.view(holder, "b", has: true),
            hall.view(early, "b", has: false),
            hall.view(late, "b", has: false),
        ]
        #expect(seats == expected)
    }
}

/// Runs and seats of one check.
private struct SeatBench: Sendable {
    let bench: DaemonBench
    let lease: Lease

    var book: any RunBook & DaemonBook { bench.book }

    func key(_ name: String) -> String { "\(bench.samples.target)/\(name)" }

    func seat(_ name: String, limit: Int = 1, mode: String = "", queued: Bool = true) -> Seat {
        Seat(key: key(name), limit: limit, mode: mode, queued: queued)
    }

    /// A run that waits, of a slot at this second.
    func run(_ second: Int) async throws -> RunRecord { try await bench.waiting(lease, slot: second) }

    func take(_ run: RunRecord, _ seats: Seat...) async throws -> TakeAnswer {
        try await book.take(run.id, seats, lease: lease)
    }

    func end(_ run: RunRecord) async throws {
        try await book.end(run.id, lease: lease, outcome: .succeeded, summary: "", at: bench.samples.at(99))
    }

    func has(_ run: RunRecord, _ name: String) -> TakeAnswer.Blocker { blocker(run, name, has: true) }

    func waits(_ run: RunRecord, _ name: String) -> TakeAnswer.Blocker { blocker(run, name, has: false) }

    func view(_ run: RunRecord, _ name: String, has: Bool) -> SeatView {
        SeatView(seat: key(name), run: run.id.uuidString.lowercased(), job: run.job, has: has)
    }

    private func blocker(_ run: RunRecord, _ name: String, has: Bool) -> TakeAnswer.Blocker {
        .init(run: run.id.uuidString.lowercased(), job: run.job, seat: key(name), has: has)
    }
}
