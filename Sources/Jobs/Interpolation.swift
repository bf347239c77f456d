/// Puts the environment into text: `${NAME}`, `${NAME:-default}`, and `$${` for a `${` that is meant as it
/// stands.
enum Interpolation {
    /// The text with every variable replaced; what a variable holds is not read again.
    ///
    /// As in a shell, the default is taken where the variable is not set or empty, and ends at the first `}`.
    ///
    /// - Throws: ``JobsFault/unsetVariable(_:)``, ``JobsFault/badVariable(_:)``.
    static func expand(_ text: String, _ environment: [String: String]) throws(JobsFault) -> String {
        var result = String.UnicodeScalarView()
        var rest = text.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            guard scalar == "$" else {
                result.append(scalar)
                continue
            }
            if rest.starts(with: "${".unicodeScalars) {
                result.append(contentsOf: "${".unicodeScalars)
                rest = rest.dropFirst(2)
            } else if rest.first == "{" {
                guard let end = rest.firstIndex(of: "}") else { throw .badVariable("a ${ has no }") }
                let value = try value(of: String(Substring(rest[..<end].dropFirst())), environment)
                result.append(contentsOf: value.unicodeScalars)
                rest = rest[end...].dropFirst()
            } else {
                result.append("$")
            }
        }
        return String(result)
    }

    private static func value(of reference: String, _ environment: [String: String]) throws(JobsFault)
        -> String
    {
        let name = String(reference.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") })
        let rest = reference.dropFirst(name.count)
        guard let first = name.first, !first.isNumber, rest.isEmpty || rest.hasPrefix(":-") else {
            throw .badVariable("'${\(reference.prefix(64))}' is not the name of a variable")
        }
        let found = environment[name]
        if rest.isEmpty {
            guard let found else { throw .unsetVariable(name) }
            return found
        }
        guard let found, !found.isEmpty else { return String(rest.dropFirst(2)) }
        return found
    }
}
