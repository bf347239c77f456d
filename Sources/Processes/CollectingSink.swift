import Engine
import Faults
import Synchronization

/// Keeps a program's output in memory, up to a limit.
final class CollectingSink: ByteSink {
    private let bytesMax: Int
    private let bytes = Mutex<[UInt8]>([])

    init(bytesMax: Int) {
        self.bytesMax = bytesMax
    }

    /// What has been written so far.
    var collected: [UInt8] { bytes.withLock { $0 } }

    func write(_ chunk: UnsafeRawBufferPointer) throws(AnyFault) {
        let taken = Array(chunk)
        let fits = bytes.withLock { bytes in
            guard bytes.count + taken.count <= bytesMax else { return false }
            bytes.append(contentsOf: taken)
            return true
        }
        if !fits { throw AnyFault(ProcessFault.tooMuchOutput(bytesMax: bytesMax)) }
    }
}
