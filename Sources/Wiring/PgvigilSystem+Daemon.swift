import Archiving
import Cron
import Databases
import Engine
import Faults
import FoundationEssentials
import Jobs
import Notify
import Processes
import Storage
import Verification

/// What daemons are made of: serving ones, and those that do one run by hand.
extension PgvigilSystem {
    /// What a daemon's loop works with.
    func loopPorts(
        _ parts: DaemonParts, executor: any RunExecutor, guards: any GuardPort,
        observe: @escaping @Sendable (SchedulerNote) -> Void,
        onFault: @escaping @Sendable (AnyFault) -> Void
    ) -> DaemonLoop.Ports {
        let repair = Repair(book: book, liveness: liveness, ambient: ambient)
        let peers = parts.peers
        return DaemonLoop.Ports(
            daemons: daemons, book: book, executor: executor,
            guards: guards, ambient: ambient, dead: { parts.deadToTell() },
            settle: { [book] lease in
                // The catalog has answered, so it knows what it was told.
                parts.forgetDead()
                return await book.settle(lease: lease)
            },
            noteOutage: { [book] in await book.noteOutage($0) },
            closeOpenParts: { run throws(AnyFault) in
                try await repair.closeOpenParts(
                    of: run,
                    summary: "process \(run.owner.pid) on \(run.owner.host) was lost in the middle of it")
            },
            rememberPeers: { peers.write($0) }, observe: observe, onFault: onFault)
    }

    /// Watches the targets of learned windows.
    func sampler(
        onChoices: @escaping @Sendable ([TrafficChoice]) async -> Void,
        onFault: @escaping @Sendable (AnyFault) -> Void
    ) -> TrafficSampler {
        let settings = configuration.settings
        return TrafficSampler(
            TrafficSampler.Ports(
                port: TrafficProbe(ambient: ambient, connectLimit: settings.limits.connectTimeout),
                book: traffic, ambient: ambient, onChoices: onChoices, onFault: onFault),
            learned: configuration.learned, targets: settings.targets)
    }

    /// Tells people of events, through the channels of the configuration.
    func desk(onFault: @escaping @Sendable (AnyFault) -> Void) -> DeliveryDesk {
        DeliveryDesk(
            book: LateEvents { [keeper] () async throws(AnyFault) in try await keeper.events() },
            notifier: notifier(for: configuration), settings: configuration.settings, ambient: ambient,
            onFault: onFault)
    }

    /// Sends messages with the tools of a configuration.
    func notifier(for configuration: LoadedConfiguration) -> Notifier {
        Notifier(tools: Self.tools(configuration, surroundings), sleep: ambient.sleep)
    }

    /// Reads what guards look at, with the stores and limits of a configuration.
    static func guards(
        _ configuration: LoadedConfiguration, stores: [String: any BackupStore], ambient: Ambient
    ) -> GuardProbe {
        GuardProbe(
            ambient: ambient, connectLimit: configuration.settings.limits.connectTimeout, stores: stores,
            load: { () async throws(AnyFault) in try HostLoad.perCore() })
    }

    /// What does runs by a configuration, which may be another than that of the start.
    static func supervisor(
        _ configuration: LoadedConfiguration, stores: [String: any BackupStore], book: JournaledBook,
        guards: any GuardPort, surroundings: Surroundings, ambient: Ambient, observer: any RunObserver
    ) -> Supervisor {
        let settings = configuration.settings
        let zone = configuration.zone
        let ports = Supervisor.Ports(
            book: book, server: ServerProbe(connectLimit: settings.limits.connectTimeout),
            tools: tools(configuration, surroundings), stores: stores, verifier: ArchiveVerifier(),
            archiver: Archiver(),
            // A load that cannot be read is no reason to use fewer cores.
            host: { (HostLoad.cores, try? HostLoad.perCore()) },
            liveness: RunLocks(stateDirectory: settings.stateDirectory), guards: guards,
            restoring: Supervisor.Restoring(
                servers: servers(configuration, surroundings), archives: SetArchives()),
            maintaining: MaintenanceServer(connectLimit: settings.limits.connectTimeout),
            ambient: ambient, zoneOffset: { zone.offset(at: $0) })
        return Supervisor(
            settings: settings, schedules: configuration.schedules, ports: ports, observer: observer)
    }

    /// What does runs from now on, and what reads their guards, by a configuration that has been read again.
    func executor(
        for fresh: LoadedConfiguration, observer: any RunObserver
    ) -> (supervisor: Supervisor, guards: any GuardPort) {
        let stores = Shelf(fresh, surroundings).stores
        let guards = Self.guards(fresh, stores: stores, ambient: ambient)
        let supervisor = Self.supervisor(
            fresh, stores: stores, book: book, guards: guards, surroundings: surroundings, ambient: ambient,
            observer: observer)
        return (supervisor, guards)
    }

    /// Servers to restore into; throwaway ones are made in the state directory.
    static func servers(
        _ configuration: LoadedConfiguration, _ surroundings: Surroundings
    ) -> RestoreServers {
        let settings = configuration.settings
        return RestoreServers(
            base: "\(settings.stateDirectory)/drills", connectLimit: settings.limits.connectTimeout
        ) {
            await ServerBinaries.find(
                extraDirectories: settings.clientDirectories, path: surroundings.searchPath)
        }
    }

    private static func tools(_ configuration: LoadedConfiguration, _ surroundings: Surroundings)
        -> ChildProcesses
    {
        ChildProcesses(
            clientDirectories: configuration.settings.clientDirectories,
            environment: surroundings.environment,
            // A lost lease is noticed at two thirds of its time: children are gone well before it is over.
            stopGraceMax: min(.seconds(10), configuration.settings.daemon.lease / 6))
    }
}

extension DaemonParts {
    /// Holds the daemon's lock for as long as its process lives.
    func hold() async throws(AnyFault) -> any LivenessHold {
        do throws(StorageFault) {
            return try await locks.hold(id, role: role, pid: ambient.owner.pid)
        } catch {
            throw AnyFault(error)
        }
    }

    /// Daemons of this state directory whose process is gone.
    func dead() -> [UUID] {
        // Without the list their leases run out by themselves.
        (try? locks.dead()) ?? []
    }

    /// The same, for the catalog to be told of.
    func deadToTell() -> [UUID] {
        let dead = dead()
        told.put(dead)
        return dead
    }

    /// Forgets those that the catalog has been told of: who died since is not among them.
    func forgetDead() {
        // They are told of again by the next daemon.
        try? locks.forget(told.take())
    }

    /// The same daemon with another configuration.
    func with(_ configuration: LoadedConfiguration) -> DaemonParts {
        DaemonParts(id: id, role: role, configuration: configuration, ambient: ambient)
    }
}
