import Engine
import Faults
import Glibc
import Measures
import Synchronization

/// A file of an incoming set: written in large pieces, and hashed once on the way.
final class LocalIncomingFile: IncomingFile {
    private let state: Mutex<FileWriter>

    /// Makes a file that was not there.
    init(_ path: String, name: String) throws(StorageFault) {
        state = Mutex(try FileWriter(path, name: name))
    }

    var size: ByteCount { state.withLock { ByteCount($0.size) } }

    func write(_ bytes: UnsafeRawBufferPointer) throws(AnyFault) {
        try change { (writer: inout FileWriter) throws(StorageFault) in try writer.write(bytes) }
    }

    func beginTail() throws(AnyFault) {
        try change { (writer: inout FileWriter) throws(StorageFault) in try writer.beginTail() }
    }

    func replaceStart(_ bytes: [UInt8]) throws(AnyFault) {
        try change { (writer: inout FileWriter) throws(StorageFault) in try writer.replaceStart(bytes) }
    }

    func finish() throws(AnyFault) {
        try change { (writer: inout FileWriter) throws(StorageFault) in try writer.finish() }
    }

    /// What was written, hashed; finishes the file if nobody has.
    func parts() throws(StorageFault) -> [FileDigest.Part] {
        try state.withLock { writer throws(StorageFault) in
            try writer.finish()
            return writer.parts
        }
    }

    /// Lets go of the file; it takes nothing more.
    func abandon() {
        state.withLock { $0.abandon() }
    }

    private func change(_ work: (inout FileWriter) throws(StorageFault) -> Void) throws(AnyFault) {
        do throws(StorageFault) {
            try state.withLock { writer throws(StorageFault) in try work(&writer) }
        } catch {
            throw AnyFault(error)
        }
    }
}
