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

    /// In the order they were written; never holds `password`.
    package var parameters: [Parameter]
    /// Handed to libpq in memory and to child processes in a private file, nowhere else.
    package var password: Secret?

    package init(parameters: [Parameter], password: Secret? = nil) {
        self.parameters = parameters
        self.password = password
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
    package var address: String {
        let host = self["host"] ?? self["hostaddr"] ?? "local socket"
        return host.hasPrefix("/") || self["port"] == nil ? host : "\(host):\(self["port"] ?? "")"
    }
}
