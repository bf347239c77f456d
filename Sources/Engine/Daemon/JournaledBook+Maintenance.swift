package import Faults
package import FoundationEssentials

/// What maintenance did: written like all of a run, and read like drills.
extension JournaledBook {
    /// Actions that are written at once.
    static let maintenanceBatchMax = 500

    /// Writes actions of a run, or keeps them until the catalog takes them.
    package func record(_ actions: [MaintenanceRecord], of run: UUID, lease: Lease?) async {
        var rest = actions[...]
        while !rest.isEmpty {
            _ = await write(.maintenance(run, Array(rest.prefix(Self.maintenanceBatchMax)), lease))
            rest = rest.dropFirst(Self.maintenanceBatchMax)
        }
    }

    /// The actions of a run, by attempt and ordinal.
    package func maintenance(of run: UUID) async throws(AnyFault) -> [MaintenanceRecord] {
        try await askMaintenance { book throws(AnyFault) in try await book.maintenance(of: run) } ?? []
    }

    /// See ``MaintenanceBook/maintenance(in:since:perObject:)``.
    package func maintenance(in item: BackupItem, since: Date, perObject: Int)
        async throws(AnyFault) -> [MaintenanceRecord]
    {
        try await askMaintenance { book throws(AnyFault) in
            try await book.maintenance(in: item, since: since, perObject: perObject)
        } ?? []
    }

    /// See ``MaintenanceBook/maintenance(beside:since:perClass:)``.
    package func maintenance(beside item: BackupItem, since: Date, perClass: Int)
        async throws(AnyFault) -> [MaintenanceRecord]
    {
        try await askMaintenance { book throws(AnyFault) in
            try await book.maintenance(beside: item, since: since, perClass: perClass)
        } ?? []
    }

    /// What this process keeps until the catalog takes it.
    func waiting() async -> JournalView {
        var view = JournalView()
        guard pending > 0 else { return view }
        // A journal that cannot be read tells nothing; what is in memory only comes after it.
        if let kept = try? await journal.contents() { view.add(kept.entries) }
        view.add(unsaved)
        return view
    }

    /// Asks the catalog, unless it has failed already; nil if it keeps no maintenance.
    private func askMaintenance<Answer: Sendable>(
        _ question: (any MaintenanceBook) async throws(AnyFault) -> Answer
    ) async throws(AnyFault) -> Answer? {
        if let outage { throw outage }
        do throws(AnyFault) {
            guard let book = try await open().maintenance else { return nil }
            return try await question(book)
        } catch {
            if !JournalReplay.refusals.contains(error.code) { noteOutage(error) }
            throw error
        }
    }
}

extension JournaledBook {
    /// Who has and who waits for seats, as the catalog tells.
    func seats() async throws(AnyFault) -> [SeatView] {
        if let outage { throw outage }
        do throws(AnyFault) {
            return try await open().daemons?.seats() ?? []
        } catch {
            noteOutage(error)
            throw error
        }
    }
}
