import Engine
import Faults
import Measures
import Synchronization

/// A file in memory, which may be full.
final class MemoryFile: IncomingFile {
    private struct State {
        var bytes: [UInt8] = []
        var tail: Int?
        var writesLeft: Int
        var isFinished = false
    }

    static let full = AnyFault(code: "test.full", summary: "the disk is full", remedy: "Wait.")
    private let state: Mutex<State>

    /// - Parameter writes: So many writes succeed.
    init(writes: Int = .max) { state = Mutex(State(writesLeft: writes)) }

    var bytes: [UInt8] { state.withLock { $0.bytes } }
    var isFinished: Bool { state.withLock { $0.isFinished } }
    var size: ByteCount { ByteCount(Int64(bytes.count)) }

    func write(_ bytes: UnsafeRawBufferPointer) throws(AnyFault) {
        let copy = Array(bytes)
        try state.withLock { (state: inout State) throws(AnyFault) in
            guard state.writesLeft > 0 else { throw MemoryFile.full }
            state.writesLeft -= 1
            state.bytes += copy
        }
    }

    func beginTail() throws(AnyFault) { state.withLock { $0.tail = $0.bytes.count } }

    func replaceStart(_ bytes: [UInt8]) throws(AnyFault) {
        try state.withLock { (state: inout State) throws(AnyFault) in
            guard state.tail == bytes.count else { throw MemoryFile.full }
            state.bytes.replaceSubrange(0..<bytes.count, with: bytes)
        }
    }

    func finish() throws(AnyFault) { state.withLock { $0.isFinished = true } }
}
