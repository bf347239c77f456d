import ArchiveFormat
import FoundationEssentials
import Jobs
import Measures

/// Gathers what the steps learned into the set's manifest.
struct ManifestBuilder {
    var run: RunRecord
    var spec: BackupSpec
    var item: BackupItem
    var facts: DatabaseFacts
    var server: ServerFacts
    var client: ClientTools
    var id: UUID
    var started: Date
    var finished: Date
    var globals: Manifest.Globals
    /// How the data is compressed in fact.
    var compression: String
    var warnings: [String]
    var files: [Manifest.File]
    var report: VerificationReport?
    /// What was written, where the archive is one of ours.
    var tally: ArchiveTally?
    var sourceCounts = false

    var manifest: Manifest {
        Manifest(
            id: id, run: run.id, job: run.job, target: item.target, slot: slot, started: started,
            finished: finished, format: kind, compression: compression,
            archive: DumpCommand.archiveName(spec), partial: partial, globals: globals, files: files,
            serverVersion: server.version, clientVersion: client.version,
            systemIdentifier: server.systemIdentifier,
            database: database,
            extensions: facts.extensions.map { .init(name: $0.name, version: $0.version) },
            warnings: warnings, tables: tables,
            largeObjects: report?.largeObjects ?? tally?.largeObjects ?? 0,
            largeObjectsDigest: report?.largeObjectsDigest ?? tally?.largeObjectsDigest,
            parts: tally.flatMap { $0.parts.isEmpty ? nil : $0.parts },
            verification: .init(
                level: spec.verify == .decode || report != nil ? .decode : .hash, at: finished,
                sourceCounts: sourceCounts ? true : nil))
    }

    private var slot: Date? {
        switch run.trigger {
        case .hand: nil
        case .slot(_, let slot): slot
        }
    }

    private var kind: ArchiveKind {
        switch spec.format {
        case .custom: .custom
        case .directory: .directory
        case .plain: .plain
        }
    }

    private var partial: Manifest.Selection? {
        guard spec.selection.isPartial else { return nil }
        return .init(
            schemas: spec.selection.schemas, excludeSchemas: spec.selection.excludeSchemas,
            tables: spec.selection.tables, excludeTables: spec.selection.excludeTables,
            excludeTableData: spec.selection.excludeTableData)
    }

    private var database: Manifest.Database {
        .init(
            name: facts.name, owner: facts.owner, encoding: facts.encoding, collate: facts.collate,
            ctype: facts.ctype, localeProvider: facts.localeProvider, icuLocale: facts.icuLocale,
            collationVersion: facts.collationVersion, acl: facts.acl, settings: facts.settings,
            roleSettings: facts.roleSettings, size: facts.size.bytes)
    }

    private var tables: [Manifest.Table] {
        guard let report else { return tally?.tables ?? [] }
        return report.tables.map {
            .init(schema: $0.schema, name: $0.name, rows: $0.rows, bytes: $0.bytes, digest: $0.digest)
        }
    }
}
