import ArchiveFormat
import Archiving
import Compression
import Dispatch
import Engine
import Faults
import Measures
import Synchronization

/// Makes an archive of whatever comes, cut as its first byte says; one that is made holds what came.
@_cdecl("LLVMFuzzerTestOneInput")
package func fuzzRewriter(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
    guard size > 1, size < 256 << 10 else { return 0 }
    let stream = Array(UnsafeRawBufferPointer(start: data + 1, count: size - 1))
    let piece = max(1, Int(data[0]) * 16)
    let (file, over) = (MemoryFile(), DispatchSemaphore(value: 0))
    let assembly: any ArchiveAssembly
    do throws(AnyFault) {
        assembly = try Archiver().begin(file, compression: .isal(level: 1), workers: 1) { _ in }
    } catch {
        return 0
    }
    assembly.proceed(.stream)
    Task {
        do throws(AnyFault) {
            try feed(stream, piece, assembly)
            _ = try await assembly.finish()
            precondition(decode(file.bytes) == decode(stream))
        } catch {
            precondition(error.code.hasPrefix("archive."), "\(error)")
            await assembly.abandon()
        }
        over.signal()
    }
    over.wait()
    return 0
}

private func feed(_ stream: [UInt8], _ piece: Int, _ sink: any ByteSink) throws(AnyFault) {
    var start = 0
    while start < stream.count {
        let end = min(stream.count, start + piece)
        try stream[start..<end].withUnsafeBufferPointer { (buffer) throws(AnyFault) in
            try sink.write(UnsafeRawBufferPointer(buffer))
        }
        start = end
    }
}

/// The decoded data of every stream of an archive, in its order; nil where it is none.
private func decode(_ archive: [UInt8]) -> [[UInt8]]? {
    // The writer has taken the same bytes for an archive.
    guard let (contents, length) = try? TableOfContents.parsePrefix(archive) else { return nil }
    var walker = BlockWalker(start: Int64(length))
    var (found, stored): ([[UInt8]], [UInt8]) = ([], [])
    archive.withUnsafeBytes { raw in
        var rest = UnsafeRawBufferPointer(rebasing: raw[length...])
        while true {
            let count = min(Int(clamping: walker.skippable), rest.count)
            if count > 0 {
                stored += rest[..<count]
                walker.skip(Int64(count))
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            }
            guard let step = walker.next(&rest) else { return }
            guard step == .streamEnded else { continue }
            found.append(contents.header.codec == .none ? stored : inflate(stored))
            stored = []
        }
    }
    return found
}

private func inflate(_ stored: [UInt8]) -> [UInt8] {
    var room = [UInt8](repeating: 0, count: 1 << 20)
    // Whatever was written decodes whole; else the data differs, which is what is looked for.
    let step = try? stored.withUnsafeBytes { input in
        try room.withUnsafeMutableBytes { try Inflater(.zlib).decode(input, into: $0) }
    }
    return Array(room.prefix(step?.made ?? 0))
}

/// A file in memory.
private final class MemoryFile: IncomingFile {
    private let state = Mutex<[UInt8]>([])

    var bytes: [UInt8] { state.withLock { $0 } }
    var size: ByteCount { ByteCount(Int64(bytes.count)) }

    func write(_ bytes: UnsafeRawBufferPointer) throws(AnyFault) {
        let copy = Array(bytes)
        state.withLock { $0 += copy }
    }

    func beginTail() throws(AnyFault) {}
    func replaceStart(_ bytes: [UInt8]) throws(AnyFault) {
        state.withLock { $0.replaceSubrange(0..<bytes.count, with: bytes) }
    }

    func finish() throws(AnyFault) {}
}
