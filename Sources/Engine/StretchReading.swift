import Faults

/// Reads stretches over all connections of a shared state into an archive, in order.
struct StretchReading: Sendable {
    let snapshot: any SharedSnapshot
    let assembly: any ArchiveAssembly
    private let queue: Guarded<Queue>

    private struct Queue: Sendable {
        var stretches: [TableStretch]
        var next = 0
        var fault: AnyFault?
    }

    init(_ stretches: [TableStretch], from snapshot: any SharedSnapshot, into assembly: any ArchiveAssembly) {
        self.snapshot = snapshot
        self.assembly = assembly
        queue = Guarded(Queue(stretches: stretches))
    }

    /// Reads everything.
    ///
    /// - Throws: What went wrong first; the archive is abandoned then.
    func perform() async throws(AnyFault) {
        await withTaskGroup(of: Void.self) { group in
            for reader in 0..<snapshot.readers { group.addTask { await read(reader) } }
            for await _ in group where queue.withLock({ $0.fault }) != nil { group.cancelAll() }
        }
        if let fault = queue.withLock({ $0.fault }) { throw fault }
    }

    private func read(_ reader: Int) async {
        do throws(AnyFault) {
            while let (stretch, sink) = try next() {
                if Task.isCancelled { throw RunScribe.interrupted }
                try await snapshot.copy(stretch, reader: reader, into: sink)
                try sink.end()
            }
        } catch {
            queue.withLock { queue in if queue.fault == nil { queue.fault = error } }
            // Others may wait for what this one was to bring.
            await assembly.abandon()
        }
    }

    /// The next stretch, opened in the archive while nobody else takes one, so that the orders are the same.
    private func next() throws(AnyFault) -> (TableStretch, any ArchiveStretch)? {
        try queue.withLock { (queue: inout Queue) throws(AnyFault) in
            guard queue.fault == nil, queue.next < queue.stretches.count else { return nil }
            let stretch = queue.stretches[queue.next]
            queue.next += 1
            return (
                stretch,
                try assembly.stretch(
                    of: stretch.entry, isFirst: stretch.isFirst, isLast: stretch.isLast)
            )
        }
    }
}
