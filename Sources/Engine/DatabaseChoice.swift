package import Jobs

/// Chooses which databases of a server a job works on.
package enum DatabaseChoice {
    /// The databases in the server's order, and the exact names that were asked for and are not there.
    ///
    /// A glob that matches nothing is no fault by itself; a name without wildcards is.
    package static func choose(
        _ spec: BackupSpec, target: Target, existing: [String]
    ) -> (chosen: [String], missing: [String]) {
        choose(spec.databases, excluding: spec.excludeDatabases, target: target, existing: existing)
    }

    /// The same for a job of any kind.
    ///
    /// - Parameters:
    ///   - databases: Exact names or globs; nil takes the target's own.
    ///   - excluding: Those left out after that.
    package static func choose(
        _ databases: [String]?, excluding: [String], target: Target, existing: [String]
    ) -> (chosen: [String], missing: [String]) {
        let wanted = databases ?? target.databases
        let chosen = existing.filter { name in
            (wanted?.contains { Glob.matches($0, name) } ?? true)
                && !excluding.contains { Glob.matches($0, name) }
        }
        var missing: [String] = []
        for pattern in wanted ?? [] where !Glob.isPattern(pattern) && !missing.contains(pattern) {
            // A name may be written with escapes, so it is compared as a pattern even so.
            if !existing.contains(where: { Glob.matches(pattern, $0) }) { missing.append(pattern) }
        }
        return (chosen, missing)
    }
}
