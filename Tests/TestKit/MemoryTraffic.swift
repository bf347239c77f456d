package import Engine
package import Faults
package import FoundationEssentials
package import Policy

/// The record of traffic in memory.
package actor MemoryTraffic: TrafficBook {
    private var readings: [String: (minute: Int64, reading: TrafficReading?)] = [:]
    private var counted: [String: [Date: TrafficQuarter]] = [:]
    private var chosen: [TrafficChoice] = []
    private var fault: AnyFault?

    package init() {}

    /// From now on everything fails with this, or nothing any more.
    package func fail(with fault: AnyFault?) { self.fault = fault }

    package func takeTurn(target: String, minute: Int64) throws(AnyFault) -> TrafficTurn {
        if let fault { throw fault }
        let last = readings[target]
        if let last, last.minute >= minute, last.minute <= minute + 60 { return .others }
        readings[target] = (minute, last?.reading)
        return .mine(before: last?.reading)
    }

    package func record(
        _ reading: TrafficReading, of target: String, minute: Int64, quarter: TrafficQuarter?
    ) throws(AnyFault) {
        if let fault { throw fault }
        guard readings[target]?.minute == minute else { return }
        readings[target]?.reading = reading
        guard let quarter else { return }
        counted[target, default: [:]][quarter.start, default: quarter.empty].add(quarter)
    }

    package func quarters(target: String, since: Date) throws(AnyFault) -> [TrafficQuarter] {
        if let fault { throw fault }
        return (counted[target] ?? [:]).values.filter { $0.start >= since }.sorted { $0.start < $1.start }
    }

    package func choices(window: String?) throws(AnyFault) -> [TrafficChoice] {
        if let fault { throw fault }
        return chosen.filter { window == nil || $0.window == window }
            .sorted { ($0.window, $0.terms) < ($1.window, $1.terms) }
    }

    package func record(_ choice: TrafficChoice) throws(AnyFault) {
        if let fault { throw fault }
        chosen.removeAll { $0.window == choice.window && $0.terms == choice.terms }
        chosen.append(choice)
    }

    package func forgetTraffic(before: Date) throws(AnyFault) {
        if let fault { throw fault }
        chosen.removeAll { $0.decidedAt < before }
        for target in counted.keys { counted[target] = counted[target]?.filter { $0.key >= before } }
    }
}

extension TrafficQuarter {
    fileprivate var empty: TrafficQuarter {
        TrafficQuarter(start: start, seconds: 0, ownSeconds: 0, amounts: [:])
    }
}
