package import Faults

/// What can be wrong where the parts are put together.
package enum WiringFault: Fault, Equatable {
    case noSuchJob(String, known: [String])
    case noSuchDirectory(String)
    case unreadable(path: String, why: String)
    case nothingScheduled(directory: String)
    case noSuchRun(String)
    /// A run by hand was lost before it began.
    case runLost(String)
    case notASlot(String)
    case noSuchBackup(String)
    case noSuchDrill(String)
    /// A run has drilled more than one backup, and one report is asked for.
    case severalDrills(run: String, count: Int)
    case reportUnreadable(drill: String)
    case notADrill(job: String, kind: String)
    case notMaintenance(job: String, kind: String)
    case unwritable(path: String, why: String)
    case ambiguousID(String)
    case nothingToVerify
    case optionUnknown(String, known: [String])
    case windowUnknown(String, known: [String])
    case lateOutOfBounds(String)
    case scheduleTwice(other: Place)
    case zoneUnknown(String)
    case notAnInstant(String)
    case notThreeFields

    package var code: String {
        switch self {
        case .noSuchJob: "wiring.no-such-job"
        case .noSuchDirectory: "wiring.no-such-directory"
        case .unreadable: "wiring.unreadable"
        case .nothingScheduled: "wiring.nothing-scheduled"
        case .noSuchRun: "wiring.no-such-run"
        case .runLost: "wiring.run-lost"
        case .notASlot: "wiring.not-a-slot"
        case .noSuchBackup: "wiring.no-such-backup"
        case .noSuchDrill: "wiring.no-such-drill"
        case .severalDrills: "wiring.several-drills"
        case .reportUnreadable: "wiring.report-unreadable"
        case .notADrill: "wiring.not-a-drill"
        case .notMaintenance: "wiring.not-maintenance"
        case .unwritable: "wiring.unwritable"
        case .ambiguousID: "wiring.ambiguous-id"
        case .nothingToVerify: "wiring.nothing-to-verify"
        case .optionUnknown: "wiring.option-unknown"
        case .windowUnknown: "wiring.window-unknown"
        case .lateOutOfBounds: "wiring.late-out-of-bounds"
        case .scheduleTwice: "wiring.duplicate-schedule"
        case .zoneUnknown: "wiring.unknown-zone"
        case .notAnInstant: "wiring.not-an-instant"
        case .notThreeFields: "wiring.not-three-fields"
        }
    }

    package var summary: String {
        switch self {
        case .noSuchJob(let name, _): "there is no job '\(name)'"
        case .noSuchDirectory(let path): "there is no folder \(path)"
        case .unreadable(let path, let why): "\(path) cannot be read: \(why)"
        case .nothingScheduled(let directory): "no crontab in \(directory)/cron schedules anything"
        case .noSuchRun(let id): "no run has an id that begins with '\(id)'"
        case .runLost(let job): "the run of '\(job)' was lost while it waited: the catalog has it no more"
        case .notASlot(let text): "'\(text)' names no slot"
        case .noSuchBackup(let id): "no backup set has an id that begins with '\(id)'"
        case .noSuchDrill(let text): "no drill is recorded as '\(text)'"
        case .severalDrills(let run, let count): "run \(run) has drilled \(count) backups"
        case .reportUnreadable(let drill): "the report of drill \(drill) is none that this program can read"
        case .notADrill(let job, let kind), .notMaintenance(let job, let kind):
            "job '\(job)' is of kind '\(kind)'"
        case .unwritable(let path, let why): "\(path) cannot be written: \(why)"
        case .ambiguousID(let id): "more than one id begins with '\(id)'"
        case .nothingToVerify: "there is no backup set to verify"
        case .optionUnknown(let key, _): "there is no option '\(key)'"
        case .windowUnknown(let name, _): "there is no window '\(name)'"
        case .lateOutOfBounds(let text): "nothing can be late by '\(text)'"
        case .scheduleTwice(let other): "the same schedule stands at \(other)"
        case .zoneUnknown(let name): "there is no time zone '\(name)'"
        case .notAnInstant(let text): "'\(text)' is not an instant"
        case .notThreeFields: "the line is not PATTERN, ZONE and AFTER"
        }
    }

    package var remedy: String {
        switch self {
        case .noSuchJob(let name, let known):
            Self.suggest(name, known, otherwise: "Write jobs/\(name).yaml first.")
        case .noSuchDirectory: "Create it, or name another with --config."
        case .unreadable: "Mend its permissions."
        case .nothingScheduled: "Write a line such as '30 1 * * * nightly-backup' into cron/nights.cron."
        case .noSuchRun: "Look at 'pgvigil runs list'."
        case .runLost: "Run the job again."
        case .notASlot: "Write JOB@TIME, such as nightly-backup@2026-11-22T01:30."
        case .noSuchBackup: "Look at 'pgvigil backups list'."
        case .noSuchDrill: "Look at 'pgvigil drills list'."
        case .severalDrills(let run, _): "Name one of them, such as \(run)/1."
        case .reportUnreadable(let drill): "Look at it with 'pgvigil drills show \(drill) --json'."
        case .notADrill: "Name a job of kind drill, or leave --job out."
        case .notMaintenance: "Name a job of kind maintain, or leave --job out."
        case .unwritable: "Name a file in a folder that is there and that you may write to."
        case .ambiguousID: "Write more of it."
        case .nothingToVerify: "Make one with 'pgvigil run nightly-backup'."
        case .optionUnknown(let key, let known): Self.suggest(key, known, otherwise: "Remove it.")
        case .windowUnknown(let name, let known):
            Self.suggest(name, known, otherwise: "Define it under 'windows' in pgvigil.yaml.")
        case .lateOutOfBounds: "Write late= with a duration of 1s to 366d."
        case .scheduleTwice: "Remove one of the two lines."
        case .zoneUnknown: "Write an IANA name such as Europe/Paris, and install the package tzdata."
        case .notAnInstant: "Write it like 2026-11-22T00:30:00Z."
        case .notThreeFields: "Separate the three by single tabs."
        }
    }

    package var exitStatus: ExitStatus {
        switch self {
        case .runLost: .badResult
        case .reportUnreadable: .undetermined
        case .noSuchJob, .noSuchDirectory, .unreadable, .nothingScheduled, .noSuchRun, .notASlot,
            .noSuchBackup, .noSuchDrill, .severalDrills, .notADrill, .notMaintenance, .unwritable,
            .ambiguousID,
            .nothingToVerify, .optionUnknown, .windowUnknown, .lateOutOfBounds, .scheduleTwice, .zoneUnknown,
            .notAnInstant, .notThreeFields:
            .usage
        }
    }

    private static func suggest(_ word: String, _ known: [String], otherwise: String) -> String {
        if let nearest = Suggestion.nearest(to: word, among: known) { return "Did you mean '\(nearest)'?" }
        return known.isEmpty ? otherwise : "\(otherwise) Known: \(known.sorted().joined(separator: ", "))."
    }
}
