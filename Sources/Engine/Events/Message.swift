package import FoundationEssentials
package import Jobs

/// What one channel is told at one moment; the same for every channel, each of which writes it in its own form.
package struct Message: Sendable, Equatable, Codable {
    package var occasion: Occasion
    package var tone: Tone
    /// What it is about, such as `job/nightly-backup`.
    package var subject: String
    /// One line.
    package var title: String
    /// What became of it and why; several lines.
    package var text: String
    package var at: Date
    /// What else is known, by name; a field that means nothing here is left out.
    package var fields: [MessageField: String]
    /// The last lines of the log, where there are some.
    package var log: String

    package init(
        occasion: Occasion, tone: Tone, subject: String, title: String, text: String, at: Date,
        fields: [MessageField: String] = [:], log: String = ""
    ) {
        self.occasion = occasion
        self.tone = tone
        self.subject = subject
        self.title = title
        self.text = text
        self.at = at
        self.fields = fields
        self.log = log
    }

    /// Whether it is good news; the raw value is the text in the catalog.
    package enum Tone: String, Sendable, Equatable, CaseIterable, Codable {
        case good, bad
    }

    /// The job that it is about.
    package var job: String? { fields[.job] }

    /// The value of a field, empty where it means nothing.
    package func value(of field: MessageField) -> String {
        switch field {
        case .event: occasion.rawValue
        case .tone: tone.rawValue
        case .subject: subject
        case .title: title
        case .text: text
        case .log: log
        case .at, .job, .target, .outcome, .summary, .run, .slot, .started, .ended, .host, .count, .since:
            fields[field] ?? ""
        }
    }

    /// The same with every text gone through a redactor, and bounded.
    package func redacted(by redactor: Redactor) -> Message {
        var copy = self
        copy.subject = redactor.line(subject, bytesMax: Limits.lineBytesMax)
        copy.title = redactor.line(title, bytesMax: Limits.lineBytesMax)
        copy.text = redactor.head(text, bytesMax: Limits.textBytesMax)
        copy.fields = fields.mapValues { redactor.line($0, bytesMax: Limits.textBytesMax) }
        copy.log = redactor.tail(log, bytesMax: Limits.logBytesMax)
        return copy
    }

    /// How long the parts of a message may be.
    package enum Limits {
        /// A title, a subject.
        package static let lineBytesMax = 400
        /// A text; every service takes so much.
        package static let textBytesMax = 3_000
        /// The end of a log; what healthchecks.io keeps of a ping's body.
        package static let logBytesMax = 10_000
    }
}

/// Why there is a message; the raw value is the text in the catalog and in what channels get.
package enum Occasion: Sendable, Equatable, RawRepresentable, Codable {
    /// Something that somebody may want to know.
    case event(EventKind)
    /// A sign of life of a job, for channels that watch for silence.
    case pulse(Pulse)

    /// Where a run stands; the raw value is part of that of the occasion.
    package enum Pulse: String, Sendable, Equatable, CaseIterable {
        case start = "run_started"
        case success = "run_succeeded"
        case fail = "run_failed"
    }

    /// The occasion of that text; nil for one that means nothing.
    package init?(rawValue: String) {
        if let kind = EventKind(rawValue: rawValue) {
            self = .event(kind)
        } else if let pulse = Pulse(rawValue: rawValue) {
            self = .pulse(pulse)
        } else {
            return nil
        }
    }

    package var rawValue: String {
        switch self {
        case .event(let kind): kind.rawValue
        case .pulse(let pulse): pulse.rawValue
        }
    }
}

/// The parts of a message by name, as templates, JSON and environment variables know them.
package enum MessageField: String, Sendable, Equatable, CaseIterable, Codable, CodingKeyRepresentable {
    case event, tone, subject, title, text, at, job, target, outcome, summary, run, slot, started, ended,
        host, count, since, log
}
