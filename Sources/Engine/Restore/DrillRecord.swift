package import ArchiveFormat
package import FoundationEssentials

/// What a drill proved of one backup set, as the catalog keeps it; a run that drills several sets has several.
package struct DrillRecord: Sendable, Equatable {
    package var run: UUID
    /// The place among the drills of the run, from 1.
    package var ordinal: Int
    /// The id of the set, as in its manifest.
    package var backup: UUID
    package var store: String
    /// The folder of the set, relative to the store.
    package var path: String
    package var target: String
    package var database: String
    /// The instant of the schedule that the backup answered; nil for one that was made by hand.
    package var slot: Date?
    /// When the backup was started: the state of the database that was proven.
    package var takenAt: Date
    package var startedAt: Date
    package var endedAt: Date
    package var verdict: Manifest.Proof.Verdict
    package var level: Manifest.Proof.Level
    /// From the first byte to the first answered query, in seconds; nil where it did not get that far.
    package var recoverySeconds: Double?
    package var phases: [Phase]
    /// The version of the server that it was restored into.
    package var serverVersion: String
    /// One line about the verdict and its reason.
    package var summary: String
    package var findings: [Finding]

    package init(
        run: UUID, ordinal: Int, backup: UUID, store: String, path: String, target: String, database: String,
        slot: Date?, takenAt: Date, startedAt: Date, endedAt: Date, verdict: Manifest.Proof.Verdict,
        level: Manifest.Proof.Level, recoverySeconds: Double?, phases: [Phase], serverVersion: String,
        summary: String, findings: [Finding]
    ) {
        self.run = run
        self.ordinal = ordinal
        self.backup = backup
        self.store = store
        self.path = path
        self.target = target
        self.database = database
        self.slot = slot
        self.takenAt = takenAt
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.verdict = verdict
        self.level = level
        self.recoverySeconds = recoverySeconds
        self.phases = phases
        self.serverVersion = serverVersion
        self.summary = summary
        self.findings = findings
    }

    /// How long one part of it took.
    package struct Phase: Sendable, Equatable, Codable {
        package var name: String
        package var seconds: Double

        package init(name: String, seconds: Double) {
            self.name = name
            self.seconds = seconds
        }
    }

    /// One thing that was looked at.
    package struct Finding: Sendable, Equatable, Codable {
        /// Which check it belongs to, such as `rows`, `content` or `assertion`.
        package var check: String
        /// What it is about: a table, a role, an assertion.
        package var subject: String
        package var expected: String
        package var found: String
        /// Whether it breaks the backup; false for what is merely told.
        package var isFault: Bool

        package init(check: String, subject: String, expected: String, found: String, isFault: Bool) {
            self.check = check
            self.subject = subject
            self.expected = expected
            self.found = found
            self.isFault = isFault
        }
    }
}

extension DrillRecord {
    /// What the manifest of the set gets to say of it.
    package var proof: Manifest.Proof {
        Manifest.Proof(
            run: run, at: endedAt, verdict: verdict, level: level, recoverySeconds: recoverySeconds,
            server: serverVersion)
    }
}
