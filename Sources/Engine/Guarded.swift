import Synchronization

/// A value behind a lock, for the few places that a thread outside of the tasks writes to.
final class Guarded<Value>: Sendable {
    private let value: Mutex<Value>

    init(_ initial: sending Value) { value = Mutex(initial) }

    func withLock<Result, Failure: Error>(
        _ body: (inout sending Value) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result {
        try value.withLock(body)
    }
}
