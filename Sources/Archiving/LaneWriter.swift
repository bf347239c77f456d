import Compression
import Engine
import Faults

/// Cuts the data of one lane into segments. It belongs to one thread at a time.
struct LaneWriter: Sendable {
    private let line: WorkLine
    private let lane: Int
    /// The segment that is being filled.
    private var buffer: SegmentBuffer?
    /// The last data before it, as its dictionary.
    private var history: [UInt8] = []
    private var hasRows = false
    /// Bytes since a reader could begin.
    private var partBytes: Int64 = 0

    /// Opens the next lane.
    init(_ line: WorkLine) {
        self.line = line
        lane = line.open()
    }

    /// Begins a stream; the first segment of COPY text is free of history.
    mutating func beginStream(hasRows: Bool) throws(AnyFault) {
        self.hasRows = hasRows
        try line.add(.beginStream, to: lane)
    }

    /// Begins in the middle of a stream, with a row.
    mutating func continueStream() { hasRows = true }

    /// Adds what is no data; the data before it goes first.
    mutating func add(_ item: ArchiveItem) throws(AnyFault) {
        try flush()
        history = []
        partBytes = 0
        try line.add(item, to: lane)
    }

    /// Takes the next data of the stream.
    mutating func take(_ bytes: UnsafeRawBufferPointer) throws(AnyFault) {
        var rest = bytes
        while !rest.isEmpty {
            if buffer == nil { buffer = try nextBuffer() }
            guard let buffer else { return }
            buffer.take(&rest)
            if buffer.room == 0 { try submit(buffer) }
        }
    }

    /// Takes a few bytes more.
    mutating func take(_ bytes: [UInt8]) throws(AnyFault) {
        try bytes.withUnsafeBufferPointer { (buffer) throws(AnyFault) in
            try take(UnsafeRawBufferPointer(buffer))
        }
    }

    /// Hands over what is left.
    mutating func close() throws(AnyFault) {
        try flush()
        line.close(lane)
    }

    /// Closes a lane of which all data has been handed over.
    func closeEmpty() { line.close(lane) }

    private mutating func nextBuffer() throws(AnyFault) -> SegmentBuffer {
        let buffer = try line.buffer()
        history.withUnsafeBytes { buffer.begin(dictionary: $0) }
        return buffer
    }

    private mutating func flush() throws(AnyFault) {
        guard let buffer else { return }
        self.buffer = nil
        try line.compress(buffer, hasRows: hasRows, in: lane)
    }

    /// Hands over a full segment; where a part is long enough, it ends with its last whole row.
    private mutating func submit(_ buffer: SegmentBuffer) throws(AnyFault) {
        self.buffer = nil
        let data = buffer.data
        partBytes += Int64(data.count)
        var carried: [UInt8] = []
        if hasRows, partBytes >= line.partBytes,
            let end = data.lastIndex(of: 10).map({ $0 + 1 })
        {
            carried = Array(data[end...])
            buffer.cut(to: end)
            history = []
            partBytes = Int64(carried.count)
        } else {
            history = Array(data.suffix(SegmentLimits.dictionaryMax))
        }
        try line.compress(buffer, hasRows: hasRows, in: lane)
        try take(carried)
    }
}
