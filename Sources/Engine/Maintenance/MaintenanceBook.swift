package import Faults
package import FoundationEssentials

/// The record of maintenance, as the engine needs it: the catalog, or its twin in memory.
package protocol MaintenanceBook: Sendable {
    /// Writes actions of one run, or what has changed in them, all or nothing; the key is run, attempt and ordinal, and
    /// one that has ended stays as it is.
    ///
    /// - Parameter lease: As with the other writes of a run; see ``RunBook/begin(_:)``.
    /// - Throws: `catalog.run-unknown`, `catalog.run-taken-over`.
    func record(_ actions: [MaintenanceRecord], of run: UUID, lease: Lease?) async throws(AnyFault)
    /// The actions of a run, by attempt and ordinal.
    func maintenance(of run: UUID) async throws(AnyFault) -> [MaintenanceRecord]
    /// What was done in one database since an instant, newest first: at most `perObject` for each object and class.
    func maintenance(in item: BackupItem, since: Date, perObject: Int)
        async throws(AnyFault) -> [MaintenanceRecord]
    /// What was finished in the other databases of its target since an instant, newest first: at most `perClass` of each
    /// class.
    func maintenance(beside item: BackupItem, since: Date, perClass: Int)
        async throws(AnyFault) -> [MaintenanceRecord]
}
