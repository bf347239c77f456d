import ArchiveFormat
import Measures

/// Counts entries as their data arrives, in the order of the table of contents, and reports how far it is.
struct DumpFollower: Sendable {
    private var estimate: DumpEstimate
    private var meter: ProgressMeter
    /// The first entry of the table of contents whose data has not been counted as done.
    private var uncounted = 0
    /// Entries counted as done.
    private var counted = 0
    private var total: Int?

    init(_ estimate: DumpEstimate, _ meter: ProgressMeter) {
        self.estimate = estimate
        self.meter = meter
    }

    /// - Parameters:
    ///   - entries: Those of the table of contents; nil before it is there.
    ///   - finished: Entries whose data is there; pg_dump writes it in their order (`WriteDataChunks`).
    ///   - current: The entry whose data arrives.
    mutating func report(_ entries: [TOCEntry]?, finished: Int, current: TOCEntry?, bytes: ByteCount) {
        while counted < finished, let entries, entries.indices.contains(uncounted) {
            let entry = entries[uncounted]
            uncounted += 1
            guard entry.hasData else { continue }
            counted += 1
            estimate.finished(entry.qualifiedName)
        }
        if total == nil, let entries { total = entries.count { $0.hasData } }
        let (estimate, total) = (estimate, total ?? 0)
        meter.tick {
            estimate.progress(bytes: bytes, done: finished, total: total, current: current?.qualifiedName)
        }
    }
}
