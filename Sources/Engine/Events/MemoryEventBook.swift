package import Faults
package import FoundationEssentials
import Jobs
import Synchronization

/// Events and deliveries in memory, while the catalog cannot be reached.
///
/// What it holds is gone with the process. It does what the catalog does, and the same checks hold for both.
package final class MemoryEventBook: EventBook {
    private struct Row {
        var delivery: NewDelivery
        var createdAt: Date
        var due: Duration
        var claim: UUID?
        var claimedUntil = Duration.zero
        var tries = 0
        var state = DeliveryRecord.State.waiting
        var settledAt: Date?
        var settledUptime: Duration?
        var error: String?
    }

    private struct State {
        var events: [OpenEvent] = []
        var touched: [UUID: Duration] = [:]
        var rows: [Row] = []
    }

    /// More deliveries are not kept; the oldest are dropped first, those that are settled before others.
    package static let rowsMax = 1000

    private let state = Mutex(State())
    private let ambient: Ambient

    /// A book with nothing in it.
    package init(ambient: Ambient) {
        self.ambient = ambient
    }

    /// Forgets which events are open; what is to be delivered stays.
    package func forgetEvents() {
        state.withLock { state in
            state.events = []
            state.touched = [:]
        }
    }

    /// Whether something is still to be delivered.
    package var hasWaiting: Bool { state.withLock { $0.rows.contains { $0.state == .waiting } } }

    package func open(subjects: [String]) async throws(AnyFault) -> [OpenEvent] {
        let wanted = Set(subjects)
        return state.withLock { $0.events.filter { wanted.contains($0.subject) } }
    }

    package func remindersDue(at now: Date, limit: Int) async throws(AnyFault) -> [OpenEvent] {
        let due = state.withLock { state in
            state.events.filter { $0.kind == .failure && $0.count > $0.told && $0.remindAt <= now }
        }
        return Array(due.sorted { $0.remindAt < $1.remindAt }.prefix(max(0, limit)))
    }

    package func apply(
        _ change: EventChange, deliveries: [NewDelivery]
    ) async throws(AnyFault) -> Bool {
        state.withLock { state in
            switch change {
            case .open(let event):
                let isOpen = state.events.contains {
                    $0.kind == event.kind && $0.subject == event.subject
                }
                guard !isOpen else { return false }
                state.events.append(event)
                state.touched[event.id] = ambient.uptime()
            case .update(let event):
                guard let index = index(of: event, version: event.version - 1, state) else { return false }
                state.events[index] = event
                state.touched[event.id] = ambient.uptime()
            case .close(let event, _):
                guard let index = index(of: event, version: event.version, state) else { return false }
                state.events.remove(at: index)
                state.touched[event.id] = nil
            }
            add(deliveries, &state)
            return true
        }
    }

    package func post(_ deliveries: [NewDelivery]) async throws(AnyFault) {
        state.withLock { add(deliveries, &$0) }
    }

    package func claim(
        channel: String, limit: Int, for time: Duration, claim: UUID
    ) async throws(AnyFault) -> [Delivery] {
        let now = ambient.uptime()
        return state.withLock { state in
            let due = state.rows.indices.filter { index in
                let row = state.rows[index]
                let isFree = row.claim == nil || row.claim == claim || row.claimedUntil <= now
                return row.delivery.channel == channel && row.state == .waiting && isFree
                    && (row.due <= now || row.claim == claim)
            }
            return due.prefix(max(0, limit)).map { index in
                if state.rows[index].claim != claim { state.rows[index].tries += 1 }
                state.rows[index].claim = claim
                state.rows[index].claimedUntil = now + time
                let row = state.rows[index]
                return Delivery(id: row.delivery.id, message: row.delivery.message, tries: row.tries)
            }
        }
    }

    package func settle(_ delivery: UUID, claim: UUID, _ end: DeliveryEnd) async throws(AnyFault) {
        state.withLock { state in
            let index = state.rows.firstIndex {
                $0.delivery.id == delivery && $0.claim == claim && $0.state == .waiting
            }
            guard let index else { return }
            state.rows[index].claim = nil
            switch end {
            case .again(let wait, let error):
                state.rows[index].due = ambient.uptime() + wait
                state.rows[index].error = error
                return
            case .delivered: state.rows[index].state = .delivered
            case .givenUp(let error):
                state.rows[index].state = .givenUp
                state.rows[index].error = error
            }
            state.rows[index].settledAt = ambient.wallTime()
            state.rows[index].settledUptime = ambient.uptime()
        }
    }

    package func deliveries(limit: Int) async throws(AnyFault) -> [DeliveryRecord] {
        state.withLock { state in
            state.rows.reversed().prefix(max(0, limit)).map { row in
                let message = row.delivery.message
                return DeliveryRecord(
                    id: row.delivery.id, channel: row.delivery.channel, occasion: message.occasion.rawValue,
                    subject: message.subject, title: message.title, createdAt: row.createdAt,
                    tries: row.tries, state: row.state, settledAt: row.settledAt, error: row.error)
            }
        }
    }

    package func forget(olderThan age: Duration) async throws(AnyFault) {
        let before = ambient.uptime() - age
        state.withLock { state in
            state.rows.removeAll { $0.settledUptime.map { $0 < before } ?? false }
            let old = state.events.filter { event in
                [.breach, .trouble].contains(event.kind)
                    && state.touched[event.id].map { $0 < before } ?? true
            }.map(\.id)
            state.events.removeAll { old.contains($0.id) }
        }
    }

    // MARK: Inside

    private func index(of event: OpenEvent, version: Int, _ state: State) -> Int? {
        state.events.firstIndex { $0.id == event.id && $0.version == version }
    }

    private func add(_ deliveries: [NewDelivery], _ state: inout State) {
        for delivery in deliveries where !state.rows.contains(where: { $0.delivery.id == delivery.id }) {
            state.rows.append(Row(delivery: delivery, createdAt: ambient.wallTime(), due: .zero))
        }
        while state.rows.count > Self.rowsMax {
            state.rows.remove(at: state.rows.firstIndex { $0.state != .waiting } ?? 0)
        }
    }
}
