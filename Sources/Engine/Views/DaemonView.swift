package import FoundationEssentials

/// A daemon as `daemons list` shows it; the keys are documented in `docs/json.md` and stay.
package struct DaemonView: Sendable, Equatable, Codable {
    package var id: String
    package var host: String
    package var pid: Int32
    package var stateDirectory: String
    /// `serve`, or `hand` for a run by hand.
    package var role: String
    package var labels: [String: String]
    /// `alive`, `silent` (its lease ran out) or `stopped` (it said goodbye).
    package var state: String
    package var started: Date
    /// When the catalog heard of it last.
    package var seen: Date?
    package var version: String
    package var epoch: Int64
    /// What it says that it does.
    package var doing: String
    /// Its unfinished runs, those that run first.
    package var runs: [Work]

    /// An unfinished run of a daemon.
    package struct Work: Sendable, Equatable, Codable {
        package var run: String
        package var job: String
        /// `running` or `waiting`.
        package var state: String
        package var since: Date
    }

    /// The view of a daemon with its runs.
    ///
    /// - Parameter unfinished: Unfinished runs of all daemons.
    package init(_ daemon: DaemonRecord, unfinished: [RunRecord]) {
        id = daemon.id.uuidString.lowercased()
        host = daemon.owner.host
        pid = daemon.owner.pid
        stateDirectory = daemon.owner.stateDirectory
        role = daemon.role.rawValue
        labels = daemon.labels
        state = daemon.state.rawValue
        started = daemon.startedAt
        seen = daemon.seenAt
        version = daemon.version
        epoch = daemon.epoch
        doing = daemon.doing
        let own = unfinished.filter { $0.lease?.daemon == daemon.id }.sorted { $0.startedAt < $1.startedAt }
        runs = (own.filter { $0.state == .running } + own.filter { $0.state == .waiting }).map { run in
            Work(
                run: run.id.uuidString.lowercased(), job: run.job,
                state: run.state == .running ? "running" : "waiting", since: run.startedAt)
        }
    }
}

/// Daemons as a person reads them.
package enum DaemonTable {
    /// More runs of one daemon are counted, not named.
    private static let runsMax = 2

    /// One line a daemon.
    package static func render(_ daemons: [DaemonView], _ instants: InstantText, now: Date) -> String {
        guard !daemons.isEmpty else {
            return "No daemon was seen in the last days. Start one with 'pgvigil serve'."
        }
        var table = TextTable([
            ("ID", .left), ("HOST", .left), ("PID", .right), ("ROLE", .left), ("STATE", .left),
            ("STARTED", .left), ("VERSION", .left), ("LABELS", .left), ("DOES", .left),
        ])
        for daemon in daemons {
            table.add([
                String(daemon.id.prefix(8)), daemon.host, "\(daemon.pid)", daemon.role,
                state(daemon, instants, now), instants.short(daemon.started), daemon.version,
                labels(daemon.labels), does(daemon),
            ])
        }
        return table.render()
    }

    /// `site=fra tier=1`, or a dash.
    package static func labels(_ labels: [String: String]) -> String {
        labels.isEmpty ? "–" : labels.sorted { $0.key < $1.key }.map { "\($0)=\($1)" }.joined(separator: " ")
    }

    private static func state(_ daemon: DaemonView, _ instants: InstantText, _ now: Date) -> String {
        guard daemon.state == DaemonRecord.State.silent.rawValue, let seen = daemon.seen else {
            return daemon.state
        }
        return "silent for \(instants.span(from: seen, to: now))"
    }

    private static func does(_ daemon: DaemonView) -> String {
        guard !daemon.runs.isEmpty else {
            return daemon.state == DaemonRecord.State.alive.rawValue ? "nothing just now" : "–"
        }
        let named = daemon.runs.prefix(runsMax).map { "\($0.state) \($0.job) (\($0.run.prefix(8)))" }
        let more = daemon.runs.count - named.count
        return named.joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
    }
}
