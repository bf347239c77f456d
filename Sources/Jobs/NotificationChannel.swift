package import Faults

/// Who is told of events, and how.
package struct NotificationChannel: Sendable, Equatable {
    package var name: String
    package var way: Way
    /// What it is told of; all of it where nothing is said.
    package var events: Set<EventKind>
    /// Names or globs of jobs whose events it is told of; nil takes all.
    package var jobs: [String]?

    package init(
        name: String, way: Way, events: Set<EventKind> = Set(EventKind.allCases), jobs: [String]? = nil
    ) {
        self.name = name
        self.way = way
        self.events = events
        self.jobs = jobs
    }

    /// How a message travels.
    package enum Way: Sendable, Equatable {
        /// An HTTP POST; `template` is JSON text with `{{…}}` fields, used by the form `template` only.
        case webhook(url: Secret, form: WebhookForm, template: String?)
        /// Healthchecks-style pings: `/start`, the URL itself for success, `/fail` with the log's tail.
        case ping(url: Secret)
        /// A mail through the machine's `sendmail`.
        case mail(to: [String], from: String?, sendmail: String)
        /// A program that gets the message on its standard input and its parts in the environment.
        case command([String])
    }
}

/// The body that a webhook gets; the raw value is the text in files.
package enum WebhookForm: String, Sendable, Equatable, CaseIterable, Codable {
    case json, slack, discord, teams, ntfy, template
}

/// What happened that somebody may want to know; the raw value is the text in files, in the catalog and in JSON.
package enum EventKind: String, Sendable, Equatable, CaseIterable, Codable {
    /// A run did not succeed, or a slot was missed.
    case failure
    /// A job succeeded after a failure.
    case recovery
    /// An objective is not met.
    case breach
    /// An objective is met again.
    case breachOver = "breach_over"
    /// A job succeeded for the first time.
    case firstSuccess = "first_success"
    /// The catalog cannot be reached, a configuration was refused, a clock went back.
    case trouble
}

/// Where metrics and health are served.
package struct WebSettings: Sendable, Equatable {
    /// Nil serves nothing.
    package var listen: Address?

    package init(listen: Address? = nil) { self.listen = listen }

    /// A host's address and a port.
    package struct Address: Sendable, Equatable {
        package var host: String
        /// 0 takes a free one.
        package var port: Int

        package init(host: String, port: Int) {
            self.host = host
            self.port = port
        }
    }
}
