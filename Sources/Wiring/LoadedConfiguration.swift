package import Cron
package import Engine
package import Jobs

/// Everything that the user wrote, valid and joined.
package struct LoadedConfiguration: Sendable {
    /// The folder it was read from.
    package var directory: String
    package var settings: Settings
    package var jobs: [Job]
    package var schedules: [Schedule]
    /// The zone of lines that name none, and of everything that is printed.
    package var zone: Zone
    /// The windows whose hours are learned; their schedules have the hours of the fallback until the record was asked.
    package var learned: [LearnedHours] = []

    /// The same with the hours that were chosen for learned windows.
    package func withHours(_ choices: [TrafficChoice]) -> LoadedConfiguration {
        var copy = self
        copy.schedules = LearnedHours.apply(choices, learned, to: schedules)
        return copy
    }

    /// - Throws: ``WiringFault/noSuchJob(_:known:)``.
    package func job(named name: String) throws(WiringFault) -> Job {
        guard let job = jobs.first(where: { $0.name == name }) else {
            throw .noSuchJob(name, known: jobs.map(\.name))
        }
        return job
    }
}
