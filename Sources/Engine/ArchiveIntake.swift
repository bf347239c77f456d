import ArchiveFormat
import Faults
import Measures

/// Takes a custom archive from pg_dump's pipe: writes it, follows its blocks, and at the end sets the data offsets.
///
/// Written to a pipe, an archive has no offsets, and the parallel `pg_restore -j` needs them
/// (`pg_backup_custom.c`, `_CloseArchive`); since every block passes by here, they can be filled in.
final class ArchiveIntake: ByteSink {
    private let state: Guarded<State>

    fileprivate struct State {
        var scanner = ArchiveScanner()
        let file: any IncomingFile
        var tailBegun = false
        var follower: DumpFollower
    }

    init(
        file: any IncomingFile, estimate: DumpEstimate, meter: ProgressMeter
    ) {
        state = Guarded(State(file: file, follower: DumpFollower(estimate, meter)))
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(AnyFault) {
        try state.withLock { (state: inout State) throws(AnyFault) in try state.take(bytes) }
    }

    /// Ends the archive: all blocks must have been seen; the start with its offsets is written anew.
    func finish() throws(AnyFault) {
        try state.withLock { (state: inout State) throws(AnyFault) in try state.finish() }
    }
}

extension ArchiveIntake.State {
    fileprivate mutating func take(_ bytes: UnsafeRawBufferPointer) throws(AnyFault) {
        do throws(ArchiveFault) {
            try scanner.consume(bytes)
        } catch {
            throw AnyFault(error)
        }
        try store(bytes)
        follower.report(
            scanner.contents?.entries, finished: scanner.finishedEntries, current: scanner.currentEntry,
            bytes: file.size)
    }

    /// Writes the bytes and marks where the table of contents ends and the data begins.
    private mutating func store(_ bytes: UnsafeRawBufferPointer) throws(AnyFault) {
        guard !tailBegun, scanner.contents != nil else { return try file.write(bytes) }
        let rest = Int(clamping: scanner.contentsLength - file.size.bytes)
        try file.write(UnsafeRawBufferPointer(rebasing: bytes[..<rest]))
        try file.beginTail()
        tailBegun = true
        try file.write(UnsafeRawBufferPointer(rebasing: bytes[rest...]))
    }

    fileprivate mutating func finish() throws(AnyFault) {
        let patched: ArchiveScanner.Patched
        do throws(ArchiveFault) {
            patched = try scanner.finish()
        } catch {
            throw AnyFault(error)
        }
        try file.replaceStart(patched.contentsBytes)
        try file.finish()
    }
}
