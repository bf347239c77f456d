import ArchiveFormat
import Compression
import Dispatch
import Engine
import Faults
import Synchronization

/// Compresses segments on several threads, and writes everything in its order.
///
/// Items stand in lanes, and lanes one behind the other: each lane is filled by one thread, and the first one that is not
/// over is written. Whichever worker has compressed what comes next writes it, and what follows it and is ready; so
/// nothing waits for a thread of its own, and only one thread writes at a time.
final class WorkLine: Sendable {
    /// One thread's place in the order.
    struct Lane: Sendable {
        fileprivate var items: [Slot] = []
        /// Items of `items` that are written.
        fileprivate var next = 0
        /// Items that were written before them, and are forgotten.
        fileprivate var forgotten = 0
        /// Compressed bytes that wait.
        fileprivate var waitingBytes = 0
        fileprivate var isOver = false
        /// What its thread waits for, while it waits for the lanes before it.
        fileprivate var gate: DispatchSemaphore?
    }

    fileprivate enum Slot: Sendable {
        case ready(ArchiveItem)
        /// A segment that is being compressed.
        case pending
        case written
    }

    fileprivate struct Job: Sendable {
        var buffer: SegmentBuffer
        var lane: Int
        var slot: Int
        var hasRows: Bool
    }

    fileprivate struct State: Sendable {
        var lanes: [Int: Lane] = [:]
        /// The lane that is being written, and the one that is opened next.
        var (first, opened) = (0, 0)
        var jobs: [Job] = []
        var jobsTaken = 0
        var buffers: [SegmentBuffer] = []
        var isWriting = false
        var isClosed = false
        var isStopped = false
        var failure: AnyFault?
        var finished: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())
    private let output: Mutex<ArchiveOutput?> = Mutex(nil)
    private let free = DispatchSemaphore(value: 0)
    private let work = DispatchSemaphore(value: 0)
    private let workers: Int
    /// A reader may begin in the middle of a table after so many bytes of it.
    let partBytes: Int64
    private let progress: @Sendable (ArchiveProgress) -> Void

    /// Starts the workers.
    ///
    /// - Parameter makeCompressor: Called once on each worker's thread.
    init(
        workers: Int, partBytes: Int64,
        makeCompressor: @escaping @Sendable () throws(CompressionFault) -> any SegmentCompressor,
        progress: @escaping @Sendable (ArchiveProgress) -> Void
    ) {
        self.partBytes = partBytes
        self.workers = max(1, min(workers, ArchivingLimits.workersMax))
        self.progress = progress
        // Each worker has one under way and one ready; sources fill the rest. A semaphore may not end with less than it
        // began with, and buffers may be out when all is over.
        for _ in 0..<2 * self.workers + 2 { free.signal() }
        for number in 0..<self.workers {
            DispatchQueue(label: "pgvigil.archive.\(number)").async { self.run(makeCompressor) }
        }
    }

    /// Writes the start of the archive; nothing may be added to a lane before.
    func begin(_ file: any IncomingFile, _ contents: TableOfContents) throws(AnyFault) {
        try output.withLock { (output) throws(AnyFault) in
            output = try ArchiveOutput(file: file, contents: contents, partBytes: partBytes)
        }
    }

    /// Opens the next lane.
    func open() -> Int {
        state.withLock { state in
            state.lanes[state.opened] = Lane()
            state.opened += 1
            return state.opened - 1
        }
    }

    /// A buffer to fill; waits while all of them are in use.
    func buffer() throws(AnyFault) -> SegmentBuffer {
        free.wait()
        if let failure = state.withLock({ $0.failure }) {
            // Whoever waits beside us is to learn of it, too.
            free.signal()
            throw failure
        }
        return state.withLock { $0.buffers.popLast() } ?? SegmentBuffer()
    }

    /// Adds what need not be compressed.
    func add(_ item: ArchiveItem, to lane: Int) throws(AnyFault) {
        try check()
        state.withLock { $0.lanes[lane]?.items.append(.ready(item)) }
        write()
    }

    /// Adds a segment, which is compressed in its turn; waits while too much of the lane waits for those before it.
    func compress(_ buffer: SegmentBuffer, hasRows: Bool, in lane: Int) throws(AnyFault) {
        let gate: DispatchSemaphore? = state.withLock { state in
            guard let slot = state.lanes[lane]?.appendPending() else { return nil }
            state.jobs.append(Job(buffer: buffer, lane: lane, slot: slot, hasRows: hasRows))
            guard lane != state.first, state.failure == nil,
                state.lanes[lane].map({ $0.waitingBytes > ArchivingLimits.waitingBytesMax }) == true
            else { return nil }
            let gate = DispatchSemaphore(value: 0)
            state.lanes[lane]?.gate = gate
            return gate
        }
        work.signal()
        gate?.wait()
        try check()
    }

    /// Nothing more is added to this lane.
    func close(_ lane: Int) {
        state.withLock { $0.lanes[lane]?.isOver = true }
        write()
    }

    /// Waits until everything is written, and ends the workers.
    func finish<Value: Sendable>(
        _ ending: (ArchiveOutput) throws(AnyFault) -> Value
    ) async throws(AnyFault) -> Value? {
        await withCheckedContinuation { continuation in
            state.withLock { state in
                state.isClosed = true
                state.finished = continuation
            }
            settle()
        }
        stop()
        try check()
        return try output.withLock { (output) throws(AnyFault) in
            guard let output else { return nil }
            return try ending(output)
        }
    }

    /// Ends the workers and whoever waits, whatever is left to do.
    func abandon(_ fault: AnyFault) {
        fail(fault)
        stop()
    }

    /// - Throws: What went wrong first.
    func check() throws(AnyFault) {
        if let failure = state.withLock({ $0.failure }) { throw failure }
    }

    /// Notes what went wrong; everybody who waits goes on and learns of it.
    func fail(_ fault: AnyFault) {
        let gates = state.withLock { state in
            if state.failure == nil { state.failure = fault }
            let gates = state.lanes.values.compactMap(\.gate)
            for lane in state.lanes.keys { state.lanes[lane]?.gate = nil }
            return gates
        }
        for gate in gates { gate.signal() }
        free.signal()
        settle()
    }

    private func stop() {
        let isFirst = state.withLock { state in
            defer { state.isStopped = true }
            return !state.isStopped
        }
        guard isFirst else { return }
        for _ in 0..<workers { work.signal() }
    }
}

// MARK: - The workers

extension WorkLine {
    private func run(_ makeCompressor: () throws(CompressionFault) -> any SegmentCompressor) {
        let room = UnsafeMutableRawBufferPointer.allocate(
            byteCount: SegmentLimits.bound(ArchivingLimits.segmentBytes), alignment: 64)
        defer { room.deallocate() }
        do throws(CompressionFault) {
            let compressor = try makeCompressor()
            while let job = nextJob() {
                let segment = try CompressedSegment(
                    job.buffer, hasRows: job.hasRows, with: compressor, room: room)
                giveBack(job.buffer)
                complete(job, segment)
                write()
            }
        } catch {
            fail(AnyFault(error))
        }
    }

    private func nextJob() -> Job? {
        while true {
            work.wait()
            let (job, isStopped): (Job?, Bool) = state.withLock { state in
                guard state.failure == nil, state.jobsTaken < state.jobs.count else {
                    return (nil, state.isStopped)
                }
                let job = state.jobs[state.jobsTaken]
                state.jobsTaken += 1
                if state.jobsTaken == state.jobs.count {
                    state.jobs.removeAll(keepingCapacity: true)
                    state.jobsTaken = 0
                }
                return (job, false)
            }
            if let job { return job }
            if isStopped { return nil }
        }
    }

    private func giveBack(_ buffer: SegmentBuffer) {
        state.withLock { $0.buffers.append(buffer) }
        free.signal()
    }

    private func complete(_ job: Job, _ segment: CompressedSegment) {
        state.withLock { state in
            state.lanes[job.lane]?.fill(job.slot, segment)
        }
    }

    /// Writes whatever is ready in its order, unless somebody does so already.
    private func write() {
        while let item = nextItem() {
            do throws(AnyFault) {
                let progress: ArchiveProgress? = try output.withLock { (output) throws(AnyFault) in
                    try output?.perform(item)
                    switch item {
                    case .segment, .endBlock: return output?.progress
                    case .beginBlock, .beginObject, .beginStream, .endStream: return nil
                    }
                }
                if let progress { self.progress(progress) }
            } catch {
                fail(error)
            }
            state.withLock { $0.isWriting = false }
        }
        settle()
    }

    /// The next item in the order, if it is ready and nobody writes; the caller writes it then.
    private func nextItem() -> ArchiveItem? {
        let (item, opened): (ArchiveItem?, [DispatchSemaphore]) = state.withLock { $0.takeNext() }
        for gate in opened { gate.signal() }
        return item
    }

    /// Tells whoever waits for the end, once it has come.
    private func settle() {
        let waiting: CheckedContinuation<Void, Never>? = state.withLock { state in
            let isOver = state.isClosed && state.lanes.isEmpty && !state.isWriting
            guard isOver || (state.failure != nil && !state.isWriting) else { return nil }
            defer { state.finished = nil }
            return state.finished
        }
        waiting?.resume()
    }
}

extension WorkLine.State {
    /// The next item in the order, if it is ready and nobody writes; and the gates of lanes whose turn has come.
    fileprivate mutating func takeNext() -> (ArchiveItem?, [DispatchSemaphore]) {
        var opened: [DispatchSemaphore] = []
        guard !isWriting, failure == nil else { return (nil, opened) }
        while let lane = lanes[first] {
            if lane.next < lane.items.count {
                guard case .ready(let item) = lane.items[lane.next] else { return (nil, opened) }
                lanes[first]?.pop(item)
                isWriting = true
                return (item, opened)
            }
            guard lane.isOver else { break }
            lanes[first] = nil
            first += 1
            if let gate = lanes[first]?.gate { opened.append(gate) }
            lanes[first]?.gate = nil
        }
        return (nil, opened)
    }
}

extension WorkLine.Lane {
    /// Adds a segment that is not there yet, and says where.
    fileprivate mutating func appendPending() -> Int {
        items.append(.pending)
        return forgotten + items.count - 1
    }

    fileprivate mutating func fill(_ slot: Int, _ segment: CompressedSegment) {
        items[slot - forgotten] = .ready(.segment(segment))
        waitingBytes += segment.bytes.count
    }

    /// Takes the next item out.
    fileprivate mutating func pop(_ item: ArchiveItem) {
        items[next] = .written
        next += 1
        if case .segment(let segment) = item { waitingBytes -= segment.bytes.count }
        guard next == 256 else { return }
        items.removeFirst(next)
        forgotten += next
        next = 0
    }
}
