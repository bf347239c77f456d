import Policy
import Testing

@Suite struct `Trying again` {
    private let policy = RetryPolicy(attemptsMax: 6, backoffMin: .seconds(60), backoffMax: .seconds(600))

    @Test func `waits twice as long each time, up to the longest wait`() {
        let waits = (1...6).map { policy.wait(afterAttempt: $0, mayPass: true, jitter: 1) }
        #expect(waits == [.seconds(60), .seconds(120), .seconds(240), .seconds(480), .seconds(600), nil])
    }

    @Test func `spreads the waits over a fifth`() {
        #expect(policy.wait(afterAttempt: 1, mayPass: true, jitter: 0) == .seconds(48))
        #expect(policy.wait(afterAttempt: 1, mayPass: true, jitter: -3) == .seconds(48))
        #expect(policy.wait(afterAttempt: 1, mayPass: true, jitter: 7) == .seconds(60))
    }

    @Test func `gives up at once on what does not pass by itself`() {
        #expect(policy.wait(afterAttempt: 1, mayPass: false, jitter: 1) == nil)
    }

    @Test func `tries once unless told otherwise`() {
        #expect(RetryPolicy().wait(afterAttempt: 1, mayPass: true, jitter: 1) == nil)
    }

    @Test func `stands numbers that make no sense`() {
        #expect(policy.wait(afterAttempt: 0, mayPass: true, jitter: 1) == .seconds(60))
        #expect(policy.wait(afterAttempt: -5, mayPass: true, jitter: 1) == .seconds(60))
        let endless = RetryPolicy(attemptsMax: .max, backoffMin: .seconds(1), backoffMax: .seconds(1 << 40))
        #expect(endless.wait(afterAttempt: 1_000_000, mayPass: true, jitter: 1) == .seconds(1 << 40))
    }
}
