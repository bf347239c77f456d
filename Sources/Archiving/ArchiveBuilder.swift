import ArchiveFormat
import Compression
import Dispatch
import Engine
import Faults
import Synchronization

/// Puts one archive together.
final class ArchiveBuilder: ArchiveAssembly {
    private struct Intake: Sendable {
        var rewriter: StreamRewriter
        /// The lane of pg_dump's own data.
        var lane: LaneWriter?
        var isEnded = false
        /// Set once the data comes from elsewhere.
        var isRefusing = false
        var waiter: CheckedContinuation<TableOfContents?, Never>?
    }

    private let file: any IncomingFile
    private let line: WorkLine
    private let intake: Mutex<Intake>
    private let objects: LargeObjectDigester
    /// Holds pg_dump's stream where its data begins.
    private let decision = DispatchSemaphore(value: 0)

    init(
        _ file: any IncomingFile, _ compression: SegmentCompression, workers: Int, partBytes: Int64,
        progress: @escaping @Sendable (ArchiveProgress) -> Void
    ) throws(CompressionFault) {
        self.file = file
        objects = try LargeObjectDigester()
        intake = Mutex(Intake(rewriter: StreamRewriter(level: compression.headerLevel)))
        line = WorkLine(
            workers: workers, partBytes: partBytes,
            makeCompressor: { () throws(CompressionFault) in try compression.compressor() },
            progress: progress)
    }

    func contents() async -> TableOfContents? {
        await withCheckedContinuation { continuation in
            let (known, isOver) = intake.withLock { intake in
                let contents = intake.rewriter.contents
                if contents == nil, !intake.isEnded { intake.waiter = continuation }
                return (contents, intake.isEnded)
            }
            if known != nil || isOver { continuation.resume(returning: known) }
        }
    }

    func endOfStream() {
        let waiter = intake.withLock { intake in
            intake.isEnded = true
            defer { intake.waiter = nil }
            return intake.waiter
        }
        waiter?.resume(returning: nil)
    }

    func proceed(_ source: ArchiveSource) {
        intake.withLock { intake in
            switch source {
            case .stream: break
            case .stretches: intake.isRefusing = true
            }
        }
        decision.signal()
    }

    func finish() async throws(AnyFault) -> ArchiveTally {
        let expected: Int
        do throws(AnyFault) {
            expected = try closeStream()
        } catch {
            line.abandon(error)
            throw error
        }
        let tally = try await line.finish { (output) throws(AnyFault) in
            guard output.finishedEntries == expected else {
                throw AnyFault(ArchiveFault.missingBlock("a table that nobody read"))
            }
            try output.finish()
            return output.tally
        }
        var whole = tally ?? ArchiveTally()
        whole.largeObjectsDigest = objects.digest
        return whole
    }

    func abandon() async {
        line.abandon(
            AnyFault(
                code: "archive.abandoned", summary: "the archive is not wanted any more",
                remedy: "Run the job again."))
        endOfStream()
        proceed(.stretches)
    }

    /// Ends the lane of pg_dump's stream; returns how many blocks the archive has.
    private func closeStream() throws(AnyFault) -> Int {
        try line.check()
        do throws(ArchiveFault) {
            return try intake.withLock { (intake: inout Intake) throws(ArchiveFault) in
                if intake.isRefusing { return intake.rewriter.blockCount }
                try intake.rewriter.checkEnd()
                if let lane = intake.lane { lane.closeEmpty() }
                return intake.rewriter.blockCount
            }
        } catch {
            throw AnyFault(error)
        }
    }
}

// MARK: - What comes in

extension ArchiveBuilder {
    func write(_ bytes: UnsafeRawBufferPointer) throws(AnyFault) {
        try line.check()
        var rest = bytes
        if try takeContents(&rest) { decision.wait() }
        let data = rest
        try intake.withLock { (intake: inout Intake) throws(AnyFault) in
            // What pg_dump still had in its pipe when it was stopped.
            if intake.isRefusing { return }
            guard intake.rewriter.contents != nil else { return }
            var lane = intake.lane ?? LaneWriter(line)
            intake.lane = nil
            defer { intake.lane = lane }
            do throws(AnyFault) {
                try intake.rewriter.takeBlocks(data, into: &lane, objects)
            } catch {
                line.fail(error)
                throw error
            }
        }
    }

    func stretch(of entry: Int, isFirst: Bool, isLast: Bool) throws(AnyFault) -> any ArchiveStretch {
        try LaneStretch(LaneWriter(line), entry: entry, isFirst: isFirst, isLast: isLast)
    }

    /// Whether the table of contents has just become complete; the archive's start is written then.
    private func takeContents(_ bytes: inout UnsafeRawBufferPointer) throws(AnyFault) -> Bool {
        var rest = bytes
        defer { bytes = rest }
        do throws(AnyFault) {
            let contents: TableOfContents? = try intake.withLock { (intake: inout Intake) throws(AnyFault) in
                guard intake.rewriter.contents == nil else { return nil }
                do throws(ArchiveFault) {
                    try intake.rewriter.takeContents(&rest)
                } catch {
                    throw AnyFault(error)
                }
                return intake.rewriter.contents
            }
            guard let contents else { return false }
            try line.begin(file, contents)
            let waiter = intake.withLock { intake in
                defer { intake.waiter = nil }
                return intake.waiter
            }
            waiter?.resume(returning: contents)
            return true
        } catch {
            line.fail(error)
            throw error
        }
    }
}

/// A stretch of a table's rows in a lane of its own.
private final class LaneStretch: ArchiveStretch {
    /// What stands behind the last row in an archive.
    private static let ending = Array("\\.\n\n\n".utf8)

    private let lane: Mutex<LaneWriter>
    private let isLast: Bool

    init(_ opened: LaneWriter, entry: Int, isFirst: Bool, isLast: Bool) throws(AnyFault) {
        var lane = opened
        self.isLast = isLast
        if isFirst {
            try lane.add(.beginBlock(entry: entry))
            try lane.beginStream(hasRows: true)
        } else {
            lane.continueStream()
        }
        self.lane = Mutex(lane)
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(AnyFault) {
        try lane.withLock { (lane: inout LaneWriter) throws(AnyFault) in try lane.take(bytes) }
    }

    func end() throws(AnyFault) {
        try lane.withLock { (lane: inout LaneWriter) throws(AnyFault) in
            if isLast {
                try lane.take(Self.ending)
                try lane.add(.endStream)
                try lane.add(.endBlock)
            }
            try lane.close()
        }
    }
}
