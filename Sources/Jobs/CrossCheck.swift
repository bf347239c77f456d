import Faults

/// What must agree between files.
enum CrossCheck {
    /// The names that the settings declare, those with faults too; nil where even that could not be read.
    struct Names {
        var targets: [String]?
        var stores: [String]?
    }

    /// In the order of the jobs.
    static func faults(names: Names, jobs: [Job]) -> [AnyFault] {
        var faults: [AnyFault] = []
        for (index, job) in jobs.enumerated() {
            faults += targetFaults(job, names.targets)
            faults += storeFaults(job, names.stores)
            if let first = jobs[..<index].first(where: { $0.name == job.name }) {
                faults.append(
                    AnyFault(.jobTwice(job.name, files: [first.place.file, job.place.file]), at: job.place))
            }
        }
        return faults
    }

    /// Names of jobs in the settings that no job has; those with faults count too.
    static func faults(jobNames: [(pattern: String, place: Place)], known: [String]) -> [AnyFault] {
        jobNames.compactMap { pattern, place in
            if known.contains(where: { Glob.matches(pattern, $0) }) { return nil }
            let nearest = Glob.isPattern(pattern) ? nil : Suggestion.nearest(to: pattern, among: known)
            return AnyFault(.unknownJob(pattern, nearest: nearest, known: known), at: place)
        }
    }

    /// The patterns of `target:`, and the one target that a drill or a restore goes to.
    private static func targetFaults(_ job: Job, _ known: [String]?) -> [AnyFault] {
        guard let known else { return [] }
        var named: [(name: String, place: Place?)] = []
        switch job.work {
        case .restore(let spec):
            // Without a name its own fault was reported.
            if !spec.destination.target.isEmpty { named = [(spec.destination.target, job.places["to"])] }
        case .backup, .command, .drill, .verify, .maintain, .sql:
            named = (job.targets ?? []).enumerated().map { index, name in
                (name, job.places["target[\(index)]"] ?? job.places["target"])
            }
        }
        if case .drill(let spec) = job.work, case .target(let name) = spec.location {
            named.append((name, job.places["where"]))
        }
        return named.compactMap { pattern, place in
            if known.contains(where: { Glob.matches(pattern, $0) }) { return nil }
            let nearest = Glob.isPattern(pattern) ? nil : Suggestion.nearest(to: pattern, among: known)
            return AnyFault(
                .unknownTarget(pattern, nearest: nearest, known: known), at: place ?? job.place)
        }
    }

    private static func storeFaults(_ job: Job, _ known: [String]?) -> [AnyFault] {
        guard let known else { return [] }
        let named: [(name: String, place: Place?)] =
            switch job.work {
            case .backup(let spec): [(spec.store, job.places["store"])]
            case .drill(let spec): [(spec.store, job.places["store"])]
            case .verify(let spec):
                (spec.stores ?? []).enumerated().map { index, name in
                    (name, job.places["stores[\(index)]"] ?? job.places["stores"])
                }
            case .command, .restore, .maintain, .sql: []
            }
        return named.compactMap { name, place in
            guard !known.contains(name) else { return nil }
            let nearest = Suggestion.nearest(to: name, among: known)
            return AnyFault(.unknownStore(name, nearest: nearest, known: known), at: place ?? job.place)
        }
    }
}
