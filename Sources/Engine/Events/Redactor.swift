package import Faults
import FoundationEssentials
package import Jobs

/// Takes secrets out of texts that leave the machine or are stored: those of the configuration, wherever they stand, and
/// what looks like one.
///
/// The message of a program may hold anything, such as the connection string that it was given.
package struct Redactor: Sendable {
    /// What stands where a secret was.
    package static let mark = "•••"
    /// A shorter secret is looked for as a whole word only, since it may be a part of many words.
    private static let shortMax = 3
    /// A part of an address that is shorter than this is no secret: a path such as `/hooks`.
    private static let partMin = 8

    /// In every way in which it may be written, the longest first.
    private let texts: [String]
    private let words: [String]

    /// Knows these secrets.
    package init(secrets: [Secret] = []) {
        var texts: Set<String> = []
        for secret in secrets {
            for part in Self.parts(of: secret.reveal()) { texts.formUnion(Self.spellings(of: part)) }
        }
        texts.remove("")
        self.texts = texts.filter { $0.utf8.count > Self.shortMax }.sorted {
            ($1.utf8.count, $0) < ($0.utf8.count, $1)
        }
        words = texts.filter { $0.utf8.count <= Self.shortMax }.sorted()
    }

    /// Knows every secret of a configuration.
    package init(_ settings: Settings) {
        var secrets: [Secret] = []
        func take(_ connection: ConnectionInfo) {
            if let password = connection.password { secrets.append(password) }
            secrets += connection.secrets.map(\.value)
        }
        for target in settings.targets { take(target.connection) }
        if case .server(let connection) = settings.catalog { take(connection) }
        for channel in settings.channels {
            switch channel.way {
            case .webhook(let url, _, _), .ping(let url): secrets.append(url)
            case .mail, .command: break
            }
        }
        self.init(secrets: secrets)
    }

    /// The text without secrets.
    package func redact(_ text: String) -> String {
        var clean = text.replacing("\0", with: "\u{FFFD}")
        // A text that was cut may begin with the end of a secret.
        for secret in texts { clean = Self.withoutRest(of: secret, clean) }
        for secret in texts where clean.contains(secret) { clean = clean.replacing(secret, with: Self.mark) }
        for word in words { clean = Self.withoutWord(word, clean) }
        return Self.withoutPatterns(clean)
    }

    /// One line of at most so many bytes, without secrets.
    package func line(_ text: String, bytesMax: Int) -> String {
        Self.head(FaultText.oneLine(redact(text)), bytesMax)
    }

    /// The beginning of a text, without secrets.
    package func head(_ text: String, bytesMax: Int) -> String { Self.head(redact(text), bytesMax) }

    /// The end of a text, without secrets.
    package func tail(_ text: String, bytesMax: Int) -> String {
        let clean = redact(text)
        guard clean.utf8.count > bytesMax else { return clean }
        let mark = "…"
        var bytes = clean.utf8.suffix(max(0, bytesMax - mark.utf8.count))
        // Not from the middle of a character.
        while let first = bytes.first, first & 0xC0 == 0x80 { bytes = bytes.dropFirst() }
        return mark + String(Substring(bytes))
    }

    private static func head(_ text: String, _ bytesMax: Int) -> String {
        guard text.utf8.count > bytesMax else { return text }
        let mark = "…"
        var end = text.utf8.index(text.startIndex, offsetBy: max(0, bytesMax - mark.utf8.count))
        while end > text.startIndex, text.utf8[end] & 0xC0 == 0x80 { end = text.utf8.index(before: end) }
        return String(text[..<end]) + mark
    }

    // MARK: Known secrets

    /// A secret, and of an address also what is behind its host, for messages name that alone.
    private static func parts(of secret: String) -> [String] {
        guard let scheme = secret.firstRange(of: "://") else { return [secret] }
        let rest = secret[scheme.upperBound...]
        guard let slash = rest.firstIndex(where: { $0 == "/" || $0 == "?" }) else { return [secret] }
        let path = rest[slash...]
        let pieces = path.split(whereSeparator: { "/?&=#".contains($0) }).map(String.init)
        return ([secret, String(path)] + pieces).filter { $0.utf8.count >= partMin }
    }

    /// How a secret may be written: as it is, in an address, in JSON, in SQL, in a connection string.
    private static func spellings(of secret: String) -> [String] {
        let backslashed = secret.replacing("\\", with: "\\\\")
        return [
            secret, percentEncoded(secret), backslashed.replacing("\"", with: "\\\""),
            secret.replacing("'", with: "''"), backslashed.replacing("'", with: "\\'"),
            FaultText.oneLine(secret),
        ]
    }

    private static func percentEncoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF")
        return text.utf8.reduce(into: "") { encoded, byte in
            let character = Character(Unicode.Scalar(byte))
            if character.isASCII, character.isLetter || character.isNumber || "-._~".contains(character) {
                encoded.append(character)
            } else {
                encoded += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
            }
        }
    }

    /// The text without the end of a secret that it begins with.
    private static func withoutRest(of secret: String, _ text: String) -> String {
        let bytes = Array(secret.utf8)
        for start in bytes.indices.dropFirst() where bytes.count - start > shortMax {
            let rest = bytes[start...]
            guard text.utf8.starts(with: rest) else { continue }
            return mark + String(decoding: text.utf8.dropFirst(rest.count), as: UTF8.self)
        }
        return text
    }

    private static func withoutWord(_ word: String, _ text: String) -> String {
        var clean = ""
        var rest = text[...]
        while let range = rest.firstRange(of: word) {
            let before = rest[..<range.lowerBound].last ?? clean.last
            let after = rest[range.upperBound...].first
            let isWord = ![before, after].contains { $0?.isLetter ?? false || $0?.isNumber ?? false }
            clean += rest[..<range.lowerBound]
            clean += isWord ? mark : word
            rest = rest[range.upperBound...]
        }
        return clean + rest
    }

    // MARK: What looks like a secret

    private static func withoutPatterns(_ text: String) -> String {
        var clean = text
        if clean.contains("@") {
            // scheme://user:password@host
            clean = clean.replacing(/([A-Za-z][A-Za-z0-9+.\-]*:\/\/[^\s\/@:]*):[^\s\/]*@/) {
                "\($0.1):\(mark)@"
            }
        }
        let lower = clean.lowercased()
        guard ["pass", "pwd", "secret", "token", "key", "bearer", "basic"].contains(where: lower.contains)
        else { return clean }
        // password='…', "api_key": "…", token=…
        clean = clean.replacing(
            /([A-Za-z0-9_\-]*(?:password|passwd|pwd|passphrase|secret|token|api_?-?key)[A-Za-z0-9_\-]*["']?\s*[=:]\s*)('(?:[^'\\]|\\.)*(?:'|$)|"(?:[^"\\]|\\.)*(?:"|$)|[^\s&,;]+)/
                .ignoresCase()
        ) { "\($0.1)\(mark)" }
        // ALTER ROLE … PASSWORD '…'
        clean = clean.replacing(/(\bpassword\s+)'(?:[^']|'')*(?:'|$)/.ignoresCase()) { "\($0.1)\(mark)" }
        return clean.replacing(/\b(basic|bearer)\s+[A-Za-z0-9._~+\/=\-]{8,}/.ignoresCase()) {
            "\($0.1) \(mark)"
        }
    }
}
