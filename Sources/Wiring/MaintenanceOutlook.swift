import Cron
import Databases
package import Engine
package import Faults
package import FoundationEssentials
package import Jobs
import Policy

/// What maintenance would do, for people who ask before it does.
package struct MaintenanceOutlook: Sendable {
    /// When it would be done.
    package struct Opening: Sendable {
        package var window: String
        package var from: Date
        /// Nil where it does not close.
        package var until: Date?

        /// Nil for as long as it takes.
        var length: Duration? { until.map { .seconds(max(0, $0.timeIntervalSince(from))) } }
    }

    private let system: PgvigilSystem

    package init(_ system: PgvigilSystem) { self.system = system }

    /// What each chosen database of a target needs, or why it could not be looked at.
    ///
    /// - Parameter opening: What has to fit in; nil for as long as it takes.
    /// - Throws: What keeps the databases from being known.
    package func looks(
        at target: Target, _ spec: MaintainSpec, in opening: Opening?
    ) async throws(AnyFault) -> [(item: BackupItem, look: Result<MaintenanceLook, AnyFault>)] {
        let limit = system.configuration.settings.limits.connectTimeout
        return try await MaintenanceLook.takeAll(
            of: target, spec: spec, left: opening?.length, server: ServerProbe(connectLimit: limit),
            port: MaintenanceServer(connectLimit: limit), book: system.book)
    }

    /// The opening of a job's window that is open now, or the next one; nil for a job without a window.
    package func opening(of job: String) -> Opening? {
        let schedule = system.configuration.schedules.first { $0.key.job == job && $0.window != nil }
        guard let window = schedule?.window else { return nil }
        var now = system.ambient.wallTime()
        if case .closed(let until?) = window.stretch(at: now) { now = until }
        guard case .open(let end) = window.stretch(at: now) else { return nil }
        return Opening(window: window.name, from: now, until: end)
    }
}
