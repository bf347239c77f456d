package import FoundationEssentials
package import Jobs

/// Something that has happened and goes on: a job that fails, an objective that is not met, a trouble.
///
/// One is open for each kind and subject. A job's first success stays noted as an open event for good, so that it is
/// told once.
package struct OpenEvent: Sendable, Equatable {
    package var id: UUID
    package var kind: EventKind
    package var subject: String
    package var job: String?
    package var openedAt: Date
    /// How often it has happened since; at least 1.
    package var count: Int
    /// The count that the last message told.
    package var told: Int
    /// Messages since the first one.
    package var reminders: Int
    /// Not told again before this.
    package var remindAt: Date
    /// Runs that are counted already, the newest last, at most ``causesMax``.
    package var causes: [String]
    /// One line, without secrets: what was wrong the last time.
    package var text: String
    /// Rises by one with each change.
    package var version: Int

    /// A run that is told again later than this many others is counted again.
    package static let causesMax = 50

    package init(
        id: UUID, kind: EventKind, subject: String, job: String? = nil, openedAt: Date, count: Int = 1,
        told: Int = 1, reminders: Int = 0, remindAt: Date, causes: [String] = [], text: String = "",
        version: Int = 1
    ) {
        self.id = id
        self.kind = kind
        self.subject = subject
        self.job = job
        self.openedAt = openedAt
        self.count = count
        self.told = told
        self.reminders = reminders
        self.remindAt = remindAt
        self.causes = causes
        self.text = text
        self.version = version
    }
}

/// A change of one event; it is made only if nobody else has changed the event since it was read.
package enum EventChange: Sendable, Equatable {
    /// Opens it unless one of its kind and subject is open.
    case open(OpenEvent)
    /// Replaces the version before.
    case update(OpenEvent)
    /// Closes this version.
    case close(OpenEvent, at: Date)
}

/// What is to be done about news.
package struct EventAction: Sendable, Equatable {
    /// Nil changes nothing: a sign of life.
    package var change: EventChange?
    package var message: Message?

    package init(change: EventChange?, message: Message?) {
        self.change = change
        self.message = message
    }
}
