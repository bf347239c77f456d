import Measures

/// Something that is worth doing, before it is asked whether it may be done, and whether there is time.
struct MaintenanceNeed: Sendable, Equatable {
    var kind: MaintenanceClass
    var oid: UInt32
    var object: QualifiedName
    /// The table that it locks: only one action at a time works on it.
    var table: QualifiedName
    /// What was seen, against which limit.
    var reason: String
    /// How many times the limit was reached, at least about 1.
    var ratio: Double
    /// What is read and written: the measure of the time it takes.
    var size: ByteCount
    /// What the limits of the job's file compare.
    var comparedSize: ByteCount
    var options = MaintenanceOptions()
    var isEmergency = false
    /// What stands against it, nil for nothing.
    var obstacle: String?

    /// Greater than that of every less urgent one: the class first, then by how much the limit is passed.
    func urgency(nightsWaited: Int) -> Double {
        let weight = max(ratio, 0) * Double(1 + nightsWaited)
        let base =
            switch kind {
            case .freeze: isEmergency ? 6.0 : 4.0
            case .leftover: 5.0
            case .vacuum: 3.0
            case .analyze: 2.0
            case .reindex: 1.0
            }
        // Below 1, however far the limit is passed, so that classes keep their order.
        return base + (weight.isFinite ? weight / (1 + weight) : 1) * 0.999
    }
}
