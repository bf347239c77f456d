/// Commands of the user's around a run; each is a program with its arguments, without a shell.
package struct Hooks: Sendable, Equatable {
    /// Runs first; when it fails, the run does nothing and fails.
    package var before: [String]?
    /// Runs after every run that began, whatever became of it.
    package var after: [String]?
    /// Runs after a run that did not succeed, before `after`.
    package var onFailure: [String]?
    /// A command that takes longer is stopped and has failed.
    package var timeout: Duration

    package init(
        before: [String]? = nil, after: [String]? = nil, onFailure: [String]? = nil,
        timeout: Duration = .seconds(300)
    ) {
        self.before = before
        self.after = after
        self.onFailure = onFailure
        self.timeout = timeout
    }
}

/// A program of the user's that a job runs: `kind: command`.
package struct CommandSpec: Sendable, Equatable {
    /// The program and its arguments; at least one element, no shell.
    package var command: [String]
    /// Whether it counts as heavy work on the job's targets, which then run nothing else heavy meanwhile.
    package var heavy: Bool

    package init(command: [String], heavy: Bool = false) {
        self.command = command
        self.heavy = heavy
    }
}

/// Whether runs start while the catalog cannot be reached; the raw value is the text in files.
package enum CatalogDownRule: String, Sendable, Equatable, CaseIterable, Codable {
    case run, skip
}

/// What a run does when its window closes or a guard trips in the middle of it; the raw value is the text in files.
package enum Perseverance: String, Sendable, Equatable, CaseIterable, Codable {
    case finish, stop
}
