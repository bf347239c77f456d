/// Reads connection strings: those that libpq reads, with libpq's result, and what application frameworks
/// write.
package enum ConnectionURL {
    /// Reads a URI (`postgres://…`) or a string of `keyword=value` pairs.
    ///
    /// What libpq's `conninfo_uri_parse_options` and `conninfo_parse` (src/interfaces/libpq/fe-connect.c)
    /// accept gets the values that they give it. On top, the schemes of other libraries, an unescaped `@` or
    /// `/` in a password where nothing else can be meant, and the parameters of frameworks are understood.
    ///
    /// - Throws: ``JobsFault/badURL(of:_:)``, without any text that may belong to a password.
    package static func parse(_ text: String) throws(JobsFault) -> ConnectionInfo {
        do throws(URLProblem) {
            return try read(text)
        } catch {
            throw .badURL(of: "the connection", error)
        }
    }

    static func read(_ text: String) throws(URLProblem) -> ConnectionInfo {
        let bytes = URLBytes(text)
        let trimmed = bytes.trimmed
        guard !trimmed.isEmpty else { throw .empty }
        guard trimmed.count <= 16_384 else { throw .tooLong }
        var collector = ConnectionCollector()
        if let (scheme, rest) = scheme(of: trimmed) {
            guard isPostgres(scheme) else { throw .scheme(scheme) }
            try URIReader.read(rest, into: &collector)
        } else {
            // Not the trimmed text: a backslash may hold on to the last blank.
            try KeywordReader.read(bytes, into: &collector)
        }
        return try collector.finish()
    }

    /// What stands before `://`, if it looks like a scheme, and what stands after it; `jdbc:` before it is
    /// left out.
    private static func scheme(of text: URLBytes) -> (String, URLBytes)? {
        let isJDBC = text.prefix(5).text.lowercased() == "jdbc:"
        let body = isJDBC ? text.dropFirst(5) : text
        let scheme = body.upTo(":")
        let rest = body[scheme.endIndex...]
        guard rest.starts(with: "://".utf8), !scheme.isEmpty, scheme.count <= 32,
            scheme.text.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "+-._".contains($0)) })
        else { return nil }
        return (scheme.text.lowercased(), rest.dropFirst(3))
    }

    /// PostgreSQL's two, those of dj-database-url and Laravel, and any of them with SQLAlchemy's driver
    /// behind a `+`.
    private static func isPostgres(_ scheme: String) -> Bool {
        let dialect = String(scheme.prefix { $0 != "+" })
        return ["postgres", "postgresql", "postgis", "pgsql", "psql"].contains(dialect)
    }
}
