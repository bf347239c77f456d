import Dispatch
import Faults

/// Takes work that waits for the disk off the pool of Swift's tasks, which has one thread for each core.
enum Blocking {
    /// Does the work on a thread of its own.
    static func run<Value: Sendable>(
        _ work: @escaping @Sendable () throws(StorageFault) -> Value
    ) async throws(AnyFault) -> Value {
        let result: Result<Value, StorageFault> = await withCheckedContinuation { continuation in
            DispatchQueue(label: "storage").async {
                do throws(StorageFault) {
                    continuation.resume(returning: .success(try work()))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        switch result {
        case .success(let value): return value
        case .failure(let fault): throw AnyFault(fault)
        }
    }
}
