import Measures

/// What is left of the window, filled in the order of urgency.
package struct MaintenanceRoom {
    private let left: Duration?
    /// When each worker is free again.
    private var lanes: [Duration]
    /// When each table is free again: never two statements on one.
    private var tables: [QualifiedName: Duration] = [:]
    /// When the last of each class is over.
    private var classes: [MaintenanceClass: Duration] = [:]

    /// Whether statements of these classes may run beside each other in one database.
    ///
    /// REINDEX CONCURRENTLY waits at its end for every older snapshot of its database, that of another rebuild (before 14,
    /// and of indexes with an expression or a predicate) or of an ANALYZE among them; VACUUM's does not count
    /// (`WaitForOlderSnapshots` in src/backend/commands/indexcmds.c).
    package static func areFree(_ one: MaintenanceClass, _ other: MaintenanceClass) -> Bool {
        switch (one, other) {
        case (.reindex, .reindex), (.reindex, .analyze), (.analyze, .reindex): false
        case (.leftover, _), (.freeze, _), (.vacuum, _), (.analyze, _), (.reindex, _): true
        }
    }

    init(left: Duration?, workers: Int) {
        self.left = left
        lanes = Array(repeating: .zero, count: max(workers, 1))
    }

    /// Takes the room for it, if there is enough; what may not wait takes it anyway.
    ///
    /// What is too long waits, and what is shorter and less urgent takes its place.
    mutating func place(_ need: MaintenanceNeed, _ duration: Duration) -> MaintenanceAction.Fit {
        var lane = 0
        for other in lanes.indices where lanes[other] < lanes[lane] { lane = other }
        let others = classes.filter { !Self.areFree(need.kind, $0.key) }.values.max()
        let start = max(lanes[lane], tables[need.table] ?? .zero, others ?? .zero)
        let end = start + duration
        if let left, end > left, !need.isEmergency {
            let room = max(left - start, .zero)
            let rest = room == .zero ? "nothing" : DurationText.render(room)
            return .waits(
                because: "it takes about \(DurationText.render(duration)), with \(rest) left of the window")
        }
        lanes[lane] = end
        tables[need.table] = end
        classes[need.kind] = max(classes[need.kind] ?? .zero, end)
        return need.isEmergency ? .emergency : .now
    }
}
