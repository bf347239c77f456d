import Catalog
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
    /// What the catalog does not take waits in the journal of this process.
    package let book: JournaledBook
    /// Why there is no catalog, if there is none: runs go on, and their record waits in the journal.
    package private(set) var catalogFault: AnyFault?
    /// What daemons agree by; asked while the catalog is down, it throws the reason.
    package let daemons: any DaemonBook
    /// How busy targets are; asked while the catalog is down, it throws the reason.
    package let traffic: any TrafficBook
    /// Learned windows have the hours that are chosen for them, or their fallback's where the catalog did not tell.
    private(set) var configuration: LoadedConfiguration
    /// The hours that were chosen for learned windows when this was put together; none where the catalog did not tell.
    package private(set) var choices: [TrafficChoice] = []
    let surroundings: Surroundings
    let observer: any RunObserver
    let keeper: CatalogKeeper
    let stores: [String: any BackupStore]
    let liveness: any LivenessPort

    /// Puts the parts together for a command that needs the record, and lets them go when it is done, however.
    ///
    /// - Throws: Why there is no catalog, or what the command throws.
    package static func with<Value: Sendable>(
        _ configuration: LoadedConfiguration, _ surroundings: Surroundings,
        _ body: (PgvigilSystem) async throws -> Value
    ) async throws -> Value {
        let system = try await openForRuns(configuration, surroundings, observer: NoObserver())
        let result: Result<Value, any Error>
        do {
            if let fault = system.catalogFault { throw fault }
            result = .success(try await body(system))
        } catch {
            result = .failure(error)
        }
        await system.close()
        return try result.get()
    }

    /// Puts the parts together for runs, which go on without a catalog: then ``catalogFault`` tells why.
    ///
    /// Runs whose process died are ended.
    package static func openForRuns(
        _ configuration: LoadedConfiguration, _ surroundings: Surroundings, observer: any RunObserver
    ) async throws(AnyFault) -> PgvigilSystem {
        let shelf = Shelf(configuration, surroundings)
        try shelf.ensureStateDirectory()
        var surroundings = surroundings
        surroundings.owner.machine = try StateIdentity.read(configuration.settings.stateDirectory)
        // Clusters of drills whose process was killed.
        _ = await servers(configuration, surroundings).sweep()
        let system = PgvigilSystem(configuration, surroundings, shelf, observer)
        return await system.openingCatalog()
    }

    /// The same after a first look for the catalog.
    private func openingCatalog() async -> PgvigilSystem {
        var copy = self
        copy.catalogFault = await book.settle()
        guard copy.catalogFault == nil, !configuration.learned.isEmpty else { return copy }
        // Without an answer the hours of the fallback hold, as the notes of status and plan say.
        copy.choices = (try? await traffic.choices(window: nil)) ?? []
        copy.configuration = configuration.withHours(copy.choices)
        return copy
    }

    private init(
        _ configuration: LoadedConfiguration, _ surroundings: Surroundings, _ shelf: Shelf,
        _ observer: any RunObserver
    ) {
        let settings = configuration.settings
        self.configuration = configuration
        stores = shelf.stores
        let ambient = surroundings.ambient(stateDirectory: settings.stateDirectory)
        let liveness = RunLocks(stateDirectory: settings.stateDirectory)
        keeper = CatalogKeeper(uptime: ambient.uptime) { () async throws(AnyFault) -> CatalogKeeper.Opened in
            let access = try await CatalogAccess.open(configuration, path: surroundings.searchPath)
            do throws(AnyFault) {
                let book = try await access.book()
                let events = access.events()
                return CatalogKeeper.Opened(
                    catalog: JournaledBook.Catalog(book: book, daemons: book), events: events,
                    close: {
                        await events.close()
                        await access.close()
                    })
            } catch {
                await access.close()
                throw error
            }
        }
        book = JournaledBook(
            journal: FileJournal(stateDirectory: settings.stateDirectory, id: ambient.makeID()),
            onNote: { observer.observe(.journal($0)) },
            repair: { book throws(AnyFault) in
                // Runs whose process died must not look as if they went on.
                _ = try await Repair(book: book, liveness: liveness, ambient: ambient).endAbandoned()
            }, open: { [keeper] () async throws(AnyFault) in try await keeper.catalog() })
        self.ambient = ambient
        self.liveness = liveness
        self.surroundings = surroundings
        self.observer = observer
        daemons = LateDaemons { [keeper] () async throws(AnyFault) in try await keeper.daemons() }
        traffic = LateTraffic { [keeper] () async throws(AnyFault) in try await keeper.traffic() }
        supervisor = Self.supervisor(
            configuration, stores: stores, book: book,
            guards: Self.guards(configuration, stores: stores, ambient: ambient), surroundings: surroundings,
            ambient: ambient, observer: observer)
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

    /// Records the sets that a process published and did not live to record.
    ///
    /// None is marked removed: a store that is not mounted today would have lost them all.
    package func recordUnknownSets() async {
        guard catalogFault == nil else { return }
        for store in stores.values {
            let repair = Repair(book: book, liveness: liveness, ambient: ambient)
            // Whatever is wrong with the store or the catalog, the run that follows tells of.
            _ = try? await repair.recordUnknown(store)
        }
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
    package func close() async {
        await book.close()
        await keeper.close()
    }
}
