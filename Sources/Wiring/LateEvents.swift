import Engine
import Faults
import FoundationEssentials

/// Events and deliveries in a catalog that may not be there yet: what is asked of it then fails with the reason.
struct LateEvents: EventBook {
    private let book: @Sendable () async throws(AnyFault) -> any EventBook

    init(_ book: @escaping @Sendable () async throws(AnyFault) -> any EventBook) { self.book = book }

    func open(subjects: [String]) async throws(AnyFault) -> [OpenEvent] {
        try await book().open(subjects: subjects)
    }

    func remindersDue(at now: Date, limit: Int) async throws(AnyFault) -> [OpenEvent] {
        try await book().remindersDue(at: now, limit: limit)
    }

    func apply(_ change: EventChange, deliveries: [NewDelivery]) async throws(AnyFault) -> Bool {
        try await book().apply(change, deliveries: deliveries)
    }

    func post(_ deliveries: [NewDelivery]) async throws(AnyFault) { try await book().post(deliveries) }

    func claim(channel: String, limit: Int, for time: Duration, claim: UUID)
        async throws(AnyFault) -> [Delivery]
    {
        try await book().claim(channel: channel, limit: limit, for: time, claim: claim)
    }

    func settle(_ delivery: UUID, claim: UUID, _ end: DeliveryEnd) async throws(AnyFault) {
        try await book().settle(delivery, claim: claim, end)
    }

    func deliveries(limit: Int) async throws(AnyFault) -> [DeliveryRecord] {
        try await book().deliveries(limit: limit)
    }

    func forget(olderThan age: Duration) async throws(AnyFault) { try await book().forget(olderThan: age) }
}
