/// JSON as text, with keys in the order given, for files that are compared and read by people.
indirect enum JSONText {
    case text(String)
    case whole(Int)
    case decimal(Double)
    case flag(Bool)
    case list([JSONText])
    case object([(key: String, value: JSONText)])

    /// Two spaces a level, no line end at the end.
    func render(indent: Int = 0) -> String {
        let inner = String(repeating: "  ", count: indent + 1)
        let outer = String(repeating: "  ", count: indent)
        switch self {
        case .text(let text): return JSONText.quote(text)
        case .whole(let number): return String(number)
        case .decimal(let number): return Shape.written(number)
        case .flag(let flag): return flag ? "true" : "false"
        case .list(let items):
            guard !items.isEmpty else { return "[]" }
            let lines = items.map { inner + $0.render(indent: indent + 1) }
            return "[\n\(lines.joined(separator: ",\n"))\n\(outer)]"
        case .object(let pairs):
            guard !pairs.isEmpty else { return "{}" }
            let lines = pairs.map {
                "\(inner)\(JSONText.quote($0.key)): \($0.value.render(indent: indent + 1))"
            }
            return "{\n\(lines.joined(separator: ",\n"))\n\(outer)}"
        }
    }

    private static func quote(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
