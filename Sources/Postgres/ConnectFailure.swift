/// Finds out from libpq's text why a connection did not come about.
///
/// The server's own message carries its SQLSTATE, since the connection asks for verbose errors: it is found by that,
/// in whatever language it is written. What libpq itself says is English, as the program sets no locale; those texts
/// stand in `fe-connect.c`, `fe-auth.c` and `fe-secure-openssl.c` of libpq.
package enum ConnectFailure {
    /// The fault that a failed attempt to connect means, by the text of `PQerrorMessage`.
    package static func classify(_ text: String, address: String) -> PostgresFault {
        if let message = serverMessage(in: text) { return classify(message, address: address) }
        let cause = causes(in: text)
        func has(_ needles: String...) -> Bool { needles.contains { text.contains($0) } }
        if has("could not translate host name", "could not parse network address") {
            return .nameUnknown(
                address: address, cause: cause, temporary: has("Temporary failure in name resolution"))
        }
        // libpq says nothing more: it has not begun to connect.
        if let match = text.firstMatch(of: #/^invalid connection option "([^"]*)"/#) {
            return .unknownParameter(keyword: String(match.1), library: LibraryVersion.text)
        }
        if has("no password supplied") { return .passwordMissing(address: address) }
        if has("session is read-only", "session is not read-only", "hot standby mode") {
            return .noSuitableServer(address: address, cause: cause)
        }
        if has(
            "invalid response to SSL negotiation", "expected authentication request", "invalid message length"
        ) {
            return .notPostgres(address: address, cause: cause)
        }
        if has("SSL", "certificate", "GSSAPI", "GSS ", "channel binding") {
            return has("invalid sslmode", "invalid gssencmode", "invalid channel_binding", "not compiled in")
                ? .badParameter(cause: cause) : .encryption(address: address, cause: cause)
        }
        if has(
            "invalid port", "invalid integer", "invalid value",
            "definition of service")
            || (has("invalid ") && has(" value: \"")) || (has("could not match") && has(" hosts"))
        {
            return .badParameter(cause: cause)
        }
        return .unreachable(address: address, cause: cause)
    }

    /// What an error of the server means while one connects.
    static func classify(_ message: ServerMessage, address: String) -> PostgresFault {
        switch message.sqlState {
        case "28P01": .passwordWrong(address: address, message)
        case "28000": .accessRefused(address: address, message)
        case "3D000": .databaseMissing(address: address, message)
        case "53300": .tooManyConnections(address: address, message)
        case "57P03": .notReady(address: address, message)
        default: .refused(address: address, message)
        }
    }

    /// The last `SEVERITY:  SQLSTATE: message` of the text, with its detail and hint.
    private static func serverMessage(in text: String) -> ServerMessage? {
        var found: ServerMessage?
        for line in text.split(separator: "\n") {
            if let match = line.firstMatch(of: #/(?:^|: )([^:]+):  ([0-9A-Z]{5}): (.*)$/#) {
                found = ServerMessage(
                    severity: String(match.1), sqlState: String(match.2), message: String(match.3))
            } else if line.hasPrefix("DETAIL:  ") {
                found?.detail = String(line.dropFirst(9))
            } else if line.hasPrefix("HINT:  ") {
                found?.hint = String(line.dropFirst(7))
            }
        }
        return found
    }

    /// The reasons without the addresses around them and without libpq's advice, which stands on lines with a tab.
    private static func causes(in text: String) -> String {
        var causes: [String] = []
        for line in text.split(separator: "\n") where !line.hasPrefix("\t") {
            let reason = line.firstRange(of: " failed: ").map { line[$0.upperBound...] } ?? line
            let cause = String(reason).trimmingPrefix("could not connect to server: ")
            if !causes.contains(String(cause)) { causes.append(String(cause)) }
        }
        return causes.isEmpty ? "libpq gave no reason" : causes.joined(separator: "; ")
    }
}
