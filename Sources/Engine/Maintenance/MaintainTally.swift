import Policy

/// What a run of maintenance came to so far, object by object.
struct MaintainTally: Sendable, Equatable {
    private var counts: [MaintenanceRecord.State: Int] = [:]
    /// What failed first, for one line.
    private(set) var firstFailure: String?

    /// Counts an action that has ended.
    mutating func add(_ record: MaintenanceRecord) {
        counts[record.state, default: 0] += 1
        if record.state == .failed, firstFailure == nil { firstFailure = Self.line(record) }
    }

    /// Counts all of another.
    mutating func add(_ other: MaintainTally) {
        counts.merge(other.counts, uniquingKeysWith: +)
        firstFailure = firstFailure ?? other.firstFailure
    }

    /// How many failed.
    var failed: Int { counts[.failed] ?? 0 }

    /// `12 done, 2 no effect, 3 wait`; `nothing to do` if nothing was worth doing.
    var text: String {
        let parts = MaintenanceRecord.State.allCases.compactMap { state -> String? in
            guard let count = counts[state] else { return nil }
            let word =
                switch state {
                case .waits: count == 1 ? "waits" : "wait"
                case .running, .done, .noEffect, .skipped, .cancelled, .failed: state.rawValue
                }
            return "\(count) \(word)"
        }
        return parts.isEmpty ? "nothing to do" : parts.joined(separator: ", ")
    }

    /// `vacuum public.orders: permission denied`.
    private static func line(_ record: MaintenanceRecord) -> String {
        "\(record.kind.rawValue) \(record.object.schema).\(record.object.name): \(record.detail)"
    }
}
