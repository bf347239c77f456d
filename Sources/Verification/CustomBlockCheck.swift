import ArchiveFormat

/// Decodes one block of a custom archive from its head to its end.
struct CustomBlockCheck {
    let file: ArchiveFile
    let entry: DataEntry
    let extent: Extent
    let wrapping: Workbench.Wrapping

    private var outcome = BlockOutcome()
    private var walker: BlockWalker
    private var stream: StreamReader?
    private var content = DataContent.other
    /// The number of the open large object.
    private var object: UInt32 = 0
    /// Streams that have ended; large objects have one each.
    private var streamsEnded = 0
    /// Data of the open stream that waits in the worker's input buffer: where it begins there, and its bytes.
    private var gathered = Gathered(start: 0, count: 0)

    private struct Gathered {
        var start: Int
        var count: Int
    }

    init(file: ArchiveFile, entry: DataEntry, extent: Extent, wrapping: Workbench.Wrapping) {
        self.file = file
        self.entry = entry
        self.extent = extent
        self.wrapping = wrapping
        walker = BlockWalker(start: extent.start)
    }

    /// Reads the block, and says what it holds or what is wrong with it.
    mutating func run(_ bench: Workbench) -> BlockOutcome {
        do {
            try readBlock(bench)
        } catch {
            outcome.finding = finding(error)
            if case .stream(let flaw) = error { outcome.needsWindow = flaw.needsWindow }
        }
        content.settle(&outcome)
        return outcome
    }

    private enum Problem: Error {
        case stream(StreamReader.Flaw)
        case file(VerificationFault)
        case frame(FindingKind, String, offset: Int64)
    }

    private mutating func readBlock(_ bench: Workbench) throws(Problem) {
        do {
            content = try DataContent(isObjects: entry.isLargeObjects, isCopyText: entry.isCopyText, bench)
        } catch {
            throw .stream(error)
        }
        var reader = ExtentReader(file: file, extent: extent, bench: bench)
        var isOver = false
        while true {
            var window: UnsafeRawBufferPointer
            do { window = try reader.window() } catch { throw .file(error) }
            if window.isEmpty { break }
            while !isOver {
                if walker.skippable > 0 {
                    guard !window.isEmpty else { break }
                    gather(&window, bench)
                } else {
                    guard let step = walker.next(&window) else { break }
                    isOver = try handle(step, bench)
                }
            }
            try decodeGathered(bench)
            if isOver { break }
        }
        guard isOver else {
            let kind: FindingKind = extent.end == file.size ? .fileTruncated : .blockTruncated
            throw .frame(
                kind, "the file ends within the data of \(entry.qualifiedName)", offset: walker.position)
        }
        guard walker.position == extent.end else {
            let rest = extent.end - walker.position
            throw .frame(
                .blockLeftOver, "after the data of \(entry.qualifiedName), \(rest) bytes belong to nothing",
                offset: walker.position)
        }
    }

    /// Joins what the window holds of the current chunk to the data before it.
    ///
    /// pg_dump's chunks have 4 KiB, and each call of a decoder costs a copy of its window; so the heads
    /// between chunks are closed up in place, and the whole of a buffer is decoded at once.
    private mutating func gather(_ window: inout UnsafeRawBufferPointer, _ bench: Workbench) {
        let count = Int(min(Int64(window.count), walker.skippable))
        let rest = window.dropping(count)
        let offset = bench.input.count - bench.distanceToEnd(of: window)
        if gathered.count == 0 {
            gathered.start = offset
        } else {
            let room = UnsafeMutableRawBufferPointer(
                rebasing: bench.input[(gathered.start + gathered.count)...])
            room.copyMemory(from: window.part(0, count))
        }
        gathered.count += count
        walker.skip(Int64(count))
        window = rest
    }

    /// Decodes what was gathered.
    private mutating func decodeGathered(_ bench: Workbench) throws(Problem) {
        let data = UnsafeRawBufferPointer(bench.input).part(gathered.start, gathered.start + gathered.count)
        gathered.count = 0
        do {
            try stream?.feed(data) { content.take($0) }
        } catch {
            throw .stream(error)
        }
    }

    /// Takes a step of the walk; true when the block is over.
    private mutating func handle(_ step: BlockWalker.Step, _ bench: Workbench) throws(Problem) -> Bool {
        switch step {
        case .began(let kind, let id, let offset):
            guard id == entry.id, (kind == .largeObjects) == entry.isLargeObjects else {
                throw .frame(
                    .blockMalformed,
                    "the data of \(entry.qualifiedName) begins with the head of another entry",
                    offset: offset)
            }
            if kind == .data { try beginStream(bench) }
        case .object(let oid):
            object = oid
            try beginStream(bench)
        case .chunk(let length):
            guard length <= extent.end - walker.position else {
                let kind: FindingKind = extent.end == file.size ? .fileTruncated : .blockTruncated
                throw .frame(
                    kind,
                    "a chunk of the data of \(entry.qualifiedName) has \(length) bytes, more than follow",
                    offset: walker.position)
            }
        case .streamEnded:
            try decodeGathered(bench)
            try endStream()
        case .ended:
            return true
        case .malformed(let what, let offset):
            throw .frame(.blockMalformed, what, offset: offset)
        }
        return false
    }

    private mutating func beginStream(_ bench: Workbench) throws(Problem) {
        do {
            stream = try StreamReader(wrapping, bench: bench, allowsMembers: false)
        } catch {
            throw .stream(error)
        }
    }

    private mutating func endStream() throws(Problem) {
        guard var stream else { return }
        do {
            try stream.finish(allowsNothing: entry.isLargeObjects)
        } catch {
            throw .stream(error)
        }
        outcome.decoded += stream.decoded
        outcome.isChecked = outcome.isChecked && (stream.isChecked || stream.isEmpty)
        if entry.isLargeObjects {
            outcome.largeObjects += 1
            content.endObject(object)
        }
        guard content.isTerminated else {
            throw .frame(
                .copyTerminator, "the rows of \(entry.qualifiedName) do not end with '\\.'",
                offset: walker.position)
        }
        self.stream = nil
        streamsEnded += 1
    }

    private func finding(_ problem: Problem) -> Finding {
        switch problem {
        case .stream(let flaw):
            Finding(
                flaw, subject: entry.qualifiedName, file: nil,
                offset: ChunkMap(file: file, extent: extent).position(
                    stream: streamsEnded, byte: stream?.used ?? 0))
        case .file(let fault):
            Finding(fault, subject: entry.qualifiedName, file: nil)
        case .frame(let kind, let message, let offset):
            Finding(kind, subject: entry.qualifiedName, offset: offset, message: message)
        }
    }
}
