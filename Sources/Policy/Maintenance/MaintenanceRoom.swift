import Measures

/// What is left of the window, filled in the order of urgency.
struct MaintenanceRoom {
    private let left: Duration?
    /// When each worker is free again.
    private var lanes: [Duration]
    /// When each table is free again: never two statements on one.
    private var tables: [QualifiedName: Duration] = [:]

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
        let start = max(lanes[lane], tables[need.table] ?? .zero)
        let end = start + duration
        if let left, end > left, !need.isEmergency {
            let room = max(left - start, .zero)
            let rest = room == .zero ? "nothing" : DurationText.render(room)
            return .waits(
                because: "it takes about \(DurationText.render(duration)), with \(rest) left of the window")
        }
        lanes[lane] = end
        tables[need.table] = end
        return need.isEmergency ? .emergency : .now
    }
}
