package import Engine
package import FoundationEssentials
import Synchronization

/// Time that passes only when a test says so.
///
/// It shows civil time, which a test may also set and step backwards, and counts monotonic time, by which sleepers
/// wake. Moving it wakes everybody whose time has come, the earliest first.
package final class ManualClock: Sendable {
    private struct Sleeper {
        var due: Duration
        var continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var wall: Date
        var uptime = Duration.zero
        var sleepers: [Int: Sleeper] = [:]
        /// Sleepers whose tasks were cancelled before they lay down.
        var cancelled: Set<Int> = []
        var count = 0
    }

    private let state: Mutex<State>

    /// A clock that shows this instant; without one, half past midnight of 2026-11-22 in UTC.
    package init(_ start: Date = Date(timeIntervalSince1970: 1_795_307_400)) {
        state = Mutex(State(wall: start))
    }

    /// The civil time that it shows.
    package var now: Date { state.withLock { $0.wall } }

    /// The time that has passed since it was made.
    package var uptime: Duration { state.withLock { $0.uptime } }

    /// How long each sleeper has still to wait, the shortest first.
    package var sleepers: [Duration] {
        state.withLock { state in state.sleepers.values.map { $0.due - state.uptime }.sorted() }
    }

    /// Lets time pass.
    package func advance(by duration: Duration) {
        let woken = state.withLock { state in
            state.uptime += duration
            state.wall += duration / .seconds(1)
            let due = state.sleepers.filter { $0.value.due <= state.uptime }
            for key in due.keys { state.sleepers[key] = nil }
            return due.sorted { ($0.value.due, $0.key) < ($1.value.due, $1.key) }.map(\.value.continuation)
        }
        for continuation in woken { continuation.resume() }
    }

    /// Steps the civil clock without any time passing, backwards where negative, as somebody who sets it does.
    package func step(by duration: Duration) {
        state.withLock { $0.wall += duration / .seconds(1) }
    }

    /// Waits for a time of this clock; ends early only when the task is cancelled.
    package func sleep(_ duration: Duration) async {
        let id = state.withLock { state in
            state.count += 1
            return state.count
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if duration <= .zero || state.cancelled.remove(id) != nil { return true }
                    state.sleepers[id] = Sleeper(due: state.uptime + duration, continuation: continuation)
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            let sleeper = state.withLock { state in
                let sleeper = state.sleepers.removeValue(forKey: id)
                if sleeper == nil { state.cancelled.insert(id) }
                return sleeper
            }
            sleeper?.continuation.resume()
        }
    }

    /// The surroundings of a test: this clock, ids that count up from 1, and no chance.
    package func ambient(
        owner: Owner = Owner(machine: "m1", host: "db1", pid: 42, stateDirectory: "/state")
    ) -> Ambient {
        let ids = Mutex<UInt32>(0)
        return Ambient(
            wallTime: { self.now }, sleep: { await self.sleep($0) }, uptime: { self.uptime },
            makeID: {
                ids.withLock { count in
                    count &+= 1
                    return Self.id(count)
                }
            },
            jitter: { 1 }, owner: owner)
    }

    /// The id of this number, `00000000-0000-4000-8000-0000NNNNNNNN` in hexadecimal digits.
    package static func id(_ number: UInt32) -> UUID {
        func byte(_ shift: UInt32) -> UInt8 { UInt8(truncatingIfNeeded: number >> shift) }
        return UUID(uuid: (0, 0, 0, 0, 0, 0, 0x40, 0, 0x80, 0, 0, 0, byte(24), byte(16), byte(8), byte(0)))
    }
}
