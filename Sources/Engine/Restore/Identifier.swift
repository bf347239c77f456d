/// Names as SQL text writes them.
package enum Identifier {
    /// The name in double quotes, whatever it is: a keyword is then none, and no letter is folded.
    package static func quoted(_ name: String) -> String {
        "\"" + name.replacing("\"", with: "\"\"") + "\""
    }

    /// `"schema"."name"`.
    package static func quoted(schema: String, name: String) -> String {
        schema.isEmpty ? quoted(name) : "\(quoted(schema)).\(quoted(name))"
    }
}
