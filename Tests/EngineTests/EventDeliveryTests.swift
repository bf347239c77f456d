import Engine
import Faults
import FoundationEssentials
import Jobs
import Synchronization
import TestKit
import Testing

@Suite struct `The book of events in memory` {
    @Test(arguments: EventBookConformance.allCases)
    func `does what every book of events does`(check: EventBookConformance) async throws {
        try await check.check(MemoryEventBook(ambient: ManualClock().ambient()))
    }

    @Test func `keeps a bounded number of deliveries, the settled ones least`() async throws {
        let book = MemoryEventBook(ambient: ManualClock().ambient())
        try await book.post([
            EventSamples.delivery(channel: "a", title: "waits"),
            EventSamples.delivery(channel: "b", title: "settled"),
        ])
        let token = UUID()
        let claimed = try await book.claim(channel: "b", limit: 1, for: .seconds(1), claim: token)
        for delivery in claimed { try await book.settle(delivery.id, claim: token, .delivered) }
        try await book.post(
            (2..<MemoryEventBook.rowsMax + 1).map {
                EventSamples.delivery(channel: "a", title: "\($0)")
            })
        let titles = try await book.deliveries(limit: 2_000).map(\.title)
        #expect(titles.count == MemoryEventBook.rowsMax)
        #expect(titles.last == "waits" && !titles.contains("settled"))
    }
}

@Suite struct `Delivering messages` {
    private static let away = AnyFault(
        code: "notify.no-answer", summary: "channel 'ops' does not answer", remedy: "Wait.", mayPass: true)
    private static let gone = AnyFault(
        code: "notify.refused", summary: "channel 'ops' answered 404", remedy: "Correct it.")

    @Test func `each channel is told what it asked for`() async {
        let channels = [
            channel("all"), channel("bad", events: [.failure, .breach]),
            channel("shop", jobs: ["shop-*"]), NotificationChannel(name: "hc", way: .ping(url: secretURL)),
            NotificationChannel(name: "hc-shop", way: .ping(url: secretURL), jobs: ["shop-*"]),
        ]
        let notifier = MemoryNotifier()
        let (desk, _) = desk(channels, notifier)
        desk.tell(.started(EventSamples.run(1, .running)))
        desk.tell(EventSamples.ended(1, .failed))
        desk.tell(EventSamples.ended(2, job: "shop-night", .succeeded, succeededBefore: false))
        desk.tell(.trouble(subject: News.Subject.catalog, text: "away"))
        await desk.turn()
        #expect(
            notifier.arrived.sorted() == [
                "all failure nightly-backup failed",
                "all first_success shop-night succeeded for the first time",
                "all trouble pgvigil: trouble with the catalog", "bad failure nightly-backup failed",
                "hc run_failed nightly-backup failed", "hc run_started nightly-backup has started",
                "hc run_succeeded shop-night succeeded", "hc-shop run_succeeded shop-night succeeded",
                "shop first_success shop-night succeeded for the first time",
            ])
    }

    @Test func `no secret gets into a message or a reason`() async throws {
        let book = MemoryEventBook(ambient: ManualClock().ambient())
        let notifier = MemoryNotifier { message, _ in
            AnyFault(
                code: "x", summary: "cannot POST \(secretURL.reveal())", remedy: "", mayPass: true)
        }
        let (desk, _) = desk([channel("ops")], notifier, book: book)
        desk.tell(
            EventSamples.ended(
                1, summary: "pg_dump: postgres://bob:hunter2@db and \(secretURL.reveal())",
                log: "password='planted' \(secretURL.reveal())"))
        await desk.turn()
        let told = try #require(notifier.tries.first?.message)
        let rows = try await book.deliveries(limit: 10)
        let open = try await book.open(subjects: ["job/nightly-backup"])
        let all = "\(told) \(rows) \(open)"
        for secret in ["hunter2", "planted", "abcdefghijkl"] { #expect(!all.contains(secret), "\(all)") }
        #expect(rows.first?.error == "cannot POST \(Redactor.mark)")
    }

    @Test func `a channel that is away gets the message later, after growing waits`() async throws {
        let clock = ManualClock()
        let tries = Mutex(0)
        let notifier = MemoryNotifier { _, _ in
            tries.withLock { count in
                count += 1
                return count < 4 ? Self.away : nil
            }
        }
        let (desk, faults) = desk([channel("ops")], notifier, clock: clock)
        desk.tell(EventSamples.ended())
        for (wait, expected) in [(0, 1), (29, 1), (1, 2), (119, 2), (1, 3), (479, 3), (1, 4), (9_999, 4)] {
            clock.advance(by: .seconds(wait))
            await desk.turn()
            #expect(notifier.tries.count == expected, "after \(wait) s more")
        }
        #expect(notifier.arrived == ["ops failure nightly-backup failed"])
        #expect(faults.withLock { $0 } == [])
    }

    @Test func `waits grow to a day, and then it is given up`() {
        let message = EventSamples.delivery(channel: "x").message
        let ends = (1...DeliveryPolicy.triesMax).map {
            DeliveryPolicy.decide(message, tries: $0, fault: Self.away, error: "e")
        }
        let waits = [30, 120, 480, 1_920, 7_680, 30_720, 86_400, 86_400].map {
            DeliveryEnd.again(after: .seconds($0), error: "e")
        }
        #expect(ends == waits + [.givenUp(error: "e")])
        #expect(
            DeliveryPolicy.decide(message, tries: 1, fault: Self.gone, error: "e")
                == .givenUp(error: "e"))
        let start = EventSamples.delivery(channel: "x", occasion: .pulse(.start)).message
        #expect(
            DeliveryPolicy.decide(start, tries: 1, fault: Self.away, error: "e") == .givenUp(error: "e"))
    }

    @Test func `a message that is given up is told to the log`() async {
        let (desk, faults) = desk([channel("ops")], MemoryNotifier { _, _ in Self.gone })
        desk.tell(EventSamples.ended())
        await desk.turn()
        let lines = faults.withLock { $0.map(FaultLine.render) }.joined(separator: "\n")
        Golden.expect(lines, "a message that is given up")
        #expect(faults.withLock { $0.first?.code } == "notify.undelivered")
    }

    @Test func `two daemons on one book send each message once`() async throws {
        let clock = ManualClock()
        let book = MemoryEventBook(ambient: clock.ambient())
        let notifier = MemoryNotifier()
        let desks = (0..<2).map { _ in desk([channel("ops")], notifier, book: book, clock: clock).0 }
        let breach = BreachNews(subject: "objective/t/d/backup_age", text: "27 h old", target: "t")
        for desk in desks {
            desk.tell(.objectives(ObjectiveNews(judged: [breach.subject], breaches: [breach])))
            desk.tell(EventSamples.ended(1))
        }
        await withDiscardingTaskGroup { group in
            for desk in desks { group.addTask { await desk.turn() } }
        }
        #expect(
            notifier.arrived.sorted() == [
                "ops breach backup_age of t/d is not met", "ops failure nightly-backup failed",
            ])
    }

    @Test func `with the catalog away, trouble is told from memory, and nothing twice when it is back`()
        async throws
    {
        let clock = ManualClock()
        let book = SwitchedBook(MemoryEventBook(ambient: clock.ambient()))
        let notifier = MemoryNotifier()
        let (desk, faults) = desk([channel("ops")], notifier, book: book, clock: clock)
        desk.tell(EventSamples.ended(1))
        await desk.turn()
        book.isAway.store(true, ordering: .relaxed)
        desk.tell(.trouble(subject: News.Subject.catalog, text: "cannot reach it"))
        desk.tell(EventSamples.ended(2, job: "other"))
        desk.tell(EventSamples.ended(3, .succeeded))
        await desk.turn()
        #expect(
            notifier.arrived == [
                "ops failure nightly-backup failed", "ops trouble pgvigil: trouble with the catalog",
                "ops failure other failed",
            ])
        #expect(faults.withLock { $0.count } == 1, "the outage is told once")
        book.isAway.store(false, ordering: .relaxed)
        clock.advance(by: .seconds(31))
        desk.tell(.troubleOver(subject: News.Subject.catalog, text: "it answers again"))
        await desk.turn()
        #expect(
            notifier.arrived.dropFirst(3) == [
                "ops recovery nightly-backup succeeded again",
                "ops trouble pgvigil: trouble with the catalog: over",
            ])
        let open = try await book.open(subjects: ["job/other", "job/nightly-backup", News.Subject.catalog])
        #expect(open.map(\.subject) == ["job/other"])
    }

    @Test func `news are taken at once while it serves, and it ends when it is cancelled`() async throws {
        let notifier = MemoryNotifier()
        let (desk, _) = desk([channel("ops")], notifier)
        let serving = Task { await desk.serve() }
        for number in 1...3 {
            desk.tell(EventSamples.ended(UInt32(number), job: "job\(number)"))
            #expect(try await Fact.comes { notifier.arrived.count == number })
        }
        serving.cancel()
        await serving.value
    }

    @Test func `without channels nothing is asked of the catalog`() async {
        let book = SwitchedBook(MemoryEventBook(ambient: ManualClock().ambient()))
        book.isAway.store(true, ordering: .relaxed)
        let (desk, faults) = desk([], MemoryNotifier(), book: book)
        desk.tell(EventSamples.ended())
        await desk.turn()
        #expect(faults.withLock { $0 } == [])
    }

    @Test func `a configuration that is read again changes who is told`() async {
        let (old, notifier) = (MemoryNotifier(), MemoryNotifier())
        let (desk, _) = desk([channel("ops")], old)
        await desk.use(settings([channel("new")]), notifier)
        desk.tell(EventSamples.ended())
        await desk.turn()
        #expect(notifier.arrived == ["new failure nightly-backup failed"])
        #expect(old.arrived == [])
    }

    @Test func `at the end what is being sent is sent, and what came meanwhile as well, once`() async throws {
        let clock = ManualClock()
        let isSending = Atomic(false)
        let notifier = MemoryNotifier { _, _ in
            isSending.store(true, ordering: .relaxed)
            await clock.ambient().sleep(.seconds(5))
            return nil
        }
        let (desk, _) = desk([channel("ops")], notifier, clock: clock)
        let serving = Task { await desk.serve() }
        desk.tell(EventSamples.ended(1, job: "first"))
        #expect(try await Fact.comes { isSending.load(ordering: .relaxed) })
        desk.tell(EventSamples.ended(2, job: "second"))
        await desk.finish()
        let ending = Task {
            await serving.value
            await desk.turn()
        }
        #expect(
            try await Fact.comes {
                clock.advance(by: .seconds(5))
                return notifier.arrived.count == 2
            })
        clock.advance(by: .seconds(60))
        await ending.value
        #expect(notifier.arrived == ["ops failure first failed", "ops failure second failed"])
    }

    // MARK: Parts

    private func channel(
        _ name: String, events: Set<EventKind> = Set(EventKind.allCases), jobs: [String]? = nil
    ) -> NotificationChannel {
        NotificationChannel(
            name: name, way: .webhook(url: secretURL, form: .json, template: nil), events: events, jobs: jobs)
    }

    private func settings(_ channels: [NotificationChannel]) -> Settings {
        Settings(
            catalog: .embedded, stateDirectory: "/state", targets: [], stores: [], channels: channels)
    }

    private func desk(
        _ channels: [NotificationChannel], _ notifier: any NotifierPort, book: (any EventBook)? = nil,
        clock: ManualClock = ManualClock()
    ) -> (DeliveryDesk, SharedFaults) {
        let faults = SharedFaults()
        let desk = DeliveryDesk(
            book: book ?? MemoryEventBook(ambient: clock.ambient()), notifier: notifier,
            settings: settings(channels), ambient: clock.ambient(), onFault: { faults.add($0) })
        return (desk, faults)
    }
}

private let secretURL = Secret("https://hooks.example/services/abcdefghijkl")

/// Faults that were told, from whatever task.
private final class SharedFaults: Sendable {
    private let faults = Mutex<[AnyFault]>([])

    func add(_ fault: AnyFault) { faults.withLock { $0.append(fault) } }

    func withLock<Value: Sendable>(_ body: ([AnyFault]) -> Value) -> Value { faults.withLock { body($0) } }
}

/// A book that can be away.
private final class SwitchedBook: EventBook {
    let isAway = Atomic(false)
    private let book: MemoryEventBook

    init(_ book: MemoryEventBook) { self.book = book }

    private func here() throws(AnyFault) -> MemoryEventBook {
        guard !isAway.load(ordering: .relaxed) else {
            throw AnyFault(code: "server.unreachable", summary: "away", remedy: "", mayPass: true)
        }
        return book
    }

    func open(subjects: [String]) async throws(AnyFault) -> [OpenEvent] {
        try await here().open(subjects: subjects)
    }

    func remindersDue(at now: Date, limit: Int) async throws(AnyFault) -> [OpenEvent] {
        try await here().remindersDue(at: now, limit: limit)
    }

    func apply(_ change: EventChange, deliveries: [NewDelivery]) async throws(AnyFault) -> Bool {
        try await here().apply(change, deliveries: deliveries)
    }

    func post(_ deliveries: [NewDelivery]) async throws(AnyFault) { try await here().post(deliveries) }

    func claim(
        channel: String, limit: Int, for time: Duration, claim: UUID
    ) async throws(AnyFault) -> [Delivery] {
        try await here().claim(channel: channel, limit: limit, for: time, claim: claim)
    }

    func settle(_ delivery: UUID, claim: UUID, _ end: DeliveryEnd) async throws(AnyFault) {
        try await here().settle(delivery, claim: claim, end)
    }

    func deliveries(limit: Int) async throws(AnyFault) -> [DeliveryRecord] {
        try await here().deliveries(limit: limit)
    }

    func forget(olderThan age: Duration) async throws(AnyFault) { try await here().forget(olderThan: age) }
}
