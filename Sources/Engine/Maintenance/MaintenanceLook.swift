package import Faults
import FoundationEssentials
package import Jobs
import Measures
package import Policy

/// One look at a database: what it shows, and what is worth doing about it, the most urgent first.
package struct MaintenanceLook: Sendable {
    package var item: BackupItem
    package var facts: MaintenanceFacts
    package var plan: MaintenancePlan
    package var history: MaintenanceHistory
    /// Why nothing is known of earlier nights; nil if it is.
    package var forgot: AnyFault?

    /// What was recorded of the last so many days is looked at.
    static let daysMax = 400
    /// So many of the last times of each object and class.
    static let timesMax = 20
    /// So many of the last times of each class in other databases, which tell only how fast such work is.
    static let othersMax = 100

    /// Looks at a database and plans.
    ///
    /// - Parameter left: What is left of the window; nil for as long as it takes.
    /// - Throws: What keeps the facts from being read.
    package static func take(
        _ item: BackupItem, of target: Target, spec: MaintainSpec, left: Duration?,
        port: any MaintenancePort, book: JournaledBook
    ) async throws(AnyFault) -> MaintenanceLook {
        let facts = try await port.facts(of: target, database: item.database)
        var (past, others): ([MaintenanceRecord], [MaintenanceRecord]) = ([], [])
        var forgot: AnyFault?
        do throws(AnyFault) {
            let since = facts.takenAt - Double(daysMax) * 86_400
            past = try await book.maintenance(in: item, since: since, perObject: timesMax)
            others = try await book.maintenance(beside: item, since: since, perClass: othersMax)
        } catch {
            // Then only what waits for the catalog is known, and any other invalid index is a stranger's.
            forgot = error
        }
        past = await book.waiting().maintenance(past, in: item)
        let history = MaintenanceHistory(
            past.map { PastMaintenance($0) }, others: others.map { PastMaintenance($0) })
        return MaintenanceLook(
            item: item, facts: facts,
            plan: .make(
                facts: facts, limits: spec.limits, history: history, left: left, workers: spec.workers),
            history: history, forgot: forgot)
    }

    /// The most urgent first.
    package var actions: [MaintenanceAction] { plan.actions }

    /// One line: what is to be done, and what people should know beside it.
    package var detail: String {
        ([Self.count(actions)] + notices).joined(separator: "; ")
    }

    /// What people should know beside the actions.
    package var notices: [String] {
        plan.notices + (forgot.map { ["nothing is known of earlier nights: \($0.summary)"] } ?? [])
    }

    /// `3 to do (1 freeze, 2 vacuum), 1 waits, 2 skipped`.
    static func count(_ actions: [MaintenanceAction]) -> String {
        var now: [MaintenanceClass: Int] = [:]
        var (waits, skipped) = (0, 0)
        for action in actions {
            switch action.fit {
            case .now, .emergency: now[action.kind, default: 0] += 1
            case .waits: waits += 1
            case .skipped: skipped += 1
            }
        }
        let kinds = MaintenanceClass.allCases.compactMap { kind in now[kind].map { "\($0) \(kind.rawValue)" }
        }
        var parts = [
            kinds.isEmpty
                ? "nothing to do" : "\(now.values.reduce(0, +)) to do (\(kinds.joined(separator: ", ")))"
        ]
        if waits > 0 { parts.append(waits == 1 ? "1 waits" : "\(waits) wait") }
        if skipped > 0 { parts.append("\(skipped) skipped") }
        return parts.joined(separator: ", ")
    }
}

extension PastMaintenance {
    init(_ record: MaintenanceRecord) {
        let end: End =
            switch record.state {
            case .running: .open
            case .done: .done
            case .noEffect: .noEffect
            case .skipped: .skipped
            case .waits: .waited
            case .cancelled: .cancelled
            case .failed: .failed
            }
        self.init(
            kind: record.kind, object: record.object, table: record.table, at: record.startedAt,
            size: record.size, took: record.took, end: end, reason: record.reason,
            after: record.kind == .reindex
                ? record.after.map { Rebuilt(size: $0.size, tuples: $0.tuples, fileNode: $0.fileNode) } : nil,
            leftovers: record.leftovers)
    }
}

extension MaintenanceLook {
    /// Looks at every database of a target that is chosen, for people: nothing is done.
    ///
    /// - Throws: What keeps the databases from being known.
    package static func takeAll(
        of target: Target, spec: MaintainSpec, left: Duration?, server: any ServerPort,
        port: any MaintenancePort, book: JournaledBook
    ) async throws(AnyFault) -> [(item: BackupItem, look: Result<MaintenanceLook, AnyFault>)] {
        let chosen = try await TargetDatabases(server: server, targets: [target]).choose(
            databases: spec.databases, excluding: spec.excludeDatabases)
        var looks: [(item: BackupItem, look: Result<MaintenanceLook, AnyFault>)] = []
        for item in chosen.items {
            if let fault = chosen.faults[item] {
                looks.append((item, .failure(fault)))
                continue
            }
            do throws(AnyFault) {
                let look = try await take(item, of: target, spec: spec, left: left, port: port, book: book)
                looks.append((item, .success(look)))
            } catch {
                looks.append((item, .failure(error)))
            }
        }
        return looks
    }
}
