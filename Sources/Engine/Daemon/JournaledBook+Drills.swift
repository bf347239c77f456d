extension JournaledBook {
    /// Writes what a drill proved, or keeps it until the catalog takes it.
    package func record(_ drill: DrillRecord, report: String, lease: Lease?) async {
        _ = await write(.drill(drill, report: report, lease))
    }
}
