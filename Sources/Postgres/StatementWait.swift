import CLibPQ
import Dispatch
import Glibc

/// The wait for one statement: until when, and whether and why it is being cancelled.
struct StatementWait {
    enum Reason {
        case asked
        case tooLong
    }

    private(set) var deadline: ContinuousClock.Instant
    private let limit: Duration
    private var reason: Reason?
    private let requestSent = DispatchSemaphore(value: 0)

    init(limit: Duration) {
        self.limit = limit
        deadline = ContinuousClock.now + limit
    }

    var isCancelling: Bool { reason != nil }

    /// Asks the server to cancel, from another thread since libpq blocks while it does.
    mutating func cancel(_ reason: Reason, connection: OpaquePointer, grace: Duration) {
        self.reason = reason
        deadline = ContinuousClock.now + grace
        let request = CancelRequest(connection)
        let requestSent = requestSent
        DispatchQueue(label: "pgvigil.cancel").async {
            request.send()
            requestSent.signal()
        }
    }

    /// Waits, for at most a second, until a cancel request is through, so that it cannot hit the next statement.
    func settle() {
        if isCancelling { _ = requestSent.wait(timeout: .now() + .seconds(1)) }
    }

    /// Why the statement failed, if it is we who cancelled it (57014, query_canceled).
    func explains(_ fault: PostgresFault, address: String) -> PostgresFault? {
        fault.sqlState == "57014" ? reason.map { given($0, address) } : nil
    }

    /// Our own reason for the end, if there is one, else the given fault.
    func given(_ fault: PostgresFault, address: String) -> PostgresFault {
        reason.map { given($0, address) } ?? fault
    }

    private func given(_ reason: Reason, _ address: String) -> PostgresFault {
        switch reason {
        case .asked: .cancelled
        case .tooLong: .statementTimedOut(address: address, limit: limit)
        }
    }
}

/// What libpq needs to cancel from another thread: a copy of address and key.
///
/// Unchecked, as docs/decisions/libpq-threading.md says: `PQcancel` may be called from any thread (manual, section
/// 34.7), and the pointer never changes.
private final class CancelRequest: @unchecked Sendable {
    private let handle: OpaquePointer?

    init(_ connection: OpaquePointer) {
        handle = PQgetCancel(connection)
    }

    deinit {
        PQfreeCancel(handle)
    }

    func send() {
        var reason = [CChar](repeating: 0, count: 256)
        // A request that did not get through shows in the statement, which does not end within the grace.
        PQcancel(handle, &reason, Int32(reason.count))
    }
}
