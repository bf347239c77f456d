import Engine

/// The environment that a client program gets: small, the same in every locale, with the user's own `PG…`
/// settings.
enum CleanEnvironment {
    /// Passed on from our own environment where it is set, besides everything that begins with `PG`.
    private static let passedOn: Set<String> = [
        "PATH", "HOME", "USER", "LOGNAME", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "KRB5CCNAME", "KRB5_CONFIG",
        "KRB5_CLIENT_KTNAME", "SSL_CERT_FILE", "SSL_CERT_DIR", "OPENSSL_CONF",
    ]
    private static let defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

    /// The variables for one call.
    ///
    /// Messages are read by us, so they are in English. libpq prefers `PGPASSWORD` to a password file
    /// (manual, section 34.15), so ours is left out where the call brings a file of its own.
    static func make(caller: [String: String], call: [String: String]) -> [String: String] {
        var made = caller.filter { passedOn.contains($0.key) || $0.key.hasPrefix("PG") }
        made["PATH"] = path(caller: caller)
        made["LANG"] = "C"
        made["LC_ALL"] = "C"
        if call["PGPASSFILE"] != nil { made["PGPASSWORD"] = nil }
        return made.merging(call) { _, ours in ours }
    }

    /// Where programs are looked for.
    static func path(caller: [String: String]) -> String { caller["PATH"] ?? defaultPath }
}
