/// The version that a client program tells of itself.
struct ClientVersion: Sendable, Equatable {
    /// From 9 on.
    var major: Int
    /// As the program writes it: `15.18`, `19beta1`, `20devel`.
    var text: String

    /// Reads `pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`; nil for anything else.
    static func parse(_ output: String) -> ClientVersion? {
        let words = output.split(whereSeparator: { $0.isWhitespace }).prefix(8)
        guard let mark = words.firstIndex(of: "(PostgreSQL)"), words.indices.contains(mark + 1) else {
            return nil
        }
        let text = words[mark + 1]
        guard let major = Int(text.prefix { $0.isASCII && $0.isNumber }), (9...999).contains(major) else {
            return nil
        }
        return ClientVersion(major: major, text: String(text.prefix(64)))
    }
}
