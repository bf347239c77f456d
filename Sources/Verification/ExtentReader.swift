import ArchiveFormat

/// A part of a file: from `start` up to `end`, in bytes.
struct Extent: Sendable, Equatable {
    var start: Int64
    var end: Int64

    var count: Int64 { max(0, end - start) }
}

/// Reads an extent window by window through a worker's input buffer.
struct ExtentReader {
    private let file: ArchiveFile
    private let extent: Extent
    private let bench: Workbench
    /// Where the next window begins.
    private var next: Int64

    init(file: ArchiveFile, extent: Extent, bench: Workbench) {
        self.file = file
        self.extent = extent
        self.bench = bench
        next = extent.start
    }

    /// The next window; empty at the end of the extent or of the file.
    mutating func window() throws(VerificationFault) -> UnsafeRawBufferPointer {
        guard !Task.isCancelled else { throw .cancelled }
        let wanted = Int(clamping: min(Int64(bench.input.count), extent.end - next))
        guard wanted > 0 else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        let filled = try file.read(into: .init(rebasing: bench.input[..<wanted]), at: next)
        next += Int64(filled)
        bench.meter.add(Int64(filled))
        return UnsafeRawBufferPointer(bench.input).part(0, filled)
    }
}
