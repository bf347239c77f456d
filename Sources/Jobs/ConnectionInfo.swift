package import Faults

/// How to reach a server: libpq's connection parameters, with the password kept apart.
///
/// The keywords are those of the PostgreSQL manual, "Parameter Key Words" (section 34.1.2).
package struct ConnectionInfo: Sendable, Equatable {
    /// One keyword and its value, such as `host` and `db.example`.
    package struct Parameter: Sendable, Equatable {
        package var keyword: String
        package var value: String

        package init(_ keyword: String, _ value: String) {
            self.keyword = keyword
            self.value = value
        }
    }

    /// One keyword whose value must not be seen, such as `sslpassword`.
    package struct SecretParameter: Sendable, Equatable {
        package var keyword: String
        package var value: Secret

        package init(_ keyword: String, _ value: Secret) {
            self.keyword = keyword
            self.value = value
        }
    }

    /// In the order they were written; never holds `password` or another secret.
    package var parameters: [Parameter]
    /// Handed to libpq in memory and to child processes in a private file, nowhere else.
    package var password: Secret?
    /// Further secrets (`sslpassword`, `scram_client_key` …), treated like the password.
    package var secrets: [SecretParameter]

    package init(parameters: [Parameter], password: Secret? = nil, secrets: [SecretParameter] = []) {
        self.parameters = parameters
        self.password = password
        self.secrets = secrets
    }

    /// The value of a keyword, or nil where it is not set.
    package subscript(keyword: String) -> String? {
        get { parameters.last { $0.keyword == keyword }?.value }
        set {
            parameters.removeAll { $0.keyword == keyword }
            if let newValue { parameters.append(Parameter(keyword, newValue)) }
        }
    }

    /// The same server, another database.
    package func with(database: String) -> ConnectionInfo {
        var copy = self
        copy["dbname"] = database
        return copy
    }

    /// `keyword='value' …` without the password, as libpq reads it and as it may stand in an argument list.
    package var conninfo: String {
        parameters.map { parameter in
            let escaped = parameter.value.replacing("\\", with: "\\\\").replacing("'", with: "\\'")
            return "\(parameter.keyword)='\(escaped)'"
        }.joined(separator: " ")
    }

    /// `host:port`, or the socket's folder, for people; without user, database or secrets.
    ///
    /// Several hosts are told apart by commas, each with its own port.
    package var address: String {
        let hosts = (self["host"] ?? self["hostaddr"] ?? "").split(
            separator: ",", omittingEmptySubsequences: false)
        let ports = (self["port"] ?? "").split(separator: ",", omittingEmptySubsequences: false)
        return hosts.indices.map { index in
            let host = hosts[index].isEmpty ? "local socket" : String(hosts[index])
            let port = ports.count == 1 ? ports[0] : ports.indices.contains(index) ? ports[index] : ""
            if host.hasPrefix("/") || port.isEmpty { return host }
            return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        }.joined(separator: ",")
    }
}
