import Policy

extension ConfigurationParser {
    /// What a job of maintenance says; defaults stand in for what could not be read.
    static func maintainSpec(_ section: Section) -> MaintainSpec {
        MaintainSpec(
            databases: section.value(MaintainKeys.databases),
            excludeDatabases: section.value(JobKeys.exclude) ?? [], limits: limits(section),
            gentleness: numbers(section),
            workers: section.value(MaintainKeys.workers) ?? MaintainSpec().workers)
    }

    private static func limits(_ section: Section) -> MaintenanceLimits {
        let fallback = MaintenanceLimits()
        return MaintenanceLimits(
            freeze: section.value(MaintainKeys.freeze) ?? fallback.freeze,
            vacuum: section.value(MaintainKeys.vacuum) ?? fallback.vacuum,
            analyze: section.value(MaintainKeys.analyze) ?? fallback.analyze,
            reindex: section.value(MaintainKeys.reindex) ?? fallback.reindex,
            dropsLeftovers: section.value(MaintainKeys.leftovers) ?? fallback.dropsLeftovers,
            blockerAge: section.value(MaintainKeys.blockedAfter) ?? fallback.blockerAge,
            starvingAfter: section.value(MaintainKeys.starvingAfter) ?? fallback.starvingAfter)
    }

    private static func numbers(_ section: Section) -> MaintainSpec.Numbers {
        let fallback = MaintainSpec.Numbers()
        return MaintainSpec.Numbers(
            costDelay: section.value(MaintainKeys.costDelay) ?? fallback.costDelay,
            costLimit: section.value(MaintainKeys.costLimit) ?? fallback.costLimit,
            bufferLimit: section.value(MaintainKeys.bufferLimit),
            lockTimeout: section.value(MaintainKeys.lockTimeout) ?? fallback.lockTimeout,
            yieldAfter: section.value(MaintainKeys.yieldAfter) ?? fallback.yieldAfter,
            truncates: section.value(MaintainKeys.truncate) ?? fallback.truncates,
            statementTimeout: section.value(MaintainKeys.statementTimeout))
    }

    /// What a job of statements says; without them, its own faults were reported.
    static func sqlSpec(_ section: Section) -> SQLSpec {
        let timeout = section.value(SQLKeys.statementTimeout)
        let lockTimeout = section.value(SQLKeys.lockTimeout)
        let databases = section.required(SQLKeys.databases) ?? []
        let entries = section.required(SQLKeys.statements) ?? []
        return SQLSpec(
            databases: databases, excludeDatabases: section.value(JobKeys.exclude) ?? [],
            statements: entries.map { $0.statement(timeout: timeout, lockTimeout: lockTimeout) },
            keepsGoing: section.value(SQLKeys.keepGoing) ?? false)
    }

    /// A job that works on nothing at all.
    static func checkThatSomethingIsOn(_ spec: MaintainSpec, _ section: Section) {
        guard !MaintenanceClass.allCases.contains(where: { spec.limits.choice(of: $0).isOn }) else { return }
        section.report(
            .contradiction(
                "this job does nothing: freeze, vacuum, analyze, reindex and leftovers are all false",
                remedy: "Remove one of them, or the file."))
    }
}
