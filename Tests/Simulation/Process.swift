import Engine
import Faults
import FoundationEssentials
import Jobs
import Synchronization

/// A daemon: what `DaemonLoop` and its wiring are, without tasks.
final class Process {
    /// A child that does not die on SIGTERM is killed after this, in milliseconds; as in `ToolCall`.
    static let stopGrace: Int64 = 10_000
    /// A call of the catalog fails after this at the latest.
    static let timeoutMax: Int64 = 10_000

    unowned let world: World
    let host: Host
    let place: Int?
    let id: UUID
    let record: DaemonRecord
    var machine: SchedulerMachine
    var chance: Chance
    var isAlive = true
    var frozenUntil: Int64 = 0
    private var outlook = Outlook()
    private var inbox: [() -> Void] = []
    private var alarm: (due: Int64, serial: Int)?
    private var serials = 0
    var underWay = 0
    var cutOffUntil: Int64 = 0
    /// Is cut off for so long as soon as a run of its is under way.
    var cutOffAtWorkFor: Int64?
    /// Dies at the so many-eth deed from now on.
    var crashIn: Int?
    var crashesAfterEffect = false
    private var isDoomed = false
    var downFor: Int64 = 0
    var executions: [UUID: Execution] = [:]
    /// What runs wait for, as people were told last.
    var reasons: [UUID: String] = [:]
    /// Runs whose end the machine has not been told of yet.
    var endings = 0
    lazy var journal = Journal(self)
    /// Other daemons, as it saw them last; the file of the state directory may say more by now.
    lazy var peers = host.peers
    /// When it was last thawed.
    var thawedAt: Int64 = .min / 2
    /// Whether the catalog ever gave it a lease.
    private(set) var hadLease = false
    /// When it was last without its lease.
    var apartAt: Int64 = .min / 2
    private var wakes: (since: Int64, count: Int) = (0, 0)
    /// When it was asked to end.
    var stopAskedAt: Int64?

    init(_ world: World, _ host: Host, place: Int?, labels: [String: String], role: DaemonRecord.Role) {
        self.world = world
        self.host = host
        self.place = place
        chance = world.chance.fork()
        id = chance.uuid()
        let owner = Owner(
            machine: "machine-\(host.number)", host: "host-\(host.number)",
            pid: Int32(truncatingIfNeeded: chance.int(1...99_999)), stateDirectory: "/var/lib/pgvigil")
        record = DaemonRecord(
            id: id, role: role, owner: owner, labels: labels, version: "0",
            startedAt: world.date.addingTimeInterval(Double(host.clockOff) / 1000))
        let ids = IDSource(chance.fork())
        machine = SchedulerMachine(
            world.settings(of: id, role, owner, labels, host),
            schedules: role == .hand ? [] : place.map { world.schedules(of: $0) } ?? [],
            makeID: { ids.make() })
    }

    func begin() {
        _ = peers
        world.trace.note(world, "\(name) starts on host \(host.number)")
        handle(.started)
    }

    var name: String { "\(record.role.rawValue) \(id.uuidString.prefix(4))" }

    var wall: Date { world.date(world.now + host.clockOff) }

    var moment: Moment {
        Moment(wall: wall, uptime: .milliseconds(world.now), chance: chance.fraction())
    }

    /// Whether it may count on its lease.
    var holdsLease: Bool { outlook.leaseUntil > .milliseconds(world.now) }

    /// What is asked of the machine after each event.
    private struct Outlook {
        var lease: Lease?
        var leaseUntil = Duration.zero
        var isDone = false
        var wait = Duration.zero

        /// In place: to ask it of the property itself would copy the whole machine each time.
        static func of(_ machine: inout SchedulerMachine, _ now: Moment) -> Outlook {
            Outlook(
                lease: machine.lease?.lease, leaseUntil: machine.lease?.until ?? .zero,
                isDone: machine.isDone,
                wait: machine.wait(now))
        }
    }

    // MARK: Life

    func handle(_ event: SchedulerEvent) {
        guard isAlive else { return }
        if isFrozen { return inbox.append { [self] in handle(event) } }
        if case .stopAsked = event, world.scenario.sabotage == .deafToStop { return }
        world.trace.note(world, "\(name) <- \(Self.text(event))")
        if case .stopAsked = event { stopAskedAt = stopAskedAt ?? world.now }
        let now = moment
        let actions = machine.handle(event, at: now)
        outlook = Outlook.of(&machine, now)
        if !holdsLease { apartAt = world.now }
        if outlook.lease != nil { hadLease = true }
        world.trace.mix(world.now)
        world.trace.mix(Int64(bitPattern: record.id.digest) &+ Int64(actions.count))
        for action in actions {
            guard isAlive else { return }
            perform(action)
        }
        guard isAlive else { return }
        setAlarm()
        if outlook.isDone, underWay == 0 { quit() }
    }

    var isFrozen: Bool { world.now < frozenUntil }

    func freeze(for time: Int64) {
        frozenUntil = max(frozenUntil, world.now + time)
        world.at(frozenUntil) { [weak self] in self?.thaw() }
    }

    func thaw() {
        if world.isCalm { frozenUntil = 0 }
        guard isAlive, !isFrozen, !inbox.isEmpty || frozenUntil > 0 else { return }
        frozenUntil = 0
        thawedAt = world.now
        let waiting = inbox
        inbox = []
        for body in waiting { world.after(chance.int(0...20), body) }
    }

    /// Does something later, as soon as the process is not frozen.
    func after(_ delay: Int64, _ body: @escaping () -> Void) {
        world.after(delay) { [self] in
            guard isAlive else { return }
            if isFrozen { inbox.append { [self] in if isAlive { body() } } } else { body() }
        }
    }

    private func setAlarm() {
        guard !outlook.isDone else { return }
        let pause = Int64((outlook.wait / .milliseconds(1)).rounded(.up))
        let due = world.now + min(max(pause, 1), 86_400_000_000)
        if let alarm, alarm.due <= due { return }
        serials += 1
        alarm = (due, serials)
        after(due - world.now) { [self, serials] in
            guard alarm?.serial == serials else { return }
            alarm = nil
            noticeSpin()
            handle(.woke)
        }
    }

    /// Nobody wakes up again and again with nothing to do.
    private func noticeSpin() {
        if world.now - wakes.since > 1000 { wakes = (world.now, 0) }
        wakes.count += 1
        guard wakes.count > 300 else { return }
        world.trace.note(world, "\(name) is \(String(describing: machine).drop { $0 != "(" }.suffix(2000))")
        world.checker.report("\(name) wakes \(wakes.count) times in a second")
    }

    private func quit() {
        guard isAlive else { return }
        isAlive = false
        world.trace.note(world, "\(name) has quit")
        if stopAskedAt == nil, record.role == .serve {
            world.checker.report("\(name) quit and nobody asked it to")
        }
        if !executions.isEmpty {
            world.checker.report("\(name) quit with \(executions.count) runs under way")
        }
        leave()
    }

    /// Kill -9, or the end of the power.
    func crash() {
        guard isAlive else { return }
        isAlive = false
        world.tally.add("crashes")
        world.trace.note(world, "\(name) crashes")
        host.dead.append(id)
        leave()
        for execution in executions.values { execution.die() }
        executions = [:]
        if record.role == .serve, let place { world.after(downFor) { [unowned world] in world.start(place) } }
    }

    private func leave() {
        if !journal.entries.isEmpty { host.journals.append(journal.entries) }
        world.ended(self)
    }

    /// One deed more: tells whether the process dies before it.
    func diesBefore() -> Bool {
        guard let left = crashIn, isAlive else { return !isAlive }
        crashIn = left - 1
        guard left <= 0 else { return false }
        crashIn = nil
        if crashesAfterEffect {
            isDoomed = true
            return false
        }
        crash()
        return true
    }

    /// After the effect of a deed: tells whether the process dies before it knows.
    func diesAfter() -> Bool {
        guard isDoomed else { return !isAlive }
        isDoomed = false
        world.tally.add("crashes after the effect")
        crash()
        return true
    }

    // MARK: Calls

    /// Asks the catalog: the question may not arrive, and the answer may be lost.
    func call(failure: SchedulerEvent?, _ effect: @escaping () throws(AnyFault) -> SchedulerEvent?) {
        underWay += 1
        let luck = world.scenario.luck
        let isCalm = world.isCalm
        guard world.reaches(self), isCalm || !chance.happens(luck.callFails) else {
            return finish(failure, after: chance.happens(0.5) ? 5 : chance.int(100...Self.timeoutMax))
        }
        world.after(chance.int(1...luck.latencyMax)) { [self] in
            guard world.reaches(self) else { return finish(failure, after: chance.int(1...Self.timeoutMax)) }
            var event: SchedulerEvent?
            do throws(AnyFault) { event = try effect() } catch { event = self.event(of: error, failure) }
            if diesAfter() { return }
            if !isCalm, chance.happens(luck.answerLost) {
                world.tally.add("lost answers")
                return finish(failure, after: chance.int(100...Self.timeoutMax))
            }
            finish(event, after: chance.int(1...luck.latencyMax))
        }
    }

    private func event(of fault: AnyFault, _ failure: SchedulerEvent?) -> SchedulerEvent? {
        if fault.code == DaemonLoop.leaseLost, case .claimFailed? = failure { return .claimRefused }
        return failure
    }

    private func finish(_ event: SchedulerEvent?, after delay: Int64) {
        after(delay) { [self] in
            underWay -= 1
            handle(event ?? .woke)
        }
    }

    private static func text(_ event: SchedulerEvent) -> String {
        String(String(describing: event).prefix(300))
    }
}

/// Makes ids by chance; the machine wants to be able to make them anywhere.
final class IDSource: Sendable {
    private let chance: Mutex<Chance>

    init(_ chance: Chance) { self.chance = Mutex(chance) }

    func make() -> UUID { chance.withLock { $0.uuid() } }
}
