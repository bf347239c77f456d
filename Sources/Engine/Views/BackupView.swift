import ArchiveFormat
package import FoundationEssentials

/// A backup set as lists and `--json` show it; the keys are documented in `docs/json.md` and stay.
package struct BackupView: Sendable, Equatable, Codable {
    package var id: String
    package var run: String
    package var job: String
    package var target: String
    package var database: String
    package var store: String
    package var path: String
    package var started: Date
    package var finished: Date
    package var bytes: Int64
    package var format: String
    package var compression: String
    package var serverVersion: String
    package var partial: Bool
    /// What was checked before it was published: `decode` or `hash`.
    package var verified: String
    package var tables: Int
    package var rows: Int64
    package var globals: String
    package var warnings: [String]
    /// The reason, if it is held against retention.
    package var held: String?
    /// What a verification found wrong with it since; it does not count for retention then.
    package var damaged: String?
    /// What the last drill of it came to; nil before the first.
    package var proof: ProofView?

    package init(_ set: StoredSet) {
        let manifest = set.manifest
        id = manifest.id.uuidString.lowercased()
        run = manifest.run.uuidString.lowercased()
        job = manifest.job
        target = manifest.target
        database = manifest.database.name
        store = set.store
        path = set.path
        started = manifest.started
        finished = manifest.finished
        bytes = manifest.size
        format = manifest.format.rawValue
        compression = manifest.compression
        serverVersion = manifest.serverVersion
        partial = manifest.partial != nil
        verified = manifest.verification.level.rawValue
        tables = manifest.tables.count
        rows = manifest.tables.reduce(0) { $0 + ($1.rows ?? 0) }
        globals = manifest.globals.rawValue
        warnings = manifest.warnings
        held = set.held
        damaged = set.damaged
        proof = manifest.proof.map(ProofView.init)
    }
}

/// What the last drill of a set came to, as `--json` shows it.
package struct ProofView: Sendable, Equatable, Codable {
    package var run: String
    package var at: Date
    /// `proven`, `broken` or `could not verify`.
    package var verdict: String
    /// `rows` or `content`.
    package var level: String
    package var recoverySeconds: Double?
    /// The version of the server that it was restored into.
    package var server: String

    init(_ proof: Manifest.Proof) {
        run = proof.run.uuidString.lowercased()
        at = proof.at
        verdict = proof.verdict.rawValue
        level = proof.level.rawValue
        recoverySeconds = proof.recoverySeconds
        server = proof.server
    }
}

/// What retention decides of a set, as `backups prune --json` shows it.
package struct PruneView: Sendable, Equatable, Codable {
    package var backup: BackupView
    package var keep: Bool
    package var reasons: [String]

    package init(_ entry: PrunePlan.Entry) {
        backup = BackupView(entry.set)
        keep = entry.keep
        reasons = entry.reasons
    }
}
