/// Reads why a client program failed from how it ended and what it said.
package enum ToolFailure {
    /// Nil when it succeeded.
    package static func fault(_ result: ToolResult, tool: String, item: String) -> EngineFault? {
        guard !result.succeeded else { return nil }
        return .toolFailed(
            tool: tool, item: item, end: end(result), tail: lastMessage(result.errorTail),
            mayPass: mayPass(result.errorTail))
    }

    /// How a program ended, as the middle of a sentence.
    static func end(_ result: ToolResult) -> String {
        switch result.end {
        case .exited(let status): "ended with status \(status)"
        case .signalled(let signal): "was ended by signal \(signal)"
        }
    }

    /// The last three lines that any program wrote to its standard error, as one of at most 500 characters.
    static func lastLines(_ tail: String) -> String {
        let lines = tail.split(whereSeparator: \.isNewline).map { line in
            trimmed(
                line[
                    ..<(line.lastIndex { $0 != " " && $0 != "\t" && $0 != "\r" }.map(line.index(after:))
                        ?? line.startIndex)])
        }.filter { !$0.isEmpty }
        return String(lines.suffix(3).joined(separator: " | ").suffix(500))
    }

    /// The last error line, without the program's own prefix, and what the server said if that stands apart.
    static func lastMessage(_ tail: String) -> String {
        let lines = tail.split(whereSeparator: \.isNewline)
        // pg_dump follows an error with DETAIL, HINT and the query; the error itself says more.
        let chosen =
            errorLines(lines).last { !$0.contains(workerDied) } ?? errorLines(lines).last ?? lines.last ?? ""
        let detail = lines.last { $0.contains(serverSaid) }.flatMap { line in
            line.firstRange(of: serverSaid).map { line[$0.upperBound...] }
        }
        let parts = [withoutPrefix(chosen)] + (detail.map { [trimmed($0)] } ?? [])
        return String(parts.joined(separator: " ").prefix(500))
    }

    /// Whether the same call may succeed later: everything, but what somebody must mend first.
    static func mayPass(_ tail: String) -> Bool {
        let permanent = [
            "permission denied", "does not exist", "no matching", "authentication failed",
            "server version mismatch",
            "does not support compression", "unrecognized option", "invalid option", "no password supplied",
            "row-level security", "No space left",
        ]
        // Warnings say such things too, of objects that are left out.
        let lines = tail.split(whereSeparator: \.isNewline)
        let telling = errorLines(lines) + lines.filter { $0.contains(serverSaid) }
        return !(telling.isEmpty ? lines : telling).contains { line in
            permanent.contains { line.contains($0) }
        }
    }

    /// What a parallel dump says last, after the worker has said why (`src/bin/pg_dump/parallel.c`).
    private static let workerDied = "a worker process died unexpectedly"
    /// Begins the server's own words after a failed COPY (`dumpTableData_copy` in `src/bin/pg_dump/pg_dump.c`).
    private static let serverSaid = "Error message from server: "

    private static func errorLines(_ lines: [Substring]) -> [Substring] {
        lines.filter { $0.contains("error:") || $0.contains("FATAL:") }
    }

    /// The line without `pg_dump: error: ` before it.
    private static func withoutPrefix(_ line: Substring) -> String {
        guard let mark = line.firstRange(of: "error: "), line[..<mark.lowerBound].hasSuffix(": "),
            !line[..<mark.lowerBound].dropLast(2).contains(" ")
        else { return trimmed(line) }
        return trimmed(line[mark.upperBound...])
    }

    private static func trimmed(_ text: Substring) -> String {
        String(text.trimmingPrefix { $0 == " " || $0 == "\t" })
    }
}
