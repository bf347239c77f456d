package import Engine
package import Faults
package import FoundationEssentials
import Synchronization

/// Locks in memory, as the kernel keeps them for processes.
package final class MemoryLiveness: LivenessPort {
    /// The calls that can be made to fail.
    package enum Call: Hashable, Sendable {
        case holdRun, isAlive, holdJob
    }

    fileprivate struct State {
        var runs: Set<UUID> = []
        var daemons: Set<UUID> = []
        var jobs: [String: UUID] = [:]
        var failures: [Call: AnyFault] = [:]
    }

    fileprivate let state = Mutex(State())

    /// Nothing is held.
    package init() {}

    /// The runs that are held.
    package var runs: Set<UUID> { state.withLock { $0.runs } }

    /// The jobs that are held, with the runs that hold them.
    package var jobs: [String: UUID] { state.withLock { $0.jobs } }

    /// Holds a daemon, as its process does.
    package func hold(daemon: UUID) { state.withLock { _ = $0.daemons.insert(daemon) } }

    /// Lets go of everything that a run holds, as the kernel does when its process dies.
    package func kill(run: UUID) {
        state.withLock { state in
            state.runs.remove(run)
            state.jobs = state.jobs.filter { $0.value != run }
        }
    }

    /// Makes a call fail from now on, or work again with nil.
    package func fail(_ call: Call, with fault: AnyFault?) {
        state.withLock { $0.failures[call] = fault }
    }

    package func hold(run: UUID) async throws(AnyFault) -> any LivenessHold {
        try check(.holdRun)
        state.withLock { _ = $0.runs.insert(run) }
        return MemoryHold { [self] in state.withLock { _ = $0.runs.remove(run) } }
    }

    package func isAlive(run: UUID) async throws(AnyFault) -> Bool {
        try check(.isAlive)
        return state.withLock { $0.runs.contains(run) }
    }

    package func isAlive(daemon: UUID) async throws(AnyFault) -> Bool {
        try check(.isAlive)
        return state.withLock { $0.daemons.contains(daemon) }
    }

    package func hold(job: String, for run: UUID) async throws(AnyFault) -> JobHold {
        try check(.holdJob)
        let other = state.withLock { state in
            if let other = state.jobs[job] { return other as UUID? }
            state.jobs[job] = run
            return nil
        }
        if let other { return .busy(run: other.uuidString.lowercased()) }
        return .held(
            MemoryHold { [self] in
                state.withLock { state in
                    if state.jobs[job] == run { state.jobs[job] = nil }
                }
            })
    }

    private func check(_ call: Call) throws(AnyFault) {
        if let fault = state.withLock({ $0.failures[call] }) { throw fault }
    }
}

/// A hold in memory.
private final class MemoryHold: LivenessHold {
    private let letGo: @Sendable () -> Void

    init(_ letGo: @escaping @Sendable () -> Void) {
        self.letGo = letGo
    }

    func release() async { letGo() }
}
