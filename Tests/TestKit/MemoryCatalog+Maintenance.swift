package import Engine
package import Faults
package import FoundationEssentials
import Policy

/// What maintenance did.
extension MemoryCatalog {
    package mutating func record(_ actions: [MaintenanceRecord], of run: UUID, lease: Lease?, now: Date)
        throws(AnyFault)
    {
        try check(run, lease)
        for action in actions {
            // As a round through the catalog leaves it: no zero bytes, and times as they are stored.
            let stored = MaintenanceForm(action, clean: Self.storable).record(of: run)
            let place = maintained.firstIndex {
                $0.run == run && $0.attempt == action.attempt && $0.ordinal == action.ordinal
            }
            guard let place else {
                maintained.append(stored)
                continue
            }
            if maintained[place].state == .running { maintained[place] = stored }
        }
    }

    package func maintenance(of run: UUID) -> [MaintenanceRecord] {
        maintained.filter { $0.run == run }.sorted { ($0.attempt, $0.ordinal) < ($1.attempt, $1.ordinal) }
    }

    package func maintenance(target: String, since: Date, perObject: Int) -> [MaintenanceRecord] {
        let newest = maintained.filter { $0.target == target && $0.startedAt >= since }.sorted {
            ($0.startedAt, $0.run.uuidString, $0.attempt, $0.ordinal)
                > ($1.startedAt, $1.run.uuidString, $1.attempt, $1.ordinal)
        }
        var counts: [[String]: Int] = [:]
        return newest.filter { action in
            let key = [action.database, action.object.schema, action.object.name, action.kind.rawValue]
            counts[key, default: 0] += 1
            return counts[key, default: 0] <= perObject
        }
    }
}

extension MemoryRunBook: MaintenanceBook {
    package func record(_ actions: [MaintenanceRecord], of run: UUID, lease: Lease?) async throws(AnyFault) {
        try check()
        try catalog.record(actions, of: run, lease: lease, now: clock())
    }

    package func maintenance(of run: UUID) async throws(AnyFault) -> [MaintenanceRecord] {
        try check()
        return catalog.maintenance(of: run)
    }

    package func maintenance(target: String, since: Date, perObject: Int)
        async throws(AnyFault) -> [MaintenanceRecord]
    {
        try check()
        return catalog.maintenance(target: target, since: since, perObject: perObject)
    }
}
