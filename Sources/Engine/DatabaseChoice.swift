package import Jobs

/// Chooses which databases of a server a job saves.
package enum DatabaseChoice {
    /// The databases in the server's order, and the exact names that were asked for and are not there.
    ///
    /// A glob that matches nothing is no fault by itself; a name without wildcards is.
    package static func choose(
        _ spec: BackupSpec, target: Target, existing: [String]
    ) -> (chosen: [String], missing: [String]) {
        let wanted = spec.databases ?? target.databases
        let chosen = existing.filter { name in
            (wanted?.contains { Glob.matches($0, name) } ?? true)
                && !spec.excludeDatabases.contains { Glob.matches($0, name) }
        }
        let missing = (wanted ?? []).filter { !Glob.isPattern($0) && !existing.contains($0) }
        return (chosen, missing)
    }
}
