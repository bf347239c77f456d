import Faults

extension ConfigurationParser {
    /// What the job's kind needs to know, as far as it could be read.
    static func work(_ section: Section, _ findings: Findings) -> Job.Work {
        // A word that is no kind was reported; what else is written tells what was meant.
        let kind = section.value(JobKeys.kind) ?? (section.has(JobKeys.command) ? .command : .backup)
        reportKeysOfOthers(section, kind)
        switch kind {
        case .command:
            return .command(
                CommandSpec(
                    command: section.required(JobKeys.command) ?? [],
                    heavy: section.value(JobKeys.heavy) ?? false))
        case .drill:
            let spec = drillSpec(section)
            checkContradictions(spec.databases, spec.excludeDatabases, section, findings)
            checkPlace(spec, section)
            return .drill(spec)
        case .verify:
            let spec = verifySpec(section)
            checkContradictions(spec.databases, spec.excludeDatabases, section, findings)
            return .verify(spec)
        case .restore:
            let spec = restoreSpec(section)
            checkContradictions(spec, section)
            return .restore(spec)
        case .maintain:
            let spec = maintainSpec(section)
            checkContradictions(spec.databases, spec.excludeDatabases, section, findings)
            checkThatSomethingIsOn(spec, section)
            return .maintain(spec)
        case .sql:
            let spec = sqlSpec(section)
            checkContradictions(spec.databases, spec.excludeDatabases, section, findings)
            return .sql(spec)
        case .backup:
            let spec = backupSpec(section)
            checkContradictions(spec, section, findings)
            return .backup(spec)
        }
    }

    private static func reportKeysOfOthers(_ section: Section, _ kind: JobKind) {
        let known = Set(JobKeys.keys(of: kind).map(\.name))
        for declaration in JobKeys.all where !known.contains(declaration.name) {
            guard let place = section.keyPlace(declaration.name),
                let owner = JobKeys.kinds.first(where: { other in
                    JobKeys.keys(of: other).contains { $0.name == declaration.name }
                })
            else { continue }
            section.report(.keyOfAnotherKind(declaration.name, kind: owner, of: kind), at: place)
        }
    }

    private static func drillSpec(_ section: Section) -> DrillSpec {
        let fallback = DrillSpec()
        return DrillSpec(
            databases: section.value(DrillKeys.databases),
            excludeDatabases: section.value(JobKeys.exclude) ?? [],
            backup: section.value(DrillKeys.backup) ?? fallback.backup,
            store: section.value(DrillKeys.store) ?? fallback.store,
            proof: section.value(DrillKeys.proof) ?? fallback.proof,
            contentMax: section.value(DrillKeys.contentMax),
            location: section.value(DrillKeys.location) ?? fallback.location,
            diskMax: section.value(DrillKeys.disk), memoryMax: section.value(DrillKeys.memory),
            workers: section.value(DrillKeys.workers),
            amcheck: section.value(DrillKeys.amcheck) ?? fallback.amcheck,
            assertions: section.value(DrillKeys.assertions) ?? [])
    }

    private static func verifySpec(_ section: Section) -> VerifySpec {
        let fallback = VerifySpec()
        return VerifySpec(
            stores: section.value(DrillKeys.stores), databases: section.value(DrillKeys.databases),
            excludeDatabases: section.value(JobKeys.exclude) ?? [],
            backup: section.value(DrillKeys.turn) ?? fallback.backup,
            minAge: section.value(DrillKeys.minAge) ?? fallback.minAge,
            level: section.value(DrillKeys.level) ?? fallback.level)
    }

    private static func restoreSpec(_ section: Section) -> RestoreSpec {
        // What is missing was reported, and then the job is not used.
        let destination = section.required(RestoreKeys.to)
        return RestoreSpec(
            backup: section.required(RestoreKeys.backup) ?? "", at: section.value(RestoreKeys.at),
            destination: destination ?? RestoreSpec.Destination(target: "", database: ""),
            replace: section.value(RestoreKeys.replace) ?? false,
            tables: section.value(RestoreKeys.tables) ?? [],
            schemas: section.value(RestoreKeys.schemas) ?? [],
            dataOnly: section.value(RestoreKeys.dataOnly) ?? false,
            schemaOnly: section.value(RestoreKeys.schemaOnly) ?? false,
            globals: section.value(RestoreKeys.globals) ?? false,
            workers: section.value(DrillKeys.workers),
            dropOld: section.value(RestoreKeys.dropOld) ?? false,
            disconnect: section.value(RestoreKeys.disconnect) ?? false,
            keepGoing: section.value(RestoreKeys.keepGoing) ?? false)
    }

    private static func checkContradictions(
        _ wanted: [String]?, _ excluded: [String], _ section: Section, _ findings: Findings
    ) {
        for name in wanted ?? [] where excluded.contains(name) {
            section.report(
                .contradiction(
                    "'\(name)' is both in databases and in exclude", remedy: "Remove it from one of the two."),
                at: section.place(JobKeys.exclude))
        }
    }

    /// A server of the user's has its own bounds.
    private static func checkPlace(_ spec: DrillSpec, _ section: Section) {
        guard spec.location != .throwaway else { return }
        for key in [DrillKeys.disk, DrillKeys.memory] where section.has(key) {
            let name = key.declaration.name
            section.report(
                .contradiction(
                    "'\(name)' bounds a throwaway server, and this drill restores on \(spec.location)",
                    remedy: "Remove '\(name)', or write where: throwaway."),
                at: section.keyPlace(name))
        }
    }

    private static func checkContradictions(_ spec: RestoreSpec, _ section: Section) {
        func report(_ summary: String, _ remedy: String, at key: String) {
            section.report(.contradiction(summary, remedy: remedy), at: section.keyPlace(key))
        }
        if section.has(JobKeys.target) {
            report(
                "a restore works on the target of 'to', and on no other", "Remove 'target'.",
                at: JobKeys.target.declaration.name)
        }
        if spec.dataOnly, spec.schemaOnly {
            report(
                "a restore of the rows only has no definitions, and the other way round",
                "Remove one of data_only and schema_only.", at: "schema_only")
        }
        if spec.at != nil, !spec.backup.hasPrefix("latest") {
            report(
                "'at' chooses among several backups, and '\(spec.backup)' is one",
                "Write backup: latest:target/database, or remove 'at'.", at: "at")
        }
        if spec.replace, spec.isPartial {
            report(
                "a part of a backup replaces no whole database",
                "Restore it under a new name, or remove 'replace'.", at: "replace")
        }
        if !spec.replace {
            for (key, isWritten) in [("drop_old", spec.dropOld), ("disconnect", spec.disconnect)]
            where isWritten {
                report(
                    "'\(key)' is about the database that is replaced, and this restore replaces none",
                    "Remove '\(key)', or write replace: true.", at: key)
            }
        }
    }
}
