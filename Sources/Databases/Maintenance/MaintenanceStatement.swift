import Engine
import Measures
import Policy

/// The statements of maintenance as text, by what the server's version knows.
struct MaintenanceStatement {
    let version: Int
    let gently: Gentleness

    /// `VACUUM (…) "schema"."name"`; never FULL.
    ///
    /// SKIP_LOCKED, since a VACUUM that queues for its lock would have an autovacuum on the table cancelled.
    func vacuum(_ name: QualifiedName, _ options: MaintenanceOptions, freezes: Bool) -> String {
        var words: [String] = []
        if freezes || options.freezes { words.append("FREEZE") }
        words.append("SKIP_LOCKED")
        if !gently.truncates { words.append("TRUNCATE false") }
        if options.skipsIndexes { words.append("INDEX_CLEANUP false") }
        if version >= 130_000 { words.append("PARALLEL 0") }
        return "VACUUM (\((words + buffers).joined(separator: ", "))) \(name.quoted)"
    }

    /// `ANALYZE (SKIP_LOCKED) "schema"."name"`; of a partitioned parent with its leaves, also where ONLY could leave them
    /// out (18): what they were modified by since is what the parent's need goes by.
    func analyze(_ name: QualifiedName) -> String {
        "ANALYZE (\((["SKIP_LOCKED"] + buffers).joined(separator: ", "))) \(name.quoted)"
    }

    static func reindex(_ name: QualifiedName) -> String { "REINDEX INDEX CONCURRENTLY \(name.quoted)" }
    static func drop(_ name: QualifiedName) -> String { "DROP INDEX CONCURRENTLY \(name.quoted)" }

    /// From 128 kB to 16 GB, or 0 (manual, VACUUM).
    private var buffers: [String] {
        guard version >= 160_000, let limit = gently.bufferLimit else { return [] }
        let kilobytes = limit.bytes <= 0 ? 0 : min(max(limit.bytes / 1024, 128), 16_777_216)
        return ["BUFFER_USAGE_LIMIT '\(kilobytes) kB'"]
    }
}

extension QualifiedName {
    var quoted: String { "\(SQLName.quote(schema)).\(SQLName.quote(name))" }
    /// For people.
    var text: String { "\(schema).\(name)" }
}
