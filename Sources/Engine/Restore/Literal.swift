/// Strings as SQL text writes them.
package enum Literal {
    /// The text in single quotes, right whatever `standard_conforming_strings` is.
    ///
    /// A text with a backslash is written as an escape string, as `PQescapeLiteral` does
    /// (`src/interfaces/libpq/fe-exec.c`).
    package static func quoted(_ text: String) -> String {
        let doubled = text.replacing("'", with: "''")
        guard doubled.contains("\\") else { return "'\(doubled)'" }
        return "E'" + doubled.replacing("\\", with: "\\\\") + "'"
    }
}
