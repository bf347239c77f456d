import Engine
import FoundationEssentials
import Jobs
import Measures
import Policy
import Storage

/// What the record and the stores tell: objectives, and what became of runs of any daemon.
extension DaemonService {
    /// Objectives, and what other daemons did, are looked at this often, or more often where leases are short.
    private static let judgePauseMax = Duration.seconds(60)
    /// The newest runs that are looked at with the objectives, for what other daemons did.
    private static let recentMax = 500

    /// Looks at the objectives now and then: what never ran is a breach as well.
    func judgeNowAndThen() async {
        while !Task.isCancelled {
            await learn(limit: Self.recentMax)
            if let found = await judge() {
                standings = found
                desk.tell(.objectives(ObjectiveNews(found)))
            }
            if await !loop.state.isCatalogUp { desk.tell(Self.catalogTrouble) }
            await ambient.sleep(min(Self.judgePauseMax, configuration.settings.daemon.lease * 2))
        }
    }

    /// Learns what became of runs, of other daemons' too; without the catalog, metrics stay as they are.
    func learn(limit: Int) async {
        // Nothing new is known then.
        guard let recent = try? await system.book.runs(RunQuery(), limit: limit),
            // As little.
            let backups = try? await system.book.backups(target: nil)
        else { return }
        tally.learn(recent, backups: backups)
        for job in configuration.jobs where !tally.succeeded.contains(job.name) {
            // A success that long ago, if it can be asked for.
            let last = try? await system.book.runs(RunQuery(job: job.name, outcome: .succeeded), limit: 1)
            tally.learn(last ?? [], backups: backups)
        }
    }

    /// What a run saved; nil where it saves nothing, or the catalog does not tell.
    func size(of run: RunRecord) async -> Int64? {
        guard run.kind == .backup, run.state == .ended(.succeeded) else { return nil }
        // The next look at the record makes up for it.
        let sets = try? await system.book.backups(target: nil).filter { $0.run == run.id }
        return sets.map { $0.reduce(0) { $0 + $1.size.bytes } }
    }

    /// Nil while the record cannot be asked, or nothing is expected.
    private func judge() async -> [DatabaseStanding]? {
        let settings = configuration.settings
        let expects =
            settings.targets.contains { $0.objectives != Objectives() }
            || configuration.jobs.contains { $0.objectives != Objectives() }
        guard expects else { return nil }
        var sets: [StoredSet] = []
        for store in Shelf(configuration, system.surroundings).stores.values {
            // A store that cannot be read tells nothing: neither that objectives are met nor that they are not.
            guard let listing = try? await store.sets() else { return nil }
            sets += listing.sets
        }
        // Without the catalog the stores alone tell.
        let recorded = (try? await system.book.backups(target: nil)) ?? []
        return Recoverability.standings(
            targets: settings.targets, jobs: configuration.jobs, sets: sets, lastSuccess: tally.lastSuccess,
            recorded: recorded, now: ambient.wallTime())
    }
}
