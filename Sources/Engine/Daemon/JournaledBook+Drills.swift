import Faults

extension JournaledBook {
    /// Writes what a drill proved.
    package func record(_ drill: DrillRecord, report: String, lease: Lease?) async {
        do throws(AnyFault) {
            let book = try await open().book
            try await (book as? any DrillBook)?.record(drill, report: report, lease: lease)
        } catch {
            noteOutage(error)
        }
    }
}
