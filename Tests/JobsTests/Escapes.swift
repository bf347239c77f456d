/// The escapes of rows: a row is one line, and what it tests often is not.
enum Escapes {
    /// Undoes `\t`, `\n`, `\r` and `\\`.
    static func plain(_ field: String) -> String {
        var text = String.UnicodeScalarView()
        var rest = field.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            guard scalar == "\\" else {
                text.append(scalar)
                continue
            }
            switch rest.popFirst() {
            case "t": text.append("\t")
            case "n": text.append("\n")
            case "r": text.append("\r")
            default: text.append("\\")
            }
        }
        return String(text)
    }
}
