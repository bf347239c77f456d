import FoundationEssentials

/// Waits for facts that nobody announces, such as what another process does; each wait has a limit.
package enum Fact {
    private static let pause = Duration.milliseconds(10)

    /// Waits until `fact` holds.
    ///
    /// - Returns: Whether it did within the limit.
    package static func comes(
        within limit: Duration = .seconds(60), _ fact: () async throws -> Bool
    ) async throws -> Bool {
        try await value(within: limit) { try await fact() ? true : nil } ?? false
    }

    /// Waits until `find` finds something.
    ///
    /// - Returns: What it found; nil if that was nothing within the limit.
    package static func value<Value>(
        within limit: Duration = .seconds(60), _ find: () async throws -> Value?
    ) async throws -> Value? {
        let end = ContinuousClock.now + limit
        while true {
            if let value = try await find() { return value }
            guard ContinuousClock.now < end else { return nil }
            try await Task.sleep(for: pause)
        }
    }

    /// Waits until the clock shows another second, since the names of backup sets tell no less.
    package static func nextSecond() async throws {
        func second() -> Int { Int(Date().timeIntervalSince1970) }
        let now = second()
        _ = try await comes(within: .seconds(5)) { second() > now }
    }
}
