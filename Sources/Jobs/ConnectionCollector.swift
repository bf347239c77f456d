import Faults

/// Gathers the parameters of one connection string, with the rules that hold whatever its syntax.
struct ConnectionCollector {
    private var parameters: [ConnectionInfo.Parameter] = []
    private var password: Secret?
    private var secrets: [ConnectionInfo.SecretParameter] = []

    /// Whether the parameter is one of libpq's or of a framework's.
    func knows(_ keyword: String) -> Bool {
        ConnectionKeywords.all.contains(keyword) || ConnectionKeywords.ignored.contains(keyword)
            || ConnectionKeywords.aliases[keyword] != nil || keyword == "ssl"
    }

    /// Sets a keyword of libpq's; a later value replaces an earlier one, as in libpq's `conninfo_storeval`.
    mutating func set(_ keyword: String, _ value: String) throws(URLProblem) {
        // A C string ends there: the rest would be lost without a word.
        guard !value.utf8.contains(0) else { throw .value(keyword, allowed: ["text without a zero byte"]) }
        if keyword == "password" {
            password = Secret(value)
        } else if ConnectionKeywords.secret.contains(keyword) {
            secrets.removeAll { $0.keyword == keyword }
            secrets.append(ConnectionInfo.SecretParameter(keyword, Secret(value)))
        } else if let index = parameters.firstIndex(where: { $0.keyword == keyword }) {
            parameters[index].value = value
        } else {
            parameters.append(ConnectionInfo.Parameter(keyword, value))
        }
    }

    /// Sets a keyword that somebody wrote: translates those of frameworks, leaves out those that mean nothing
    /// here.
    mutating func setOrIgnore(_ keyword: String, _ value: String) throws(URLProblem) {
        if keyword == "ssl" || keyword == "sslmode" || keyword == "requiressl" {
            try setSSL(keyword, value)
        } else if let alias = ConnectionKeywords.aliases[keyword] {
            try set(alias, value)
        } else if ConnectionKeywords.all.contains(keyword) {
            try set(keyword, value)
        } else if !ConnectionKeywords.ignored.contains(keyword) {
            let known = ConnectionKeywords.all.sorted()
            throw .unknown(keyword, nearest: Suggestion.nearest(to: keyword, among: known))
        }
    }

    /// Checks what only the whole can tell.
    func finish() throws(URLProblem) -> ConnectionInfo {
        let info = ConnectionInfo(parameters: parameters, password: password, secrets: secrets)
        let hosts = info["hostaddr"] ?? info["host"] ?? ""
        let hostCount = hosts.split(separator: ",", omittingEmptySubsequences: false).count
        let ports = info["port"]?.split(separator: ",", omittingEmptySubsequences: false) ?? []
        for port in ports where !port.isEmpty {
            guard let number = UInt16(port), number > 0 else { throw .port }
        }
        guard ports.count <= 1 || ports.count == hostCount else { throw .portCount }
        for (keyword, allowed) in ConnectionKeywords.values {
            guard let value = info[keyword], !value.isEmpty, !allowed.contains(value) else { continue }
            throw .value(keyword, allowed: allowed)
        }
        return info
    }

    /// `ssl=true` is libpq's own; `no-verify` is node-postgres's name for encryption without a check of the
    /// certificate, which is what libpq's `require` does; asyncpg takes the modes themselves as `ssl=`.
    private mutating func setSSL(_ keyword: String, _ value: String) throws(URLProblem) {
        let modes = ConnectionKeywords.sslModes
        switch (keyword, value.lowercased()) {
        case ("ssl", "true"), ("ssl", "1"), (_, "no-verify"): try set("sslmode", "require")
        case ("ssl", "false"), ("ssl", "0"): try set("sslmode", "disable")
        case ("requiressl", let flag): try set("sslmode", flag.hasPrefix("1") ? "require" : "prefer")
        case (_, let mode) where modes.contains(mode) || (mode.isEmpty && keyword == "sslmode"):
            try set("sslmode", mode)
        case ("ssl", _): throw .value("ssl", allowed: ["true", "false"] + modes)
        default: throw .value("sslmode", allowed: modes + ["no-verify"])
        }
    }
}
