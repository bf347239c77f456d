/// Reads why a client program failed from how it ended and what it said.
package enum ToolFailure {
    /// Nil when it succeeded.
    package static func fault(_ result: ToolResult, tool: String, item: String) -> EngineFault? {
        guard !result.succeeded else { return nil }
        let end =
            switch result.end {
            case .exited(let status): "ended with status \(status)"
            case .signalled(let signal): "was ended by signal \(signal)"
            }
        return .toolFailed(
            tool: tool, item: item, end: end, tail: lastMessage(result.errorTail),
            mayPass: mayPass(result.errorTail))
    }

    /// The last error line, without the program's own prefix.
    static func lastMessage(_ tail: String) -> String {
        let lines = tail.split(whereSeparator: \.isNewline).map { $0.trimmingPrefix { $0 == " " } }
        // pg_dump follows an error with DETAIL, HINT and the query; the error itself says more.
        let chosen = lines.last { $0.contains("error:") || $0.contains("FATAL:") } ?? lines.last ?? ""
        return String(chosen.prefix(500))
    }

    /// Whether the same call may succeed later: everything, but what somebody must mend first.
    static func mayPass(_ tail: String) -> Bool {
        let permanent = [
            "permission denied", "does not exist", "no matching", "authentication failed", "server version mismatch",
            "does not support compression", "unrecognized option", "invalid option", "no password supplied",
            "row-level security", "No space left",
        ]
        return !permanent.contains { tail.contains($0) }
    }
}
