package import Engine
import FoundationEssentials
import Jobs
import Testing

/// What every book of events must do, run on the twin in memory and on the real catalog.
///
/// Each check takes names of its own, so that all of them may share one book.
package enum EventBookConformance: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case opensOnce = "an event is opened once while it is open, and comes back as it was"
    case letsOneWin = "of many that change an event at once, one does"
    case opensAgain = "what is closed can be opened again, and not changed"
    case refusesStale = "a change of what has changed does nothing, deliveries included"
    case findsUntold = "failures that were counted and not told come when they are due"
    case claimsOnce = "of many that claim at once, each delivery goes to one, in order"
    case repeatsClaims = "the same claim gets the same deliveries, and counts one try"
    case claimsAgain = "a claim that is over lets somebody else try"
    case settlesOnce = "only who has claimed a delivery settles it"
    case waits = "a delivery that is to be tried again waits until then"
    case postsOnce = "a delivery is put in the queue once"
    case keepsMessages = "a message comes back as it was"
    case keepsChannelsApart = "a channel gets its own deliveries only"
    case forgets = "what is settled or closed is forgotten after its time"

    package var testDescription: String { rawValue }

    /// Checks the rule on a book.
    package func check(_ book: any EventBook) async throws {
        let channel = "channel \(UUID().uuidString)"
        switch self {
        case .opensOnce: try await opensOnce(book, channel)
        case .letsOneWin: try await letsOneWin(book, channel)
        case .opensAgain: try await opensAgain(book)
        case .refusesStale: try await refusesStale(book, channel)
        case .findsUntold: try await findsUntold(book)
        case .claimsOnce: try await claimsOnce(book, channel)
        case .repeatsClaims: try await repeatsClaims(book, channel)
        case .claimsAgain: try await claimsAgain(book, channel)
        case .settlesOnce: try await settlesOnce(book, channel)
        case .waits: try await waits(book, channel)
        case .postsOnce: try await postsOnce(book, channel)
        case .keepsMessages: try await keepsMessages(book, channel)
        case .keepsChannelsApart: try await keepsChannelsApart(book, channel)
        case .forgets: try await forgets(book, channel)
        }
    }

    private func claim(
        _ book: any EventBook, _ channel: String, limit: Int = 10, for time: Duration = .seconds(300),
        _ claim: UUID = UUID()
    ) async throws -> [Delivery] {
        try await book.claim(channel: channel, limit: limit, for: time, claim: claim)
    }
}

// MARK: - Events

extension EventBookConformance {
    private func opensOnce(_ book: any EventBook, _ channel: String) async throws {
        let event = EventSamples.event()
        #expect(
            try await book.apply(.open(event), deliveries: [EventSamples.delivery(channel: channel)]))
        #expect(try await book.open(subjects: [event.subject, "other"]) == [event])
        var other = event
        other.id = UUID()
        #expect(
            try await !book.apply(.open(other), deliveries: [EventSamples.delivery(channel: channel)]))
        #expect(try await claim(book, channel).count == 1)
        other.kind = .firstSuccess
        #expect(try await book.apply(.open(other), deliveries: []), "another kind is another event")
        #expect(try await book.open(subjects: [event.subject]).count == 2)
    }

    private func letsOneWin(_ book: any EventBook, _ channel: String) async throws {
        let subject = EventSamples.event().subject
        func count(_ change: @escaping @Sendable () -> EventChange) async throws -> Int {
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        let delivery = EventSamples.delivery(channel: channel)
                        return try await book.apply(change(), deliveries: [delivery])
                    }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
        }
        #expect(try await count { .open(EventSamples.event(subject: subject)) } == 1)
        var event = try #require(try await book.open(subjects: [subject]).first)
        event.count += 1
        event.version += 1
        let changed = event
        #expect(try await count { .update(changed) } == 1)
        #expect(try await count { .close(changed, at: EventSamples.start) } == 1)
        #expect(try await claim(book, channel).count == 3)
    }

    private func opensAgain(_ book: any EventBook) async throws {
        var event = EventSamples.event()
        #expect(try await book.apply(.open(event), deliveries: []))
        #expect(try await book.apply(.close(event, at: EventSamples.start + 60), deliveries: []))
        #expect(try await book.open(subjects: [event.subject]) == [])
        event.version += 2
        #expect(try await !book.apply(.update(event), deliveries: []))
        let next = EventSamples.event(subject: event.subject)
        #expect(try await book.apply(.open(next), deliveries: []))
        #expect(try await book.open(subjects: [event.subject]) == [next])
    }

    private func refusesStale(_ book: any EventBook, _ channel: String) async throws {
        var event = EventSamples.event()
        #expect(try await book.apply(.open(event), deliveries: []))
        let stale = event
        event.version += 1
        event.count = 7
        event.causes.append("f")
        event.remindAt += 60
        #expect(try await book.apply(.update(event), deliveries: []))
        let delivery = EventSamples.delivery(channel: channel)
        #expect(try await !book.apply(.update(event), deliveries: [delivery]))
        #expect(try await !book.apply(.close(stale, at: EventSamples.start), deliveries: [delivery]))
        #expect(try await book.open(subjects: [event.subject]) == [event])
        #expect(try await claim(book, channel) == [])
    }

    private func findsUntold(_ book: any EventBook) async throws {
        var event = EventSamples.event()
        #expect(try await book.apply(.open(event), deliveries: []))
        func isDue(_ at: Date) async throws -> Bool {
            try await book.remindersDue(at: at, limit: 1000).contains { $0.id == event.id }
        }
        #expect(try await !isDue(event.remindAt), "all of it is told")
        event.count += 1
        event.version += 1
        #expect(try await book.apply(.update(event), deliveries: []))
        #expect(try await !isDue(event.remindAt - 1))
        #expect(try await isDue(event.remindAt))
        #expect(try await book.apply(.close(event, at: event.remindAt), deliveries: []))
        #expect(try await !isDue(event.remindAt))
    }
}

// MARK: - Deliveries

extension EventBookConformance {
    private func claimsOnce(_ book: any EventBook, _ channel: String) async throws {
        let deliveries = (0..<12).map { EventSamples.delivery(channel: channel, title: "\($0)") }
        try await book.post(deliveries)
        let claims = try await withThrowingTaskGroup(of: [UUID].self) { group in
            for _ in 0..<6 { group.addTask { try await claim(book, channel, limit: 3).map(\.id) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let order = deliveries.map(\.id)
        #expect(claims.allSatisfy { $0 == order.filter($0.contains) }, "each in the order of the queue")
        #expect(Set(claims.joined()).count == claims.joined().count, "nothing goes to two")
        // Rows that another has locked are passed over, so a claim may get less than there is.
        let rest = try await claim(book, channel, limit: 12).map(\.id)
        #expect(Set(claims.joined()).union(rest) == Set(order))
    }

    private func repeatsClaims(_ book: any EventBook, _ channel: String) async throws {
        try await book.post([EventSamples.delivery(channel: channel)])
        let token = UUID()
        let first = try await claim(book, channel, token)
        #expect(first.map(\.tries) == [1])
        #expect(try await claim(book, channel, token) == first)
        #expect(try await claim(book, channel) == [])
    }

    private func claimsAgain(_ book: any EventBook, _ channel: String) async throws {
        try await book.post([EventSamples.delivery(channel: channel)])
        let first = try await claim(book, channel, for: .zero)
        let second = try await claim(book, channel)
        #expect(first.map(\.id) == second.map(\.id) && second.map(\.tries) == [2])
    }

    private func settlesOnce(_ book: any EventBook, _ channel: String) async throws {
        try await book.post([EventSamples.delivery(channel: channel)])
        let (late, token) = (UUID(), UUID())
        let delivery = try #require(try await claim(book, channel, for: .zero, late).first)
        #expect(try await claim(book, channel, token).count == 1)
        try await book.settle(delivery.id, claim: late, .givenUp(error: "late"))
        try await book.settle(delivery.id, claim: token, .delivered)
        try await book.settle(delivery.id, claim: token, .givenUp(error: "again"))
        let record = try #require(try await self.record(book, delivery.id))
        #expect(record.state == .delivered && record.settledAt != nil && record.error == nil)
        #expect(record.tries == 2 && record.title == "nightly-backup failed")
        #expect(record.occasion == "failure" && record.subject == "job/nightly-backup")
        #expect(try await claim(book, channel) == [])
    }

    private func waits(_ book: any EventBook, _ channel: String) async throws {
        try await book.post([EventSamples.delivery(channel: channel)])
        let token = UUID()
        let delivery = try #require(try await claim(book, channel, token).first)
        try await book.settle(
            delivery.id, claim: token, .again(after: .seconds(1000), error: "it's away"))
        #expect(try await claim(book, channel) == [])
        #expect(try await claim(book, channel, token) == [], "nor does who had it before")
        let record = try #require(try await self.record(book, delivery.id))
        #expect(record.state == .waiting && record.settledAt == nil && record.error == "it's away")

        try await book.post([EventSamples.delivery(channel: channel)])
        let next = try #require(try await claim(book, channel, token).first)
        try await book.settle(next.id, claim: token, .again(after: .zero, error: "once"))
        #expect(try await claim(book, channel).map(\.tries) == [2])
    }

    private func postsOnce(_ book: any EventBook, _ channel: String) async throws {
        let delivery = EventSamples.delivery(channel: channel)
        try await book.post([delivery])
        try await book.post([delivery, EventSamples.delivery(channel: channel)])
        #expect(try await claim(book, channel).count == 2)
        try await book.post([])
    }

    private func keepsMessages(_ book: any EventBook, _ channel: String) async throws {
        let occasions =
            [Occasion.pulse(.start), .pulse(.success), .pulse(.fail)]
            + [.event(.failure), .event(.breachOver), .event(.firstSuccess)]
        let deliveries = occasions.map { EventSamples.delivery(channel: channel, occasion: $0) }
        try await book.post(deliveries)
        #expect(try await claim(book, channel).map(\.message) == deliveries.map(\.message))
    }

    private func keepsChannelsApart(_ book: any EventBook, _ channel: String) async throws {
        let (one, other) = ("\(channel) 1", "\(channel) 2")
        try await book.post([EventSamples.delivery(channel: one), EventSamples.delivery(channel: other)])
        #expect(try await claim(book, one).count == 1)
        #expect(try await claim(book, channel) == [])
        #expect(try await claim(book, other).count == 1)
    }

    private func forgets(_ book: any EventBook, _ channel: String) async throws {
        let token = UUID()
        try await book.post((0..<2).map { EventSamples.delivery(channel: channel, title: "\($0)") })
        let claimed = try await claim(book, channel, token)
        let (settled, waiting) = (try #require(claimed.first), try #require(claimed.last))
        try await book.settle(settled.id, claim: token, .delivered)
        let failure = EventSamples.event()
        var breach = EventSamples.event()
        breach.kind = .breach
        for event in [failure, breach] { #expect(try await book.apply(.open(event), deliveries: [])) }
        try await book.forget(olderThan: .seconds(1000))
        #expect(try await record(book, settled.id) != nil)
        #expect(try await book.open(subjects: [breach.subject]) == [breach])
        // The age of what happened just now is more than less than nothing.
        try await book.forget(olderThan: .seconds(-1))
        #expect(try await record(book, settled.id) == nil)
        #expect(try await record(book, waiting.id) != nil)
        #expect(try await book.open(subjects: [breach.subject, failure.subject]) == [failure])
    }

    private func record(_ book: any EventBook, _ id: UUID) async throws -> DeliveryRecord? {
        try await book.deliveries(limit: 1000).first { $0.id == id }
    }
}
