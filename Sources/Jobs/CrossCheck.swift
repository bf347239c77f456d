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

    private static func targetFaults(_ job: Job, _ known: [String]?) -> [AnyFault] {
        guard let known, let targets = job.targets else { return [] }
        return targets.enumerated().compactMap { index, pattern in
            if known.contains(where: { Glob.matches(pattern, $0) }) { return nil }
            let nearest = Glob.isPattern(pattern) ? nil : Suggestion.nearest(to: pattern, among: known)
            let place = job.places["target[\(index)]"] ?? job.places["target"] ?? job.place
            return AnyFault(.unknownTarget(pattern, nearest: nearest, known: known), at: place)
        }
    }

    private static func storeFaults(_ job: Job, _ known: [String]?) -> [AnyFault] {
        switch job.work {
        case .backup(let spec):
            guard let known, !known.contains(spec.store) else { return [] }
            let nearest = Suggestion.nearest(to: spec.store, among: known)
            return [
                AnyFault(
                    .unknownStore(spec.store, nearest: nearest, known: known),
                    at: job.places["store"] ?? job.place)
            ]
        case .command: return []
        }
    }
}
