import Dispatch

/// Runs work that blocks (files, locks, processes) away from the threads of the concurrency pool.
enum OwnThread {
    /// Runs it and lets the caller go on.
    static func start(_ work: @escaping @Sendable () -> Void) {
        // A serial queue gets a thread even when all of the shared ones are busy.
        DispatchQueue(label: "pgvigil.blocking").async(execute: work)
    }

    /// Runs it and suspends the caller until it is done.
    static func run<Value: Sendable, Failure: Error>(
        _ work: @escaping @Sendable () throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let result = await withCheckedContinuation { continuation in
            start { continuation.resume(returning: Result { () throws(Failure) in try work() }) }
        }
        return try result.get()
    }
}
