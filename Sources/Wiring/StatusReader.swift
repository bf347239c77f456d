import Cron
package import Engine
package import Faults
package import FoundationEssentials
import Jobs

/// Gathers what `status` is made of, from whatever answers.
package struct StatusReader: Sendable {
    /// More runs of the last day are not looked at one by one.
    private static let recentMax = 10_000
    /// Unfinished runs, which wait or run.
    private static let unfinishedMax = 10_000
    /// Running runs whose steps are read.
    private static let stepsMax = 50
    /// Outcomes of runs that came to work.
    private static let performed: [Outcome] = [.failed, .couldNotVerify, .timedOut, .cancelled]

    private let configuration: LoadedConfiguration
    private let surroundings: Surroundings

    package init(_ configuration: LoadedConfiguration, _ surroundings: Surroundings) {
        self.configuration = configuration
        self.surroundings = surroundings
    }

    /// Reads stores, journals and processes, and asks the catalog.
    ///
    /// - Parameter catalogFault: Why there is no catalog, if that is known already.
    package func read(
        book: any RunBook, daemons: any DaemonBook, catalogFault: AnyFault?, now: Date
    ) async -> StatusFacts {
        let settings = configuration.settings
        var facts = StatusFacts(
            now: now, zone: configuration.zone, targets: settings.targets, jobs: configuration.jobs,
            schedules: configuration.schedules, catalog: .answers(StatusFacts.Records()),
            journal: await JournalReader(stateDirectory: settings.stateDirectory).read().view)
        for (name, store) in Shelf(configuration, surroundings).stores {
            do throws(AnyFault) {
                facts.sets += try await store.sets().sets
            } catch {
                facts.storeFaults[name] = error
            }
        }
        // Locks that cannot be read tell of no daemon.
        facts.servingHere = (try? DaemonProcesses(configuration, surroundings).serving().count) ?? 0
        do throws(AnyFault) {
            if let catalogFault { throw catalogFault }
            facts.catalog = .answers(try await records(book, daemons, now))
        } catch {
            facts.catalog = .down(error)
        }
        return facts
    }

    private func records(
        _ book: any RunBook, _ daemons: any DaemonBook, _ now: Date
    ) async throws(AnyFault) -> StatusFacts.Records {
        var records = StatusFacts.Records()
        records.unfinished = try await book.runs(RunQuery(unfinishedOnly: true), limit: Self.unfinishedMax)
        let since = now.addingTimeInterval(-Double(StatusView.hours) * 3600)
        records.recent = try await book.runs(RunQuery(startedSince: since), limit: Self.recentMax)
        records.recent += try await older(than: records.recent, book)
        for run in records.unfinished.filter({ $0.state == .running }).prefix(Self.stepsMax) {
            records.steps[run.id] = try await book.steps(of: run.id)
        }
        records.daemons = try await daemons.daemons()
        let scheduled = Set(configuration.schedules.map(\.key.job)).sorted()
        records.durations = try await daemons.durations(ofJobs: scheduled, limit: Expectation.sampleMax)
        records.backups = try await book.backups(target: nil)
        return records
    }

    /// The last success of each job, and its last other end of work, where the last day does not have them.
    private func older(than recent: [RunRecord], _ book: any RunBook) async throws(AnyFault) -> [RunRecord] {
        var known: [String: Set<Outcome>] = [:]
        for run in recent { if let outcome = run.outcome { known[run.job, default: []].insert(outcome) } }
        var found: [RunRecord] = []
        for job in configuration.jobs {
            let outcomes = known[job.name] ?? []
            guard !outcomes.contains(.succeeded) else { continue }
            var wanted: [Outcome] = [.succeeded]
            if outcomes.isDisjoint(with: Self.performed) { wanted += Self.performed }
            for outcome in wanted {
                found += try await book.runs(RunQuery(job: job.name, outcome: outcome), limit: 1)
            }
        }
        return found
    }
}

extension RunRecord {
    fileprivate var outcome: Outcome? {
        switch state {
        case .waiting, .running: nil
        case .ended(let outcome): outcome
        }
    }
}
