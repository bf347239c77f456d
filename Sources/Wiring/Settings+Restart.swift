import Jobs

extension Settings {
    /// What has changed that a running daemon cannot follow; nil if nothing has.
    func needsRestart(since old: Settings) -> String? {
        if catalog != old.catalog { return "catalog" }
        if stateDirectory != old.stateDirectory { return "state" }
        if web != old.web { return "web" }
        // The catalog was told of them when the daemon joined, and others go by that.
        if labels != old.labels { return "labels" }
        return nil
    }
}
