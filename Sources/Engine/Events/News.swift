import FoundationEssentials

/// What the daemon has to tell; whether anybody hears of it is decided by ``EventDesk``.
package enum News: Sendable, Equatable {
    /// A run begins its work.
    case started(RunRecord)
    /// A run has ended, a slot without a start included.
    case ended(EndedRun)
    /// Objectives were looked at.
    case objectives(ObjectiveNews)
    /// Something of the daemon's own is wrong, or still wrong.
    case trouble(subject: String, text: String)
    /// It is wrong no more; nothing is told if it never was.
    case troubleOver(subject: String, text: String)
    /// Time has passed: failures that were only counted are told.
    case timePassed

    /// Subjects of troubles that the daemon tells of; with a host where each has its own.
    package enum Subject {
        /// The catalog cannot be reached.
        package static let catalog = "trouble/catalog"

        /// The configuration of the daemon on a host was refused.
        package static func configuration(host: String) -> String { "trouble/configuration/\(host)" }

        /// The clock of a host went back.
        package static func clock(host: String) -> String { "trouble/clock/\(host)" }

        /// All runs of a job.
        package static func job(_ name: String) -> String { "job/\(name)" }
    }
}

/// A run that has ended, and what there was before it.
package struct EndedRun: Sendable, Equatable {
    /// In state ended; any other tells nothing.
    package var run: RunRecord
    /// The targets that it was about, for people.
    package var target: String?
    /// Whether the job had succeeded before this run.
    package var succeededBefore: Bool
    /// The end of what its programs said, if anything; secrets are taken out later.
    package var log: String

    package init(run: RunRecord, target: String? = nil, succeededBefore: Bool, log: String = "") {
        self.run = run
        self.target = target
        self.succeededBefore = succeededBefore
        self.log = log
    }
}

/// An objective that is not met.
package struct BreachNews: Sendable, Equatable {
    /// What it is about and which objective, such as `objective/store/medusa/backup_age`.
    package var subject: String
    /// One line: the target and database, the objective, the limit and the value.
    package var text: String
    package var target: String?
    package var job: String?

    package init(subject: String, text: String, target: String? = nil, job: String? = nil) {
        self.subject = subject
        self.text = text
        self.target = target
        self.job = job
    }
}

/// What a look at the objectives found.
package struct ObjectiveNews: Sendable, Equatable {
    /// The subjects of all objectives that could be looked at; others stay as they are.
    ///
    /// Another daemon may know other targets, and one that cannot be judged now is neither met nor breached.
    package var judged: [String]
    package var breaches: [BreachNews]

    package init(judged: [String], breaches: [BreachNews]) {
        self.judged = judged
        self.breaches = breaches
    }
}
