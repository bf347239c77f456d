/// Addresses of the web: those that are told of events, and the one that is listened on.
enum WebAddress {
    /// The longest address that is taken.
    static let bytesMax = 4096

    /// What keeps text from being an `http` or `https` address, without a part of it; nil if nothing does.
    ///
    /// Only what every client must refuse is refused (RFC 3986): the rest is the server's to say.
    static func problem(of text: String) -> String? {
        guard text.utf8.count <= bytesMax else { return "it has more than \(bytesMax) bytes" }
        let lowered = text.lowercased()
        guard let scheme = ["https://", "http://"].first(where: lowered.hasPrefix) else {
            return "it begins neither with https:// nor with http://"
        }
        let unfit = text.utf8.contains { $0 <= 0x20 || $0 >= 0x7F || "\"<>\\^`{|}".utf8.contains($0) }
        if unfit { return "it holds a blank or another sign that must be percent-encoded" }
        let authority = text.dropFirst(scheme.count).prefix { !"/?#".contains($0) }
        let host = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
        guard let (name, port) = split(host) else { return "it has no host" }
        guard isName(name) || isIPv6(name) else { return "its host is none" }
        guard port.isEmpty || number(port).map({ $0 > 0 }) == true else { return "its port is none" }
        return nil
    }

    /// `127.0.0.1:9187` and `[::1]:9187`; `localhost` is 127.0.0.1. Nil for anything else.
    static func listener(_ text: String) -> WebSettings.Address? {
        guard let (name, port) = split(text[...]), let number = number(port) else { return nil }
        let host = name == "localhost" ? "127.0.0.1" : String(name)
        guard text.hasPrefix("[") ? isIPv6(host[...]) : isIPv4(host) else { return nil }
        return WebSettings.Address(host: host, port: number)
    }

    /// The host without its brackets, and the text of the port; nil without a host.
    private static func split(_ text: Substring) -> (host: Substring, port: Substring)? {
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return nil }
            let rest = text[end...].dropFirst()
            guard rest.isEmpty || rest.hasPrefix(":") else { return nil }
            let host = text[..<end].dropFirst()
            return isIPv6(host) ? (host, rest.dropFirst()) : nil
        }
        let host = text.prefix { $0 != ":" }
        return host.isEmpty ? nil : (host, text.dropFirst(host.count + 1))
    }

    private static func number(_ text: Substring) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(text),
            number <= 65_535
        else { return nil }
        return number
    }

    private static func isName(_ text: Substring) -> Bool {
        text.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || "-._~%".utf8.contains(byte)
        }
    }

    private static func isIPv4(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy { part in part.utf8.count <= 3 && number(part).map { $0 <= 255 } == true }
    }

    /// Looks at the letters only; whoever listens says what is wrong with the rest.
    private static func isIPv6(_ text: Substring) -> Bool {
        text.count { $0 == ":" } >= 2
            && text.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x46).contains(byte) || (0x61...0x66).contains(byte)
                    || ":.".utf8.contains(byte)
            }
    }
}
