/// Names as SQL writes them, where a statement takes no parameter.
enum SQLName {
    /// The name in double quotes, which is right for every name.
    static func quote(_ name: String) -> String {
        "\"" + name.replacing("\"", with: "\"\"") + "\""
    }

    /// The same in ASCII only, for a session whose client encoding is not ours.
    ///
    /// Manual, "Identifiers and Key Words" (section 4.1.1): `U&"d\00E9j\00E0"`; servers before 13 know it for UTF-8 only.
    static func ascii(_ name: String) -> String {
        guard !name.utf8.allSatisfy({ $0 < 0x80 }) else { return quote(name) }
        let escaped = name.unicodeScalars.map { scalar in
            switch scalar {
            case "\\": "\\\\"
            case "\"": "\"\""
            case _ where scalar.isASCII: String(scalar)
            default: "\\+" + hex(scalar.value)
            }
        }
        return "U&\"" + escaped.joined() + "\""
    }

    private static func hex(_ value: UInt32) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 6 - digits.count) + digits
    }
}
