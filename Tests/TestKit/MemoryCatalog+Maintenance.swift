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

    package func maintenance(in item: BackupItem, since: Date, perObject: Int) -> [MaintenanceRecord] {
        newest(since, perObject) {
            $0.target == item.target && $0.database == item.database
        } key: {
            [$0.object.schema, $0.object.name, $0.kind.rawValue]
        }
    }

    package func maintenance(beside item: BackupItem, since: Date, perClass: Int) -> [MaintenanceRecord] {
        newest(since, perClass) {
            $0.target == item.target && $0.database != item.database && $0.state == .done
        } key: {
            [$0.kind.rawValue]
        }
    }

    /// The newest of each key, so many at most.
    private func newest(
        _ since: Date, _ most: Int, where isWanted: (MaintenanceRecord) -> Bool,
        key: (MaintenanceRecord) -> [String]
    ) -> [MaintenanceRecord] {
        let newest = maintained.filter { $0.startedAt >= since && isWanted($0) }.sorted {
            ($0.startedAt, $0.run.uuidString, $0.attempt, $0.ordinal)
                > ($1.startedAt, $1.run.uuidString, $1.attempt, $1.ordinal)
        }
        var counts: [[String]: Int] = [:]
        return newest.filter { action in
            counts[key(action), default: 0] += 1
            return counts[key(action), default: 0] <= most
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

    package func maintenance(in item: BackupItem, since: Date, perObject: Int)
        async throws(AnyFault) -> [MaintenanceRecord]
    {
        try check()
        return catalog.maintenance(in: item, since: since, perObject: perObject)
    }

    package func maintenance(beside item: BackupItem, since: Date, perClass: Int)
        async throws(AnyFault) -> [MaintenanceRecord]
    {
        try check()
        return catalog.maintenance(beside: item, since: since, perClass: perClass)
    }
}
