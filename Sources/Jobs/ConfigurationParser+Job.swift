import Faults
import Policy
import Yams

extension ConfigurationParser {
    /// A job as far as it could be read, with its faults.
    static func readJob(
        text: String, file: String, environment: [String: String]
    ) -> (job: Job?, faults: [AnyFault]) {
        let findings = Findings(file: file, environment: environment)
        let name = jobName(file)
        if !Name.isValid(name) { findings.add(AnyFault(.badName(name, of: "job"), at: Place(file: file))) }
        guard let root = rootField(text, findings), !isOfAnotherKind(root),
            let section = Section(root, keys: JobKeys.all, owner: "a job")
        else { return (nil, findings.faults) }
        let job = Job(
            name: name, targets: section.value(JobKeys.target), work: work(section, findings),
            timeout: section.value(JobKeys.timeout) ?? .zero,
            retry: section.value(JobKeys.retry) ?? RetryPolicy(),
            stepTimeouts: section.value(JobKeys.timeouts) ?? [:],
            hooks: section.value(JobKeys.hooks) ?? Hooks(),
            labels: section.value(JobKeys.labels) ?? [:],
            whenCatalogDown: section.value(JobKeys.whenCatalogDown),
            atWindowEnd: section.value(JobKeys.windowEnd) ?? .finish,
            atGuard: section.value(JobKeys.guardTrip) ?? .finish,
            expected: section.value(JobKeys.expected) ?? .zero,
            objectives: section.value(JobKeys.objectives) ?? Objectives(),
            place: Place(file: file, line: 1, column: 1), places: places(section))
        return (job, findings.faults)
    }

    /// What the job's kind needs to know, as far as it could be read.
    private static func work(_ section: Section, _ findings: Findings) -> Job.Work {
        // A word that is no kind was reported; what else is written tells what was meant.
        let isCommand = section.value(JobKeys.kind).map { $0 == .command } ?? section.has(JobKeys.command)
        let (kind, other) = isCommand ? (JobKind.command, JobKind.backup) : (.backup, .command)
        for declaration in isCommand ? JobKeys.ofBackup : JobKeys.ofCommand {
            guard let place = section.keyPlace(declaration.name) else { continue }
            section.report(.keyOfAnotherKind(declaration.name, kind: other, of: kind), at: place)
        }
        guard isCommand else {
            let spec = backupSpec(section)
            checkContradictions(spec, section, findings)
            return .backup(spec)
        }
        return .command(
            CommandSpec(
                command: section.required(JobKeys.command) ?? [],
                heavy: section.value(JobKeys.heavy) ?? false))
    }

    /// `nightly-backup` of `jobs/nightly-backup.yaml`.
    static func jobName(_ file: String) -> String {
        let last = file.split(separator: "/").last.map(String.init) ?? file
        let ending = [".yaml", ".yml"].first { last.hasSuffix($0) } ?? ""
        return String(last.dropLast(ending.count))
    }

    /// Whether it is of a kind that this version does not run: reported here, and its keys are left alone.
    private static func isOfAnotherKind(_ root: Field) -> Bool {
        guard case .mapping(let mapping) = root.node,
            let node = mapping.first(where: { $0.key.scalar?.string == "kind" })?.value
        else { return false }
        let field = root.child(node, "kind")
        switch field.written.flatMap(JobKind.init(rawValue:)) {
        case nil, .backup, .command: return false
        case .verify, .drill, .restore, .maintain, .sql:
            field.report(.unsupportedKind(field.written ?? ""))
            return true
        }
    }

    private static func backupSpec(_ section: Section) -> BackupSpec {
        let fallback = BackupSpec()
        return BackupSpec(
            databases: section.value(JobKeys.databases),
            excludeDatabases: section.value(JobKeys.exclude) ?? [],
            format: section.value(JobKeys.format) ?? fallback.format,
            compression: section.value(JobKeys.compression) ?? fallback.compression,
            workers: section.value(JobKeys.workers) ?? fallback.workers,
            globals: section.value(JobKeys.globals) ?? fallback.globals,
            verify: section.value(JobKeys.verify) ?? fallback.verify,
            keep: section.value(JobKeys.keep) ?? fallback.keep,
            store: section.value(JobKeys.store) ?? fallback.store,
            selection: BackupSpec.Selection(
                schemas: section.value(JobKeys.schemas) ?? [],
                excludeSchemas: section.value(JobKeys.excludeSchemas) ?? [],
                tables: section.value(JobKeys.tables) ?? [],
                excludeTables: section.value(JobKeys.excludeTables) ?? [],
                excludeTableData: section.value(JobKeys.excludeTableData) ?? []))
    }

    /// Where the values stand that other files decide about.
    private static func places(_ section: Section) -> [String: Place] {
        var places: [String: Place] = [:]
        places["store"] = section.place(JobKeys.store)
        places["target"] = section.place(JobKeys.target)
        for (index, place) in section.elementPlaces(JobKeys.target).enumerated() {
            places["target[\(index)]"] = place
        }
        return places
    }

    private static func checkContradictions(_ spec: BackupSpec, _ section: Section, _ findings: Findings) {
        func report(_ summary: String, _ remedy: String, at place: Place?) {
            findings.add(AnyFault(.contradiction(summary, remedy: remedy), at: place ?? section.place))
        }
        if spec.workers > 1, spec.format != .directory {
            report(
                "workers: \(spec.workers) needs the directory format, and this job writes "
                    + "\(spec.format.rawValue)",
                "Write format: directory, or remove workers.", at: section.place(JobKeys.workers))
        }
        switch (spec.format, spec.compression) {
        case (.plain, .lz4), (.plain, .zstd):
            report(
                "plain backups are written as .sql or .sql.gz, not with \(spec.compression)",
                "Write compression: zlib:6 or none, or another format.",
                at: section.place(JobKeys.compression))
        case (.plain, .none), (.plain, .zlib), (.custom, _), (.directory, _): break
        }
        let selection = spec.selection
        let pairs = [
            (JobKeys.databases, spec.databases ?? [], JobKeys.exclude, spec.excludeDatabases),
            (JobKeys.schemas, selection.schemas, JobKeys.excludeSchemas, selection.excludeSchemas),
            (JobKeys.tables, selection.tables, JobKeys.excludeTables, selection.excludeTables),
        ]
        for (wanted, names, unwanted, excluded) in pairs {
            for name in names where excluded.contains(name) {
                report(
                    "'\(name)' is both in \(wanted.declaration.name) and in \(unwanted.declaration.name)",
                    "Remove it from one of the two.", at: section.place(unwanted))
            }
        }
    }
}
