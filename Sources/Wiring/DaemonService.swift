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
    /// Objectives, and what other daemons did, are looked at this often, or more often where leases are short.
    private static let judgePauseMax = Duration.seconds(60)
    /// Unfinished runs that metrics count.
    private static let unfinishedMax = 10_000
    /// The loop is seen to turn this often.
    private static let beatPause = Duration.seconds(15)
    /// How long the loop may take for an answer before it is taken for stuck.
    private static let answerMax = Duration.seconds(5)
    /// Runs of the past that metrics begin with.
    private static let pastMax = 2_000
    /// The newest runs that are looked at with the objectives, for what other daemons did.
    private static let recentMax = 500

    private let parts: DaemonParts
    private let system: PgvigilSystem
    private let loop: DaemonLoop
    private let executor: ExecutorSwitch
    private let desk: DeliveryDesk
    private let observer: StartObserver
    private let manager: ServiceManager?
    private let ambient: Ambient
    private let guards: GuardSwitch
    private let notes: AsyncStream<SchedulerNote>
    private let told: AsyncStream<SchedulerNote>.Continuation
    private let say: @Sendable (SchedulerNote) -> Void
    private let onFault: @Sendable (AnyFault) -> Void
    private let startedAt: Date
    private var configuration: LoadedConfiguration
    private var tally = JobTally()
    /// What the last look at the objectives found, so that whoever asks for metrics reads no store.
    private var standings: [DatabaseStanding] = []
    private var reloads = 0
    private var web: WebServer?

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
        let beside = [
            Task { await self.judgeNowAndThen() }, Task { await self.keepManager() },
            Task { await self.beat() },
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
            let now = system.executor(for: fresh, observer: observer)
            await executor.use(now.supervisor)
            await guards.use(now.guards)
            await desk.use(fresh.settings, system.notifier(for: fresh))
            await loop.reload(parts.with(fresh).settings(), fresh.schedules)
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

    private static var catalogTrouble: News {
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

    /// Looks at the objectives now and then: what never ran is a breach as well.
    private func judgeNowAndThen() async {
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
    private func learn(limit: Int) async {
        guard let recent = try? await system.book.runs(RunQuery(), limit: limit),
            // As above.
            let backups = try? await system.book.backups(target: nil)
        else { return }
        tally.learn(recent, backups: backups)
        for job in configuration.jobs where !tally.succeeded.contains(job.name) {
            // A success that long ago; as above.
            let last = try? await system.book.runs(RunQuery(job: job.name, outcome: .succeeded), limit: 1)
            tally.learn(last ?? [], backups: backups)
        }
    }

    /// What a run saved; nil where it saves nothing, or the catalog does not tell.
    private func size(of run: RunRecord) async -> Int64? {
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

    // MARK: Metrics and health

    private func openWeb() async throws(AnyFault) {
        guard let address = configuration.settings.web.listen else { return }
        do throws(WebFault) {
            web = try await WebServer.start(
                address,
                pages: [
                    "/metrics": { WebPage(text: Metrics.render(await self.metrics())) },
                    "/healthz": { await self.health() }, "/readyz": { await self.readiness() },
                ])
        } catch {
            throw AnyFault(error)
        }
    }

    private func metrics() async -> MetricsView {
        let state = await loop.state
        // While the catalog is down its numbers are not known.
        let unfinished = try? await system.book.runs(
            RunQuery(unfinishedOnly: true), limit: Self.unfinishedMax)
        let objectives = standings.flatMap { state in
            state.judgements.map { judgement in
                ObjectiveMetrics(
                    objective: judgement.kind.rawValue, target: state.target, database: state.database,
                    seconds: judgement.found.map { $0 / .seconds(1) },
                    limitSeconds: judgement.allowed / .seconds(1),
                    isBreached: judgement.breach != nil)
            }
        }
        return MetricsView(
            version: ProgramVersion.current.pgvigil,
            jobs: tally.metrics(of: configuration.jobs, unfinished: unfinished ?? []), objectives: objectives,
            leaseSecondsLeft: state.leaseLeft.map { $0 / .seconds(1) }, isCatalogUp: state.isCatalogUp,
            journalEntriesPending: await system.book.pending, startedAt: startedAt)
    }

    /// A loop that does not answer in time does not turn.
    private func health() async -> WebPage {
        // Not a task group: that would wait for the answer in any case.
        let (answers, answer) = AsyncStream<DaemonState?>.makeStream()
        let asking = Task { [loop] in answer.yield(await loop.state) }
        let waiting = Task { [ambient] in
            await ambient.sleep(Self.answerMax)
            answer.yield(nil)
        }
        var first: DaemonState??
        for await state in answers {
            first = state
            break
        }
        asking.cancel()
        waiting.cancel()
        let state = first ?? nil
        guard let state else {
            return WebPage(text: "stuck: the loop has not answered for \(Self.answerMax)\n", isGood: false)
        }
        return WebPage(text: "ok: \(state.running) running, \(state.waiting) waiting\n")
    }

    private func readiness() async -> WebPage {
        let state = await loop.state
        if state.leaseLeft != nil { return WebPage(text: "ready: the lease is held\n") }
        if await system.book.atRisk == nil {
            return WebPage(text: "ready: without the catalog; the journal is kept\n")
        }
        return WebPage(text: "not ready: neither the catalog nor the journal takes records\n", isGood: false)
    }
}
