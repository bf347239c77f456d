import Cron
import Databases
package import Engine
package import Faults
import FoundationEssentials
import Jobs
import Processes
import Storage
import Verification

/// The running program: every port with its real thing behind it.
package struct PgvigilSystem: Sendable {
    package let supervisor: Supervisor
    package let ambient: Ambient
    package let book: any RunBook
    private let configuration: LoadedConfiguration
    private let catalog: CatalogAccess
    private let stores: [String: any BackupStore]
    private let liveness: any LivenessPort

    /// Puts the parts together; starts the embedded catalog if that is the one.
    package static func open(
        _ configuration: LoadedConfiguration, _ surroundings: Surroundings, observer: any RunObserver
    ) async throws(AnyFault) -> PgvigilSystem {
        let settings = configuration.settings
        let shelf = Shelf(configuration, surroundings)
        try shelf.ensureStateDirectory()
        let catalog = try await CatalogAccess.open(configuration, migrating: true)
        let ambient = surroundings.ambient(stateDirectory: settings.stateDirectory)
        let liveness = RunLocks(stateDirectory: settings.stateDirectory)
        let zone = configuration.zone
        let ports = Supervisor.Ports(
            book: catalog.book, server: ServerProbe(connectLimit: settings.limits.connectTimeout),
            tools: ChildProcesses(
                clientDirectories: settings.clientDirectories, environment: surroundings.environment),
            stores: shelf.stores, verifier: ArchiveCheck(workers: nil), liveness: liveness, ambient: ambient,
            zoneOffset: { zone.offset(at: Int64($0.timeIntervalSince1970.rounded(.down))) })
        let system = PgvigilSystem(
            supervisor: Supervisor(settings: settings, ports: ports, observer: observer), ambient: ambient,
            book: catalog.book, configuration: configuration, catalog: catalog, stores: shelf.stores,
            liveness: liveness)
        do throws(AnyFault) {
            // Runs whose process died must not look as if they went on.
            _ = try await system.repair()
        } catch {
            await system.close()
            throw error
        }
        return system
    }

    /// Ends what dead processes left running, and brings the record of sets in line with the stores.
    package func repair() async throws(AnyFault) -> [RunRecord] {
        try await Repair(book: book, liveness: liveness, ambient: ambient).endAbandoned()
    }

    /// Brings the record of sets in line with every store.
    package func reconcile() async throws(AnyFault) -> [(store: String, result: (added: Int, gone: Int))] {
        var results: [(store: String, result: (added: Int, gone: Int))] = []
        for store in stores.values.sorted(by: { $0.name < $1.name }) {
            let repair = Repair(book: book, liveness: liveness, ambient: ambient)
            results.append((store.name, try await repair.reconcile(store)))
        }
        return results
    }

    /// The loop that fires the configured schedules.
    package func serveLoop(onFault: @escaping @Sendable (AnyFault) -> Void) -> ServeLoop {
        ServeLoop(
            schedules: configuration.schedules, supervisor: supervisor, ambient: ambient,
            runsMax: configuration.settings.limits.runsMax, onFault: onFault)
    }

    /// The slots to come, each with its expected duration.
    package func plan(hours: Int) async throws(AnyFault) -> [SlotView] {
        let now = ambient.wallTime()
        var expected: [String: Duration] = [:]
        for job in Set(configuration.schedules.map(\.key.job)) {
            expected[job] = Expectation.duration(
                try await book.durations(ofJob: job, limit: Expectation.sampleMax))
        }
        return Planner.slots(
            of: configuration.schedules, after: now, until: now.addingTimeInterval(Double(hours) * 3600)
        ).map { SlotView($0, expected: expected[$0.schedule.key.job]) }
    }

    /// Carries prune plans out.
    ///
    /// - Returns: What failed.
    package func prune(_ plans: [StorePlan]) async -> [AnyFault] {
        var failures: [AnyFault] = []
        for plan in plans {
            guard let store = stores[plan.store] else { continue }
            failures += await Pruning(store: store, book: book, ambient: ambient).perform(plan.plan)
        }
        return failures
    }

    /// Lets everything go.
    package func close() async { await catalog.close() }
}
