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
        guard let root = rootField(text, findings),
            let section = Section(
                root, keys: JobKeys.all, owner: "a job", offered: JobKeys.keys(of: kind(root)).map(\.name))
        else { return (nil, findings.faults) }
        let work = work(section, findings)
        let job = Job(
            name: name, targets: targets(section, work), work: work,
            timeout: section.value(JobKeys.timeout) ?? .zero,
            retry: section.value(JobKeys.retry) ?? RetryPolicy(),
            stepTimeouts: section.value(JobKeys.timeouts) ?? [:],
            hooks: section.value(JobKeys.hooks) ?? Hooks(),
            labels: section.value(JobKeys.labels) ?? [:],
            whenCatalogDown: section.value(JobKeys.whenCatalogDown),
            atWindowEnd: section.value(JobKeys.windowEnd) ?? JobKeys.perseverance(work.kind),
            atGuard: section.value(JobKeys.guardTrip) ?? JobKeys.perseverance(work.kind),
            expected: section.value(JobKeys.expected) ?? JobKeys.expected(work.kind),
            objectives: section.value(JobKeys.objectives) ?? Objectives(),
            place: Place(file: file, line: 1, column: 1), places: places(section))
        return (job, findings.faults)
    }

    /// The targets of a restore are those that it works on.
    private static func targets(_ section: Section, _ work: Job.Work) -> [String]? {
        switch work {
        case .restore(let spec): [spec.destination.target]
        case .backup, .command, .drill, .verify, .maintain, .sql: section.value(JobKeys.target)
        }
    }

    /// `nightly-backup` of `jobs/nightly-backup.yaml`.
    static func jobName(_ file: String) -> String {
        let last = file.split(separator: "/").last.map(String.init) ?? file
        let ending = [".yaml", ".yml"].first { last.hasSuffix($0) } ?? ""
        return String(last.dropLast(ending.count))
    }

    /// The kind that is written, a backup where there is none; the word itself is judged elsewhere.
    private static func kind(_ root: Field) -> JobKind {
        guard case .mapping(let mapping) = root.node else { return .backup }
        let written = mapping.first { $0.key.scalar?.string == "kind" }?.value.scalar?.string
        return written.flatMap(JobKind.init(rawValue:)) ?? .backup
    }

    static func backupSpec(_ section: Section) -> BackupSpec {
        let fallback = BackupSpec()
        return BackupSpec(
            databases: section.value(JobKeys.databases),
            excludeDatabases: section.value(JobKeys.exclude) ?? [],
            format: section.value(JobKeys.format) ?? fallback.format,
            compression: section.value(JobKeys.compression),
            writer: section.value(JobKeys.writer) ?? fallback.writer,
            workers: section.value(JobKeys.workers) ?? fallback.workers,
            connections: section.value(JobKeys.connections) ?? fallback.connections,
            globals: section.value(JobKeys.globals) ?? fallback.globals,
            verify: section.value(JobKeys.verify) ?? fallback.verify,
            keep: section.value(JobKeys.keep) ?? fallback.keep,
            store: section.value(JobKeys.store) ?? fallback.store,
            selection: BackupSpec.Selection(
                schemas: section.value(JobKeys.schemas) ?? [],
                excludeSchemas: section.value(JobKeys.excludeSchemas) ?? [],
                tables: section.value(JobKeys.tables) ?? [],
                excludeTables: section.value(JobKeys.excludeTables) ?? [],
                excludeTableData: section.value(JobKeys.excludeTableData) ?? []),
            snapshotCounts: section.value(JobKeys.snapshotCounts) ?? fallback.snapshotCounts)
    }

    /// Where the values stand that other files decide about.
    private static func places(_ section: Section) -> [String: Place] {
        var places: [String: Place] = [:]
        places["store"] = section.place(JobKeys.store)
        places["target"] = section.place(JobKeys.target)
        places["where"] = section.place(DrillKeys.location)
        places["to"] = section.place(RestoreKeys.to)
        places["stores"] = section.place(DrillKeys.stores)
        for (index, place) in section.elementPlaces(DrillKeys.stores).enumerated() {
            places["stores[\(index)]"] = place
        }
        for (index, place) in section.elementPlaces(JobKeys.target).enumerated() {
            places["target[\(index)]"] = place
        }
        return places
    }

    static func checkContradictions(_ spec: BackupSpec, _ section: Section, _ findings: Findings) {
        func report(_ summary: String, _ remedy: String, at place: Place?) {
            findings.add(AnyFault(.contradiction(summary, remedy: remedy), at: place ?? section.place))
        }
        if case .exactly(let count) = spec.workers, count > 1, spec.format == .plain {
            report(
                "workers: \(count) needs the custom or the directory format, and this job writes plain text",
                "Write format: custom, or remove workers.", at: section.place(JobKeys.workers))
        }
        if case .exactly(let count) = spec.connections, count > 1, spec.segmentCompression == nil {
            report(
                "connections: \(count) is for archives that pgvigil writes, and pg_dump writes this one",
                "Remove connections, or write format: custom and compression: isal:2.",
                at: section.place(JobKeys.connections))
        }
        switch (spec.format, spec.compression) {
        case (.plain, .isal), (.directory, .isal):
            report(
                "isal is for the custom format, and this job writes \(spec.format.rawValue)",
                "Write compression: zlib:6, or format: custom.", at: section.place(JobKeys.compression))
        case (.custom, .isal) where spec.writer == .pgDump:
            report(
                "pg_dump cannot write isal", "Write compression: zlib:6, or remove writer.",
                at: section.place(JobKeys.compression))
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
