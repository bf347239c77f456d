package import Faults

/// Where to connect, as whom, and how long anything may take.
package struct ConnectionOptions: Sendable {
    /// libpq's keywords and values, in order; a later one wins, and an empty one unsets. Never holds `password`.
    ///
    /// Manual, "Parameter Key Words" (section 34.1.2). `connect_timeout` is honoured per address.
    package var parameters: [(keyword: String, value: String)]
    package var password: Secret?
    /// Further keywords whose values must not be seen, such as `sslpassword`.
    package var secrets: [(keyword: String, value: Secret)]
    /// Shown in `pg_stat_activity`, unless the parameters name another.
    package var applicationName: String
    /// The longest wait for one address of the server.
    package var connectLimit: Duration
    /// The longest wait for one statement, unless the call says otherwise.
    package var statementLimit: Duration

    /// Options with limits that fit short statements.
    package init(
        parameters: [(keyword: String, value: String)], password: Secret? = nil,
        secrets: [(keyword: String, value: Secret)] = [], applicationName: String = "pgvigil",
        connectLimit: Duration = .seconds(10), statementLimit: Duration = .seconds(60)
    ) {
        self.parameters = parameters
        self.password = password
        self.secrets = secrets
        self.applicationName = applicationName
        self.connectLimit = connectLimit
        self.statementLimit = statementLimit
    }

    /// The value of a keyword, or nil where it is not set or empty, which libpq treats alike.
    package subscript(keyword: String) -> String? {
        parameters.last { $0.keyword == keyword }.flatMap { $0.value.isEmpty ? nil : $0.value }
    }

    /// What `PQconnectStartParams` gets, secrets included.
    var libpqParameters: [(keyword: String, value: String)] {
        // A dead peer is noticed within about a minute instead of the system's two hours.
        var all: [(keyword: String, value: String)] = [
            ("fallback_application_name", applicationName), ("keepalives_idle", "30"),
            ("keepalives_interval", "10"),
            ("keepalives_count", "3"),
        ]
        // The last one of a keyword wins, and an empty one unsets it.
        let last = Dictionary(
            parameters.map { ($0.keyword, $0.value) }, uniquingKeysWith: { _, later in later })
        all += last.filter { !$0.value.isEmpty }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        if let password { all.append(("password", password.reveal())) }
        all += secrets.map { ($0.keyword, $0.value.reveal()) }
        all.append(("client_encoding", "UTF8"))
        return all
    }

    /// The wait for one address: `connect_timeout` in seconds, where it is set and not 0.
    var addressLimit: Duration {
        guard let seconds = self["connect_timeout"].flatMap({ Int($0) }), seconds > 0 else {
            return connectLimit
        }
        return .seconds(seconds)
    }

    /// For people: `host:port`, the socket's folder, or all of them for several hosts; no user, no secrets.
    package var address: String {
        let hosts = list(self["host"] == nil ? "hostaddr" : "host")
        let ports = list("port")
        return hosts.enumerated().map { index, host in
            let port = ports.count == 1 ? ports[0] : index < ports.count ? ports[index] : ""
            if host.isEmpty { return "the local socket" }
            return host.hasPrefix("/") || port.isEmpty ? host : "\(host):\(port)"
        }.joined(separator: ", ")
    }

    /// The same without the hosts up to this one; nil if it is not in the list, or the last.
    func after(host: String, port: String) -> ConnectionOptions? {
        let names = list(self["host"] == nil ? "hostaddr" : "host")
        let ports = list("port")
        guard
            let index = names.indices.first(where: {
                names[$0] == host && (ports.count < 2 || ports[$0] == port)
            }),
            index < names.count - 1, ports.count < 2 || ports.count == names.count
        else { return nil }
        var rest = self
        for keyword in ["host", "hostaddr", "port"] where list(keyword).count > 1 {
            rest.parameters.append((keyword, list(keyword).dropFirst(index + 1).joined(separator: ",")))
        }
        return rest
    }

    /// The elements of a value that lists one for each host.
    private func list(_ keyword: String) -> [String] {
        (self[keyword] ?? "").split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
}
