import Cron
package import Engine
package import Faults
import FoundationEssentials
import Jobs
import Measures
import Policy
import Processes
import Storage
import Web

/// A serving daemon with all that belongs to it: the loop, messages, metrics, the service manager, and reloads.
package actor DaemonService {
    /// The loop is seen to turn this often.
    private static let beatPause = Duration.seconds(15)
    /// Runs of the past that metrics begin with.
    private static let pastMax = 2_000
    /// What only the start needed is let go of after this.
    private static let startMax = Duration.seconds(10)

    private let parts: DaemonParts
    let system: PgvigilSystem
    let loop: DaemonLoop
    private let executor: ExecutorSwitch
    let desk: DeliveryDesk
    private let observer: StartObserver
    private let manager: ServiceManager?
    let ambient: Ambient
    private let guards: GuardSwitch
    private let notes: AsyncStream<SchedulerNote>
    private let told: AsyncStream<SchedulerNote>.Continuation
    private let say: @Sendable (SchedulerNote) -> Void
    private let onFault: @Sendable (AnyFault) -> Void
    let startedAt: Date
    var configuration: LoadedConfiguration
    var tally = JobTally()
    /// What the last look at the objectives found, so that whoever asks for metrics reads no store.
    var standings: [DatabaseStanding] = []
    private var reloads = 0
    var web: WebServer?
    private var sampler: TrafficSampler?
    /// What was chosen for learned windows, as far as it is known.
    private var choices: [TrafficChoice]

    /// - Parameters:
    ///   - say: Told of the daemon's own life, in order; must not block.
    ///   - onFault: Told of what went wrong and does not end the daemon.
    package init(
        _ system: PgvigilSystem, _ surroundings: Surroundings,
        say: @escaping @Sendable (SchedulerNote) -> Void,
        onFault: @escaping @Sendable (AnyFault) -> Void
    ) {
        let (notes, told) = AsyncStream<SchedulerNote>.makeStream()
        self.system = system
        self.notes = notes
        self.told = told
        self.say = say
        self.onFault = onFault
        configuration = system.configuration
        ambient = system.ambient
        startedAt = system.ambient.wallTime()
        choices = system.choices
        parts = DaemonParts(
            id: system.ambient.makeID(), role: .serve, configuration: system.configuration,
            ambient: system.ambient)
        desk = system.desk(onFault: onFault)
        observer = StartObserver(observer: system.observer, desk: desk)
        let first = system.executor(for: system.configuration, observer: observer)
        executor = ExecutorSwitch(first.supervisor)
        guards = GuardSwitch(first.guards)
        manager = ServiceManager(environment: surroundings.environment)
        loop = DaemonLoop(
            parts.settings(), schedules: system.configuration.schedules, record: parts.record,
            ports: system.loopPorts(
                parts, executor: executor, guards: guards, observe: { told.yield($0) }, onFault: onFault))
    }

    /// Serves until it has been stopped.
    ///
    /// - Throws: A fault that keeps it from starting: its lock, or the address of its metrics.
    package func serve() async throws(AnyFault) {
        let alive = try await parts.hold()
        do throws(AnyFault) {
            try await openWeb()
        } catch {
            await alive.release()
            throw error
        }
        await system.book.settle()
        await learn(limit: Self.pastMax)
        let following = Task { await self.follow() }
        let delivering = Task { [desk] in await desk.serve() }
        let sampler = system.sampler(
            onChoices: { await self.use($0) }, onFault: onFault)
        self.sampler = sampler
        let beside = [
            Task { await sampler.serve() },
            Task { await self.judgeNowAndThen() }, Task { await self.keepManager() },
            Task { await self.beat() }, Task { await self.comeToRest() },
        ]
        await loop.serve()
        manager?.tell(.stopping)
        for task in beside { task.cancel() }
        // What is to be told of the last moments still goes out, once: one after the other, and nothing is cut off.
        told.finish()
        await following.value
        await desk.finish()
        await delivering.value
        await desk.turn()
        await web?.stop()
        ReloadNote.remove(parts.id, stateDirectory: configuration.settings.stateDirectory)
        await alive.release()
    }

    /// Once what is done at the start is over.
    private func comeToRest() async {
        await ambient.sleep(Self.startMax)
        if !Task.isCancelled { StartupMemory.release() }
    }

    /// Starts nothing more; the second time what runs is stopped at once.
    package func stop() async {
        manager?.tell(.stopping)
        await loop.stop()
    }

    /// Uses a configuration that has been read again, or says why it was not to be had; the old one stays then.
    package func reload(_ read: @Sendable () throws(FaultList) -> LoadedConfiguration) async -> String {
        manager?.tell(.reloading(monotonicMicroseconds: Surroundings.monotonicMicroseconds))
        let text = await reloaded(read)
        manager?.tell(.ready(status: text))
        return text
    }

    private func reloaded(_ read: @Sendable () throws(FaultList) -> LoadedConfiguration) async -> String {
        reloads += 1
        let subject = News.Subject.configuration(host: ambient.owner.host)
        do throws(FaultList) {
            let fresh = try read()
            if let change = fresh.settings.needsRestart(since: configuration.settings) {
                return answer(
                    ok: false, "\(change) has changed, which takes a restart; the old configuration goes on")
            }
            configuration = fresh
            await desk.use(fresh.settings, system.notifier(for: fresh))
            await follow(fresh.withHours(choices))
            await sampler?.use(fresh.learned, targets: fresh.settings.targets)
            desk.tell(.troubleOver(subject: subject, text: "the configuration is read again"))
            return answer(ok: true, "\(fresh.schedules.count) schedules of \(fresh.jobs.count) jobs")
        } catch {
            for fault in error.faults { onFault(fault) }
            let first = error.faults.first.map { "\($0)" } ?? "it cannot be read"
            let text = "the new configuration is refused, and the old one goes on: \(first)"
            desk.tell(.trouble(subject: subject, text: text))
            return answer(ok: false, text)
        }
    }

    /// Lets learned windows have the hours that were chosen for them; what runs goes on as it began.
    private func use(_ fresh: [TrafficChoice]) async {
        choices = fresh
        await follow(configuration.withHours(fresh))
    }

    private func follow(_ configuration: LoadedConfiguration) async {
        let now = system.executor(for: configuration, observer: observer)
        await executor.use(now.supervisor)
        await guards.use(now.guards)
        await loop.reload(parts.with(configuration).settings(), configuration.schedules)
    }

    private func answer(ok: Bool, _ text: String) -> String {
        ReloadNote(number: reloads, ok: ok, text: text).write(
            parts.id, stateDirectory: configuration.settings.stateDirectory)
        return text
    }

    // MARK: What goes on beside the loop

    /// Tells people, messages and metrics what the loop tells.
    private func follow() async {
        for await note in notes {
            say(note)
            switch note {
            case .performed(let run), .ended(let run):
                tally.note(run, bytes: await size(of: run))
                await tell(run)
            case .apart: desk.tell(Self.catalogTrouble)
            case .leaseHeld:
                desk.tell(.troubleOver(subject: News.Subject.catalog, text: "the catalog answers again"))
            case .clockWentBack(let seconds):
                let subject = News.Subject.clock(host: ambient.owner.host)
                desk.tell(
                    .trouble(
                        subject: subject,
                        text: "the clock went back by \(seconds) s; no slot fires again for that"))
                // It is one moment, and over with it: the next one is told of again.
                desk.tell(.troubleOver(subject: subject, text: "the clock goes on"))
            case .fenced, .waits, .guardTripped, .slotTaken, .stopping: break
            }
        }
    }

    static var catalogTrouble: News {
        .trouble(
            subject: News.Subject.catalog, text: "the catalog cannot be reached; outcomes wait in the journal"
        )
    }

    private func tell(_ run: RunRecord) async {
        guard !configuration.settings.channels.isEmpty else { return }
        // Without the catalog a first success cannot be told from a later one: it is taken for a later one.
        let successes = (try? await system.book.durations(ofJob: run.job, limit: 2).count) ?? 2
        let before = run.state == .ended(.succeeded) ? successes - 1 : successes
        let target = configuration.jobs.first { $0.name == run.job }?.targets?.joined(separator: ", ")
        desk.tell(
            .ended(EndedRun(run: run, target: target, succeededBefore: before > 0, log: await log(of: run))))
    }

    /// What the steps of a run that did not succeed have to say.
    private func log(of run: RunRecord) async -> String {
        guard run.state != .ended(.succeeded) else { return "" }
        // A message without it is still a message.
        guard let steps = try? await system.book.steps(of: run.id) else { return "" }
        return steps.filter { $0.state == .failed }.map { step in
            let subject = [step.target, step.database].compactMap { $0 }.joined(separator: "/")
            return "\(step.name.rawValue) \(subject): \(step.fault?.summary ?? step.detail)"
        }.joined(separator: "\n")
    }

    /// Shows `daemons alive`, and so a container's health check, that the loop turns.
    private func beat() async {
        while !Task.isCancelled {
            _ = await loop.state
            parts.locks.beat(parts.id)
            await ambient.sleep(Self.beatPause)
        }
    }

    /// Tells the service manager that the service is ready, and that the loop still turns.
    private func keepManager() async {
        guard let manager else { return }
        manager.tell(.ready(status: "\(configuration.schedules.count) schedules"))
        while !Task.isCancelled {
            await ambient.sleep((manager.watchdog ?? .seconds(60)) / 3)
            let state = await loop.state
            manager.tell(.alive)
            manager.tell(.status("\(state.running) running, \(state.waiting) waiting"))
        }
    }
}
