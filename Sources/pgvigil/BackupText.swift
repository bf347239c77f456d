import ArchiveFormat
import Engine
import FoundationEssentials
import Measures

/// Backup sets as a person reads them.
enum BackupText {
    /// One line a set.
    static func table(_ sets: [StoredSet], _ instants: InstantText, now: Date) -> String {
        var table = TextTable([
            ("ID", .left), ("WHEN", .left), ("DATABASE", .left), ("SIZE", .right), ("TABLES", .right),
            ("ROWS", .right), ("VERIFIED", .left), ("PROVEN", .left), ("RECOVERY", .right), ("JOB", .left),
            ("NOTES", .left),
        ])
        for set in sets {
            let manifest = set.manifest
            let decoded = manifest.verification.level == .decode
            table.add([
                String(manifest.id.uuidString.lowercased().prefix(8)), instants.short(manifest.started),
                "\(manifest.target)/\(manifest.database.name)", "\(ByteCount(manifest.size))",
                decoded ? "\(manifest.tables.count)" : "–", decoded ? Decimals.grouped(rows(manifest)) : "–",
                manifest.verification.level.rawValue, proof(set, instants, now),
                manifest.proof?.recoverySeconds.map { DurationText.render(.seconds($0)) } ?? "–",
                manifest.job, notes(set).joined(separator: ", "),
            ])
        }
        return table.render()
    }

    /// Everything about one set, and its largest tables.
    static func details(_ set: StoredSet, _ instants: InstantText, now: Date) -> String {
        let manifest = set.manifest
        var table = TextTable([("", .left), ("", .left)])
        table.add(["set", manifest.id.uuidString.lowercased()])
        table.add(["folder", set.directory])
        table.add([
            "database", "\(manifest.target)/\(manifest.database.name), owner \(manifest.database.owner)",
        ])
        table.add([
            "server", "PostgreSQL \(manifest.serverVersion), dumped by pg_dump \(manifest.clientVersion)",
        ])
        table.add(["taken", "\(instants.full(manifest.started)) to \(instants.time(manifest.finished))"])
        table.add(["by", "job \(manifest.job), run \(manifest.run.uuidString.lowercased())"])
        table.add(["format", "\(manifest.format.rawValue), \(manifest.compression)"])
        table.add([
            "size", "\(ByteCount(manifest.size)) of a database of \(ByteCount(manifest.database.size))",
        ])
        table.add(["roles", manifest.globals.rawValue])
        table.add([
            "verified",
            "\(manifest.verification.level.rawValue) at \(instants.full(manifest.verification.at))",
        ])
        table.add(["drilled", proven(set, instants, now)])
        table.add([
            "restore", "pgvigil restore \(set.shortID) --to \(manifest.target)/\(manifest.database.name)",
        ])
        if !notes(set).isEmpty { table.add(["notes", notes(set).joined(separator: ", ")]) }
        for warning in manifest.warnings { table.add(["warning", warning]) }
        for file in manifest.files {
            table.add(["file", "\(file.path)  \(ByteCount(file.size))  \(file.sha256)"])
        }
        let largest = manifest.tables.sorted { $0.bytes > $1.bytes }
        for entry in largest.prefix(20) {
            let count = entry.rows.map { "\(Decimals.grouped($0)) rows" } ?? "rows not counted"
            table.add(["table", "\(entry.schema).\(entry.name)  \(count), \(ByteCount(entry.bytes))"])
        }
        if largest.count > 20 { table.add(["", "and \(largest.count - 20) more tables: see --json"]) }
        return String(table.render().drop { $0 == "\n" })
    }

    /// What retention decides, each set with its reasons.
    static func prune(_ entries: [PrunePlan.Entry], _ instants: InstantText) -> String {
        guard !entries.isEmpty else { return "No backups." }
        var table = TextTable([
            ("", .left), ("ID", .left), ("WHEN", .left), ("DATABASE", .left), ("SIZE", .right),
            ("WHY", .left),
        ])
        for entry in entries {
            let manifest = entry.set.manifest
            table.add([
                entry.keep ? "keep" : "remove", String(manifest.id.uuidString.lowercased().prefix(8)),
                instants.short(manifest.started), "\(manifest.target)/\(manifest.database.name)",
                "\(ByteCount(manifest.size))", entry.reasons.joined(separator: "; "),
            ])
        }
        return table.render()
    }

    /// What the last drill of it came to, and how long ago that was.
    private static func proof(_ set: StoredSet, _ instants: InstantText, _ now: Date) -> String {
        guard let proof = set.manifest.proof else { return "never" }
        let age = "\(instants.span(from: proof.at, to: now)) ago"
        return switch proof.verdict {
        case .proven: "\(proof.level.rawValue), \(age)"
        case .broken: "BROKEN, \(age)"
        case .couldNotVerify: "not known, \(age)"
        }
    }

    private static func proven(_ set: StoredSet, _ instants: InstantText, _ now: Date) -> String {
        guard let last = set.manifest.proof else { return "never: see 'pgvigil drill \(set.shortID)'" }
        let recovery = last.recoverySeconds.map { "; recovery took \(DurationText.render(.seconds($0)))" }
        return "\(proof(set, instants, now)), at \(instants.full(last.at)) in PostgreSQL \(last.server)"
            + "\(recovery ?? ""); pgvigil drills show \(last.run.uuidString.lowercased().prefix(8))"
    }

    private static func notes(_ set: StoredSet) -> [String] {
        var notes: [String] = []
        if set.damaged != nil { notes.append("DAMAGED") }
        if set.manifest.partial != nil { notes.append("PARTIAL") }
        if let reason = set.held { notes.append("held: \(reason)") }
        switch set.manifest.globals {
        case .none: notes.append("no roles")
        case .withoutPasswords: notes.append("roles without passwords")
        case .withPasswords: break
        }
        if !set.manifest.warnings.isEmpty { notes.append("\(set.manifest.warnings.count) warnings") }
        return notes
    }

    private static func rows(_ manifest: Manifest) -> Int64 {
        manifest.tables.reduce(0) { $0 + ($1.rows ?? 0) }
    }
}
