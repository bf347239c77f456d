import Engine
package import Jobs
package import Policy
import Synchronization

/// What guards look at, in memory: all is calm unless the test says otherwise.
package final class MemoryGuards: GuardPort {
    private struct Key: Hashable {
        var kind: GuardKind
        var subject: String
    }

    private struct State {
        var readings: [Key: GuardReading] = [:]
        var reads: [Set<GuardKind>] = []
    }

    private let state = Mutex(State())

    /// Nobody works, nothing lags, and there is room.
    package init() {}

    /// From now on this is read of a target, of a store, or of `this host`; nil with the reason why it cannot be.
    package func put(_ kind: GuardKind, of subject: String, _ value: Double?, why: String = "") {
        state.withLock {
            $0.readings[Key(kind: kind, subject: subject)] = GuardReading(
                kind: kind, value: value, subject: subject, why: why)
        }
    }

    /// What was asked for so far.
    package var reads: [Set<GuardKind>] { state.withLock { $0.reads } }

    package func read(_ kinds: Set<GuardKind>, targets: [Target], store: String?) async -> [GuardReading] {
        state.withLock { state in
            state.reads.append(kinds)
            return GuardKind.allCases.filter { kinds.contains($0) }.flatMap { kind in
                Self.subjects(kind, targets, store).map { subject in
                    state.readings[Key(kind: kind, subject: subject)]
                        ?? GuardReading(kind: kind, value: kind == .freeDisk ? 1e12 : 0, subject: subject)
                }
            }
        }
    }

    private static func subjects(_ kind: GuardKind, _ targets: [Target], _ store: String?) -> [String] {
        switch kind {
        case .activeSessions, .transactionsPerSecond, .longestTransaction, .replicationLag, .walRate:
            targets.map(\.name)
        case .freeDisk: store.map { [$0] } ?? []
        case .load: ["this host"]
        }
    }
}
