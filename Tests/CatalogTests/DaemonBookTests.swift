import Catalog
import Databases
import Engine
import Faults
import FoundationEssentials
import Jobs
import Postgres
import Synchronization
import TestKit
import Testing

@Suite struct `The agreement of daemons` {
    @Test(arguments: DaemonBookConformance.allCases)
    func `in memory does what every agreement does`(check: DaemonBookConformance) async throws {
        let book = MemoryRunBook()
        try await check.check(book) { await book.expire($0) }
    }

    @Test(arguments: await TemporaryServer.versions())
    func `in PostgreSQL does what every agreement does`(version: Int) async throws {
        let options = try await freshOptions(version)
        let book = try await CatalogBook.open(options)
        let expire = try await expiry(options)
        for check in DaemonBookConformance.allCases {
            do { try await check.check(book, expire: expire) } catch {
                Issue.record("\(check.rawValue): \(error)")
            }
        }
    }

    @Test func `gives each of 500 slots to one of eight that want them all`() async throws {
        let options = try await freshOptions()
        var books: [(CatalogBook, Lease)] = []
        for _ in 0..<8 {
            let book = try await CatalogBook.open(options)
            books.append((book, try await book.register(daemon(), for: .seconds(600), dead: [])))
        }
        let start = Date(timeIntervalSince1970: 1_795_307_400)
        let keys = (0..<50).map { ScheduleKey(job: "job\($0)", zone: "UTC", pattern: "* * * * *") }
        let starts = try await withThrowingTaskGroup(of: [UUID: RunStart].self) { group in
            for (book, lease) in books {
                group.addTask {
                    var all: [UUID: RunStart] = [:]
                    // Everybody in an order of their own, so that locks would be waited for crosswise.
                    for minutes in [0..<5, 5..<10] {
                        let slots = keys.flatMap { key in minutes.map { (key, start + Double($0) * 60) } }
                            .shuffled()
                        let marks = Dictionary(uniqueKeysWithValues: keys.map { ($0, start + 600) })
                        let runs = slots.map { run(.slot($0, $1)) }
                        all.merge(try await book.claim(runs, marks: marks, lease: lease)) { first, _ in first
                        }
                    }
                    return all
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let won = starts.flatMap { $0.filter { $0.value == .begun }.keys }
        #expect(won.count == 500)
        let stored = try await books[0].0.runs(RunQuery(waitingOnly: true), limit: 1000)
        #expect(Set(stored.map(\.id)) == Set(won) && stored.count == 500)
        for answer in starts.flatMap(\.values) {
            if case .slotTaken(let other) = answer { #expect(won.contains(other)) }
        }
    }

    @Test func `never gives out more seats than there are, to eight that take 2,000`() async throws {
        let options = try await freshOptions()
        let census = Census()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<8 {
                group.addTask {
                    let book = try await CatalogBook.open(options)
                    let lease = try await book.register(daemon(), for: .seconds(600), dead: [])
                    for _ in 0..<250 { try await takeAndLetGo(book, lease, number, census) }
                }
            }
            try await group.waitForAll()
        }
        #expect(census.taken.withLock { $0 } == 2000)
        #expect(census.tooMany.withLock { $0 } == [])
        let book = try await CatalogBook.open(options)
        #expect(try await book.seats() == [])
    }

    @Test func `lets either the renewal or the taking over win, whoever is first`() async throws {
        let options = try await freshOptions()
        let (one, other) = (try await CatalogBook.open(options), try await CatalogBook.open(options))
        let expire = try await expiry(options)
        for round in 0..<60 {
            let old = try await one.register(daemon(), for: .seconds(600), dead: [])
            let new = try await other.register(daemon(), for: .seconds(600), dead: [])
            let run = run(.hand)
            #expect(try await one.claim([run], marks: [:], lease: old) == [run.id: .begun])
            try await expire(old.daemon)
            async let renewal = one.renew(old, for: .seconds(600), doing: "")
            async let taken = other.takeOver(run.id, owner: run.owner, lease: new)
            let (isLost, isTaken) = (try await renewal == .lost, try await taken != nil)
            #expect(isLost == isTaken, "round \(round)")
        }
    }

    @Test func `lets one of two win that take each other's runs over`() async throws {
        let options = try await freshOptions()
        let books = [try await CatalogBook.open(options), try await CatalogBook.open(options)]
        for round in 0..<60 {
            var leases: [Lease] = []
            let runs = [run(.hand), run(.hand)]
            for (book, run) in zip(books, runs) {
                let lease = try await book.register(daemon(), for: .zero, dead: [])
                #expect(try await book.claim([run], marks: [:], lease: lease) == [run.id: .begun])
                leases.append(lease)
            }
            let (left, right) = (leases[0], leases[1])
            async let first = books[0].takeOver(runs[1].id, owner: runs[1].owner, lease: left)
            async let second = books[1].takeOver(runs[0].id, owner: runs[0].owner, lease: right)
            let (one, other) = (try await first != nil, try await second != nil)
            #expect(one != other, "round \(round)")
        }
    }

    @Test func `claims a thousand runs at once`() async throws {
        let book = try await CatalogBook.open(freshOptions())
        let lease = try await book.register(daemon(), for: .seconds(600), dead: [])
        let runs = (0..<1000).map { number in
            run(.slot(ScheduleKey(job: "job\(number)", zone: "UTC", pattern: "@daily"), .distantPast + 9e9))
        }
        let starts = try await book.claim(runs, marks: [:], lease: lease)
        #expect(starts.count == 1000 && starts.values.allSatisfy { $0 == .begun })
        #expect(try await book.renew(lease, for: .zero, doing: "") == .held(Renewal.News()))
        let other = try await book.register(daemon(), for: .seconds(600), dead: [])
        guard case .held(let news) = try await book.renew(other, for: .zero, doing: "") else {
            Issue.record("the lease was lost")
            return
        }
        #expect(news.orphans.count == 1000)
    }

    @Test func `is shown to people by views`() async throws {
        let options = try await freshOptions()
        let book = try await CatalogBook.open(options)
        let connection = try await Connection.open(options)
        let lease = try await book.register(daemon(), for: .seconds(600), dead: [])
        let seat = Seat(key: "target/main", limit: 1)
        let runs = [run(.hand), run(.hand)]
        #expect(try await book.claim(runs, marks: [:], lease: lease).count == 2)
        #expect(try await book.take(runs[0].id, [seat], lease: lease) == .taken)
        #expect(try await book.take(runs[1].id, [seat], lease: lease) != .taken)
        try await book.wait(runs[1].id, reason: "for the target", lease: lease)
        var started = runs[0]
        started.state = .running
        started.lease = lease
        #expect(try await book.begin(started) == .begun)
        let waiting = try await connection.query(
            "SELECT job || ' ' || waits_for || ' ' || array_to_string(seats, ',') || ' ' || host AS line FROM pgvigil.waiting"
        )
        #expect(try waiting.texts("line") == ["nightly for the target target/main h"])
        let status = try await connection.query(
            "SELECT state || ' ' || runs || ' ' || waiting || ' ' || (lease_left > '0') AS line FROM pgvigil.daemon_status"
        )
        #expect(try status.texts("line") == ["alive 1 1 true"])
    }
}

/// Lets a lease run out by moving its end.
func expiry(_ options: ConnectionOptions) async throws -> @Sendable (UUID) async throws -> Void {
    let connection = try await Connection.open(options)
    return { daemon in
        try await connection.query(
            "UPDATE pgvigil.daemon SET lease_until = clock_timestamp() - interval '1 ms' WHERE id = $1::uuid",
            [.text(daemon.uuidString)])
    }
}

/// Who has which seat at the moment, as those who have them say.
private final class Census: Sendable {
    let now = Mutex<[String: Int]>([:])
    let taken = Mutex(0)
    let tooMany = Mutex<[String]>([])
}

/// Takes a seat or two for a run of its own, counts who else has them, and ends the run.
private func takeAndLetGo(_ book: CatalogBook, _ lease: Lease, _ number: Int, _ census: Census) async throws {
    let seats = [
        Seat(key: "target/\(number % 2)", limit: 2), Seat(key: "runs", limit: 3, queued: false),
    ]
    let run = run(.hand)
    #expect(try await book.claim([run], marks: [:], lease: lease) == [run.id: .begun])
    while try await book.take(run.id, seats, lease: lease) != .taken { await Task.yield() }
    for seat in seats {
        let count = census.now.withLock { now in
            now[seat.key, default: 0] += 1
            return now[seat.key] ?? 0
        }
        if count > seat.limit { census.tooMany.withLock { $0.append("\(count) at \(seat.key)") } }
    }
    census.taken.withLock { $0 += 1 }
    // A while with the seats, in which others ask.
    var running = run
    running.state = .running
    running.lease = lease
    #expect(try await book.begin(running) == .begun)
    for seat in seats { census.now.withLock { $0[seat.key, default: 0] -= 1 } }
    try await book.end(run.id, lease: lease, outcome: .succeeded, summary: "", at: run.startedAt)
}

private func daemon() -> DaemonRecord {
    DaemonRecord(
        id: UUID(), role: .serve, owner: Owner(machine: "m", host: "h", pid: 1, stateDirectory: "/s"),
        version: "1",
        startedAt: Date(timeIntervalSince1970: 1_795_307_400))
}

private func run(_ trigger: Trigger) -> RunRecord {
    RunRecord(
        id: UUID(), job: "nightly", kind: .backup, trigger: trigger,
        owner: Owner(machine: "m", host: "h", pid: 1, stateDirectory: "/s"), state: .waiting,
        startedAt: Date(timeIntervalSince1970: 1_795_307_400))
}
