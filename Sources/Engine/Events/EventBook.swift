package import Faults
package import FoundationEssentials

/// What is open and what has still to be told, for all daemons of one catalog together: the catalog, or its twin in
/// memory.
///
/// Every call is one statement, which may be repeated and does the same as once. Due times and claims are reckoned by
/// the clock of the book.
package protocol EventBook: Sendable {
    /// The open events of these subjects.
    func open(subjects: [String]) async throws(AnyFault) -> [OpenEvent]
    /// Open failures that were counted and not told, and are due for a reminder, oldest first, at most `limit`.
    func remindersDue(at now: Date, limit: Int) async throws(AnyFault) -> [OpenEvent]
    /// Changes an event and puts its deliveries in the queue, both or none.
    ///
    /// - Returns: False if somebody else has changed the event since it was read; nothing has happened then.
    func apply(_ change: EventChange, deliveries: [NewDelivery]) async throws(AnyFault) -> Bool
    /// Puts deliveries in the queue that belong to no event; one that is there already stays as it is.
    func post(_ deliveries: [NewDelivery]) async throws(AnyFault)

    /// Takes the oldest deliveries of a channel that are due, at most `limit`, which nobody else gets for `time`.
    ///
    /// The same `claim` again gets the same ones.
    func claim(channel: String, limit: Int, for time: Duration, claim: UUID)
        async throws(AnyFault) -> [Delivery]
    /// Says what became of a delivery; nothing happens if somebody else has claimed it since.
    func settle(_ delivery: UUID, claim: UUID, _ end: DeliveryEnd) async throws(AnyFault)

    /// The newest deliveries, newest first, at most `limit`, for people.
    func deliveries(limit: Int) async throws(AnyFault) -> [DeliveryRecord]
    /// Removes what was settled or closed longer than `age` ago, at most 1000 of each kind.
    ///
    /// Breaches and troubles that nobody has told of for that long are closed.
    func forget(olderThan age: Duration) async throws(AnyFault)
}

/// A message that is to be sent through a channel.
package struct NewDelivery: Sendable, Equatable {
    package var id: UUID
    package var channel: String
    package var message: Message

    package init(id: UUID, channel: String, message: Message) {
        self.id = id
        self.channel = channel
        self.message = message
    }
}

/// A delivery that somebody has claimed.
package struct Delivery: Sendable, Equatable {
    package var id: UUID
    package var message: Message
    /// With the one that is to be made now, from 1.
    package var tries: Int

    package init(id: UUID, message: Message, tries: Int) {
        self.id = id
        self.message = message
        self.tries = tries
    }
}

/// What became of a try to deliver.
package enum DeliveryEnd: Sendable, Equatable {
    case delivered
    case again(after: Duration, error: String)
    case givenUp(error: String)
}

/// A delivery as people see it.
package struct DeliveryRecord: Sendable, Equatable {
    package var id: UUID
    package var channel: String
    package var occasion: String
    package var subject: String
    package var title: String
    package var createdAt: Date
    package var tries: Int
    package var state: State
    /// When it was delivered or given up.
    package var settledAt: Date?
    /// Why the last try failed; nil if none has.
    package var error: String?

    /// How it stands; the raw value is the text in the catalog and in JSON.
    package enum State: String, Sendable, Equatable, CaseIterable, Codable {
        case waiting, delivered
        case givenUp = "given up"
    }

    package init(
        id: UUID, channel: String, occasion: String, subject: String, title: String, createdAt: Date,
        tries: Int, state: State, settledAt: Date?, error: String?
    ) {
        self.id = id
        self.channel = channel
        self.occasion = occasion
        self.subject = subject
        self.title = title
        self.createdAt = createdAt
        self.tries = tries
        self.state = state
        self.settledAt = settledAt
        self.error = error
    }
}
