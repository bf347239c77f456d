package import Faults
package import Measures

/// What the engine itself finds wrong while it prepares and runs jobs.
package enum EngineFault: Fault, Equatable {
    case nothingToSave(target: String)
    case databaseMissing(target: String, pattern: String)
    case unreadable(item: String, relations: [String])
    case rowSecurity(item: String, tables: [String])
    case noClient(server: Int, found: [Int])
    case codecNeedsNewerClient(codec: String, needs: Int, have: Int)
    case noSpace(need: ByteCount, free: ByteCount, store: String)
    case toolFailed(tool: String, item: String, end: String, tail: String, mayPass: Bool)
    case archiveDamaged(item: String, finding: String)
    case archiveUndecided(item: String, finding: String)
    case storeUnknown(String)
    case targetUnknown(String)
    case surprise(item: String, summary: String)
    /// The held state of a database would be that of whichever server session a pooler gives out.
    case snapshotPooled(item: String)
    /// pg_dump saved another number of rows than the table had in the same snapshot.
    case rowsDiffer(item: String, table: String, source: Int64, archive: Int64, others: Int)
    /// What pg_dump wrote is not what an archive of ours can be made of.
    case streamSurprise(item: String, why: String)
    case stepTimedOut(StepName, limit: Duration)
    case hookFailed(StepName, program: String, end: String, tail: String)
    case commandFailed(program: String, end: String, tail: String)

    /// The code of a step that was over its limit; a run that has no other faults has timed out.
    static let stepTimeoutCode = "run.step-timeout"

    package var code: String {
        switch self {
        case .nothingToSave: "backup.nothing-to-save"
        case .databaseMissing: "backup.database-missing"
        case .unreadable: "backup.unreadable"
        case .rowSecurity: "backup.row-security"
        case .noClient: "backup.no-client"
        case .codecNeedsNewerClient: "backup.codec-needs-newer-client"
        case .noSpace: "backup.no-space"
        case .toolFailed: "backup.tool-failed"
        case .archiveDamaged: "backup.archive-damaged"
        case .archiveUndecided: "backup.archive-undecided"
        case .storeUnknown: "backup.store-unknown"
        case .targetUnknown: "backup.target-unknown"
        case .surprise: "backup.surprise"
        case .snapshotPooled: "backup.snapshot-pooled"
        case .rowsDiffer: "backup.rows-differ"
        case .streamSurprise: "backup.stream-surprise"
        case .stepTimedOut: Self.stepTimeoutCode
        case .hookFailed: "run.hook-failed"
        case .commandFailed: "run.command-failed"
        }
    }

    package var summary: String {
        switch self {
        case .nothingToSave(let target): "no database of target '\(target)' is selected"
        case .databaseMissing(let target, let pattern): "target '\(target)' has no database '\(pattern)'"
        case .unreadable(let item, let relations):
            "the role may not read \(Self.list(relations)) of \(item), so a dump would fail"
        case .rowSecurity(let item, let tables):
            "row-level security hides rows of \(Self.list(tables)) of \(item) from the role"
        case .noClient(let server, let found):
            found.isEmpty
                ? "no pg_dump is installed"
                : "the server is version \(server) and the newest pg_dump is \(found[0])"
        case .codecNeedsNewerClient(let codec, let needs, let have):
            "compression \(codec) needs pg_dump \(needs), and the one for this server is \(have)"
        case .noSpace(let need, let free, let store):
            "the backup needs about \(need) and \(free) are free in store '\(store)'"
        case .toolFailed(let tool, let item, let end, let tail, _):
            "\(tool) of \(item) \(end)\(tail.isEmpty ? "" : ": " + tail)"
        case .archiveDamaged(let item, let finding): "the archive of \(item) is damaged: \(finding)"
        case .archiveUndecided(let item, let finding):
            "the archive of \(item) could not be verified: \(finding)"
        case .storeUnknown(let name): "there is no store '\(name)'"
        case .targetUnknown(let name): "no target matches '\(name)'"
        case .surprise(let item, let summary): "\(item): \(summary)"
        case .snapshotPooled(let item):
            "a pooler stands between here and \(item), and a snapshot cannot be held through it"
        case .rowsDiffer(let item, let table, let source, let archive, let others):
            "table \(table) of \(item) has \(Decimals.grouped(source)) rows at the source and "
                + "\(Decimals.grouped(archive)) in the archive"
                + (others > 0 ? ", and \(others) more tables differ" : "")
        case .streamSurprise(let item, let why): "pg_dump's stream of \(item) is not as expected: \(why)"
        case .stepTimedOut(let step, let limit):
            "step '\(step.rawValue)' took longer than \(DurationText.written(limit))"
        case .hookFailed(let hook, let program, let end, let tail):
            "hook '\(hook.rawValue)' (\(program)) \(end)\(tail.isEmpty ? "" : ": " + tail)"
        case .commandFailed(let program, let end, let tail):
            "\(program) \(end)\(tail.isEmpty ? "" : ": " + tail)"
        }
    }

    package var remedy: String {
        switch self {
        case .nothingToSave:
            "Look at 'databases' and 'exclude' of the job, and at what 'pgvigil check --connect' lists."
        case .databaseMissing: "Correct 'databases' of the job, or create the database."
        case .unreadable(_, let relations):
            "Grant pg_read_all_data to the role (from version 14), or SELECT on \(Self.name(relations.first))."
        case .rowSecurity: "Back up as the owner of the tables or as a role with BYPASSRLS."
        case .noClient(let server, _):
            "Install postgresql-client-\(server) or newer, or name its folder under 'clients' in pgvigil.yaml."
        case .codecNeedsNewerClient(_, let needs, _):
            "Install postgresql-client-\(needs), or set 'compression: zlib:6' in the job."
        case .noSpace: "Free space, or run 'pgvigil backups prune --plan' to see what retention would remove."
        case .toolFailed(_, _, _, let tail, _) where tail.contains("does not support compression"):
            "Set 'compression: zlib:6' in the job, or install a pg_dump that is built with that codec."
        case .toolFailed: "Run 'pgvigil runs show' for the whole message; nothing was published."
        case .archiveDamaged: "Check the disk of the store (dmesg, smartctl); nothing was published."
        case .archiveUndecided: "Run the job again; nothing was published."
        case .storeUnknown: "Define it under 'stores' in pgvigil.yaml."
        case .targetUnknown: "Define it under 'targets' in pgvigil.yaml, or correct 'target' of the job."
        case .surprise: "Run 'pgvigil runs show' for the steps; nothing was published."
        case .snapshotPooled:
            "Connect the target to the server itself, or take 'snapshot_counts' out of the job."
        case .rowsDiffer:
            "Check the server for damage (amcheck, its log) and report what you find; nothing was published."
        case .streamSurprise:
            "Another attempt lets pg_dump write the archive itself, as 'writer: pg_dump' in the job always does."
        case .stepTimedOut:
            "Raise the limit of this step or of the hooks in the job, or find what holds it up."
        case .hookFailed: "Run the program by hand as the same user, and correct it or 'hooks' of the job."
        case .commandFailed: "Run the program by hand as the same user to see what it lacks."
        }
    }

    package var exitStatus: ExitStatus {
        switch self {
        case .storeUnknown, .targetUnknown: .usage
        case .noClient, .codecNeedsNewerClient, .archiveUndecided: .undetermined
        case .nothingToSave, .databaseMissing, .unreadable, .rowSecurity, .noSpace, .toolFailed,
            .archiveDamaged, .surprise, .snapshotPooled, .rowsDiffer, .streamSurprise, .stepTimedOut,
            .hookFailed, .commandFailed:
            .badResult
        }
    }

    package var mayPass: Bool {
        switch self {
        case .toolFailed(_, _, _, _, let mayPass): mayPass
        case .archiveDamaged, .archiveUndecided, .streamSurprise, .stepTimedOut, .commandFailed: true
        case .nothingToSave, .databaseMissing, .unreadable, .rowSecurity, .noClient, .codecNeedsNewerClient,
            .noSpace, .storeUnknown, .targetUnknown, .surprise, .snapshotPooled, .rowsDiffer, .hookFailed:
            false
        }
    }

    /// The fault as the ports carry it.
    package var plain: AnyFault { AnyFault(self) }

    /// The relation without its kind, which stands behind it in parentheses.
    private static func name(_ relation: String?) -> String {
        guard let relation, let kind = relation.firstRange(of: " (") else { return relation ?? "them" }
        return String(relation[..<kind.lowerBound])
    }

    /// The first three, and how many more.
    private static func list(_ names: [String]) -> String {
        let shown = names.prefix(3).joined(separator: ", ")
        return names.count > 3 ? "\(shown) and \(names.count - 3) more" : shown
    }
}
