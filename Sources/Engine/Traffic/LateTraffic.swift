package import Faults
package import FoundationEssentials
package import Policy

/// The record of traffic in a catalog that may not be there yet: what is asked of it then fails with the reason.
package struct LateTraffic: TrafficBook {
    private let book: @Sendable () async throws(AnyFault) -> any TrafficBook

    package init(_ book: @escaping @Sendable () async throws(AnyFault) -> any TrafficBook) {
        self.book = book
    }

    package func takeTurn(target: String, minute: Int64) async throws(AnyFault) -> TrafficTurn {
        try await book().takeTurn(target: target, minute: minute)
    }

    package func record(
        _ reading: TrafficReading, of target: String, minute: Int64, quarter: TrafficQuarter?
    ) async throws(AnyFault) {
        try await book().record(reading, of: target, minute: minute, quarter: quarter)
    }

    package func quarters(target: String, since: Date) async throws(AnyFault) -> [TrafficQuarter] {
        try await book().quarters(target: target, since: since)
    }

    package func choices(window: String?) async throws(AnyFault) -> [TrafficChoice] {
        try await book().choices(window: window)
    }

    package func record(_ choice: TrafficChoice) async throws(AnyFault) { try await book().record(choice) }

    package func forgetTraffic(before: Date) async throws(AnyFault) {
        try await book().forgetTraffic(before: before)
    }
}
