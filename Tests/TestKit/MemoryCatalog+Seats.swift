package import Engine
package import FoundationEssentials

// MARK: - Seats

extension MemoryCatalog {
    package mutating func take(_ run: UUID, _ seats: [Seat], lease: Lease, now: Date) -> TakeAnswer {
        guard unfinished.contains(run), let row = rows[run], row.run.lease == lease else { return .lost }
        var asked: Set<String> = []
        var wants: [Want] = []
        var inTheWay: [(id: UUID, seat: String, has: Bool)] = []
        for seat in seats where asked.insert(seat.key).inserted && holders[seat.key]?[run] == nil {
            let (having, waiting) = blockers(of: row, seat, now: now)
            wants.append(Want(seat: seat, isBlocked: !having.isEmpty || !waiting.isEmpty))
            inTheWay += having.map { ($0, seat.key, true) } + waiting.map { ($0, seat.key, false) }
        }
        forgetWants(of: run)
        guard inTheWay.isEmpty else {
            for want in wants { waiters[want.seat.key, default: [:]][run] = want }
            wanted[run] = wants.map(\.seat.key)
            return .busy(named(inTheWay))
        }
        for want in wants {
            holders[want.seat.key, default: [:]][run] = want.seat
            held[run, default: []].insert(want.seat.key)
        }
        return .taken
    }

    package mutating func release(_ run: UUID, lease: Lease) {
        guard let row = rows[run], row.run.lease == lease, row.run.state == .waiting else { return }
        letGo(of: run)
    }

    /// By seat, those that have it first, then by what came due earlier.
    package func seats() -> [SeatView] {
        // Each with its time: to look that up for every comparison would copy the catalog each time.
        typealias Place = (id: UUID, seat: String, isWaiting: Bool, due: Date)
        func places<Want>(_ queues: [String: [UUID: Want]], isWaiting: Bool) -> [Place] {
            queues.flatMap { key, runs in
                runs.keys.map { ($0, key, isWaiting, rows[$0]?.due ?? .distantFuture) }
            }
        }
        let sorted = (places(holders, isWaiting: false) + places(waiters, isWaiting: true)).sorted {
            left, right in
            if left.seat != right.seat { return left.seat < right.seat }
            if left.isWaiting != right.isWaiting { return right.isWaiting }
            return left.due == right.due ? left.id < right.id : left.due < right.due
        }
        return sorted.map { place in
            SeatView(
                seat: place.seat, run: place.id.uuidString.lowercased(), job: rows[place.id]?.run.job ?? "",
                has: !place.isWaiting)
        }
    }

    // MARK: Inside

    /// Whether one run came due before another.
    func isDue(_ left: UUID, before right: UUID) -> Bool {
        guard let one = rows[left], let other = rows[right] else { return false }
        return one.due == other.due ? left < right : one.due < other.due
    }

    /// Lets all seats of a run go, and takes it out of every queue.
    mutating func letGo(of run: UUID) {
        forgetWants(of: run)
        guard let keys = held.removeValue(forKey: run) else { return }
        for key in keys { holders[key]?[run] = nil }
    }

    mutating func forgetWants(of run: UUID) {
        guard let keys = wanted.removeValue(forKey: run) else { return }
        for key in keys { waiters[key]?[run] = nil }
    }

    /// Who keeps a run from a seat: those that have it, and those that want it and came due earlier.
    private func blockers(of row: Row, _ seat: Seat, now: Date) -> ([UUID], [UUID]) {
        let having = holders[seat.key] ?? [:]
        var earlier: [UUID: Seat] = [:]
        for (id, want) in waiters[seat.key] ?? [:] where id != row.run.id && (seat.queued || want.isBlocked) {
            guard isDue(id, before: row.run.id), let lease = rows[id]?.run.lease, isAlive(lease, now: now)
            else { continue }
            earlier[id] = want.seat
        }
        func clashes(_ other: Seat) -> Bool {
            !other.mode.isEmpty && !seat.mode.isEmpty && other.mode != seat.mode
        }
        if having.count + earlier.count >= seat.limit {
            return (Array(having.keys), first(seat.limit, of: earlier.keys))
        }
        return (having.filter { clashes($1) }.map(\.key), earlier.filter { clashes($1) }.map(\.key))
    }

    private func first(_ count: Int, of runs: some Collection<UUID>) -> [UUID] {
        Array(runs.sorted { isDue($0, before: $1) }.prefix(count))
    }

    private func named(_ inTheWay: [(id: UUID, seat: String, has: Bool)]) -> [TakeAnswer.Blocker] {
        let sorted = inTheWay.sorted { left, right in
            if left.has != right.has { return left.has }
            return left.id == right.id ? left.seat < right.seat : isDue(left.id, before: right.id)
        }
        return sorted.prefix(Self.blockersMax).map { place in
            TakeAnswer.Blocker(
                run: place.id.uuidString.lowercased(), job: rows[place.id]?.run.job ?? "", seat: place.seat,
                has: place.has)
        }
    }
}
