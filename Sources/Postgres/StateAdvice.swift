/// What a SQLSTATE means for whoever has to act on it: manual, Appendix A, "PostgreSQL Error Codes".
struct StateAdvice {
    var code: String
    var remedy: String
    var mayPass: Bool

    /// The advice for a state, else for its class (its first two characters), else the general one.
    static func of(_ sqlState: String) -> StateAdvice {
        table[sqlState] ?? table[String(sqlState.prefix(2))]
            ?? StateAdvice(
                code: "statement.failed", remedy: "Look into the server's log for the circumstances.",
                mayPass: false)
    }

    private static let table: [String: StateAdvice] = [
        "08": StateAdvice(
            code: "connection.failed", remedy: "Check the network, or the pooler in between, then try again.",
            mayPass: true),
        "0A": StateAdvice(
            code: "statement.unsupported",
            remedy: "Use a server of PostgreSQL 12 or later, without limits of a pooler.",
            mayPass: false),
        "23": StateAdvice(
            code: "statement.constraint", remedy: "Report this as a defect of pgvigil.", mayPass: false),
        "25006": StateAdvice(
            code: "server.read-only",
            remedy:
                "Point the connection URL at the primary, for instance with 'target_session_attrs=read-write'.",
            mayPass: true),
        "28": StateAdvice(
            code: "server.access-refused", remedy: "Correct user and password of the connection URL.",
            mayPass: false),
        "40": StateAdvice(code: "statement.conflict", remedy: "Try it again.", mayPass: true),
        "42501": StateAdvice(
            code: "server.permission", remedy: "Grant the role what it lacks, or use another role.",
            mayPass: false),
        "42P01": StateAdvice(
            code: "statement.missing-object",
            remedy: "Run 'pgvigil catalog migrate' if it is a table of the catalog.",
            mayPass: false),
        "53": StateAdvice(
            code: "server.resources", remedy: "Give the server what it lacks, or wait until load is lower.",
            mayPass: true),
        "53100": StateAdvice(
            code: "server.disk-full", remedy: "Free disk space on the server's machine.", mayPass: true),
        "55P03": StateAdvice(
            code: "server.lock-wait",
            remedy: "Look in pg_stat_activity for who holds the lock, then try again.",
            mayPass: true),
        "57": StateAdvice(
            code: "server.interrupted",
            remedy: "Find out who stopped it in the server's log, then try again.",
            mayPass: true),
        "58": StateAdvice(
            code: "server.system-error", remedy: "Check the disks of the server's machine and its log.",
            mayPass: false),
        "XX": StateAdvice(
            code: "server.internal-error", remedy: "Check the server's log; data may be damaged.",
            mayPass: false),
    ]
}
