/// Reads what follows `postgres://`, as libpq's `conninfo_uri_parse_options` does.
enum URIReader {
    static func read(_ text: URLBytes, into collector: inout ConnectionCollector) throws(URLProblem) {
        var rest = text
        if let end = endOfCredentials(text) {
            try readCredentials(text[..<end], into: &collector)
            rest = text[(end + 1)...]
        }
        rest = try readHosts(rest, into: &collector)
        if rest.begins(with: "/") {
            let name = rest.dropFirst().upTo("?")
            rest = rest[name.endIndex...]
            // With both, it is more likely the end of a password with a slash in it than a name.
            guard !(name.has("@") && name.has("/")) else { throw .host }
            // An empty name would force the user's name and hide PGDATABASE.
            if !name.isEmpty { try collector.set("dbname", decode(name)) }
        }
        if rest.begins(with: "?") { try readQuery(rest.dropFirst(), into: &collector) }
    }

    /// The `@` that ends user and password, or nil where there are none.
    ///
    /// libpq takes the first `@` before any `/`. No host holds an `@`, so where the host would, the last `@`
    /// is meant, and the others belong to a password that nobody encoded. Likewise a `/` before the first `@`
    /// can only be part of a password if what stands between `:` and `/` is no port.
    private static func endOfCredentials(_ text: URLBytes) -> Int? {
        let upToSlash = text.upTo("/")
        let upToAt = text.upTo("@")
        if upToAt.endIndex < upToSlash.endIndex { return text[upToAt.endIndex...].upTo("/?").last("@") }
        let upToColon = upToSlash.upTo(":")
        let port = upToSlash[upToColon.endIndex...].dropFirst()
        guard upToAt.endIndex < text.endIndex, !text.begins(with: "["), !port.allSatisfy(URLBytes.isDigit),
            !upToSlash.has("?"), !upToSlash.has(",")
        else { return nil }
        return text.upTo("?").last("@")
    }

    private static func readCredentials(
        _ text: URLBytes, into collector: inout ConnectionCollector
    ) throws(URLProblem) {
        let user = text.upTo(":")
        if !user.isEmpty { try collector.set("user", decode(user)) }
        let password = text[user.endIndex...].dropFirst()
        if !password.isEmpty { try collector.set("password", decode(password)) }
    }

    /// Reads `host:port,[address]:port,…`; returns what follows, which is empty or begins with `/` or `?`.
    private static func readHosts(
        _ text: URLBytes, into collector: inout ConnectionCollector
    ) throws(URLProblem) -> URLBytes {
        var rest = text
        var hosts: [String] = []
        var ports: [String] = []
        while true {
            hosts.append(try readHost(&rest).text)
            var port = URLBytes()
            if rest.begins(with: ":") {
                port = rest.dropFirst().upTo("/?,")
                rest = rest[port.endIndex...]
            }
            ports.append(port.text)
            guard rest.begins(with: ",") else { break }
            rest = rest.dropFirst()
        }
        let host = URLBytes(hosts.joined(separator: ","))
        let port = URLBytes(ports.joined(separator: ","))
        if !host.isEmpty { try collector.set("host", decode(host)) }
        if !port.isEmpty { try collector.set("port", decode(port)) }
        return rest
    }

    private static func readHost(_ rest: inout URLBytes) throws(URLProblem) -> URLBytes {
        guard rest.begins(with: "[") else {
            let host = rest.upTo(":/?,")
            guard !host.has("@"), !host.has("["), !host.has("]"), !host.has("#") else { throw .host }
            rest = rest[host.endIndex...]
            return host
        }
        let address = rest.dropFirst().upTo("]")
        rest = rest[address.endIndex...]
        guard rest.begins(with: "]"), !address.isEmpty else { throw .bracket }
        rest = rest.dropFirst()
        guard rest.isEmpty || rest.upTo(":/?,").isEmpty else { throw .bracket }
        return address
    }

    private static func readQuery(_ text: URLBytes, into collector: inout ConnectionCollector)
        throws(URLProblem)
    {
        var rest = text
        while !rest.isEmpty {
            let pair = rest.upTo("&")
            rest = rest[pair.endIndex...].dropFirst()
            let parts = pair.parts(between: "=")
            guard parts.count == 2 else { throw .query }
            let (keyword, value) = (try decode(parts[0]), try decode(parts[1]))
            // After an unencoded @ nothing may be repeated: it may be the end of a password with a ? in it.
            guard collector.knows(keyword) || !text.has("@") else { throw .query }
            try collector.setOrIgnore(keyword, value)
        }
    }

    /// Undoes percent-encoding, as `conninfo_uri_decode`: a bad escape and `%00` are refused, `+` stands for
    /// itself.
    private static func decode(_ text: URLBytes) throws(URLProblem) -> String {
        var bytes: [UInt8] = []
        var rest = text
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(hexDigit), let low = rest.popFirst().flatMap(hexDigit),
                high != 0 || low != 0
            else { throw .percent }
            bytes.append(high << 4 | low)
        }
        guard let decoded = String(validating: bytes, as: UTF8.self) else { throw .percent }
        return decoded
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        Character(Unicode.Scalar(byte)).hexDigitValue.map(UInt8.init)
    }
}
