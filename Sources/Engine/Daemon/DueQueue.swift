import FoundationEssentials

/// Schedules by the instant of their next slot, the soonest first: a binary heap.
struct DueQueue: Sendable {
    private struct Entry: Sendable {
        var at: Date
        var index: Int
    }

    private var entries: [Entry] = []

    /// The instant of the soonest slot.
    var soonest: Date? { entries.first?.at }

    /// Adds a schedule by its place in the list of schedules; each is in the queue once at most.
    mutating func add(_ index: Int, at: Date) {
        entries.append(Entry(at: at, index: index))
        var child = entries.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard entries[child].at < entries[parent].at else { return }
            entries.swapAt(child, parent)
            child = parent
        }
    }

    /// Takes the soonest out if it is due.
    mutating func popDue(_ now: Date) -> Int? {
        guard let first = entries.first, first.at <= now else { return nil }
        let last = entries.removeLast()
        if !entries.isEmpty {
            entries[0] = last
            sink()
        }
        return first.index
    }

    private mutating func sink() {
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < entries.count {
                if entries[child].at < entries[least].at { least = child }
            }
            guard least != parent else { return }
            entries.swapAt(parent, least)
            parent = least
        }
    }
}
