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
        var missing: [String] = []
        for pattern in wanted ?? [] where !Glob.isPattern(pattern) && !missing.contains(pattern) {
            // A name may be written with escapes, so it is compared as a pattern even so.
            if !existing.contains(where: { Glob.matches(pattern, $0) }) { missing.append(pattern) }
        }
        return (chosen, missing)
    }
}
