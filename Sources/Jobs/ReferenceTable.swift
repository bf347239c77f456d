/// Makes the tables of docs/configuration.md of the declarations that the parser reads by.
package enum ReferenceTable {
    /// Markdown: a table of the file's keys, and one for each key that has keys of its own.
    package static func render(_ file: SchemaFile) -> String {
        var sections = [table(file.keys)]
        for key in file.keys where !key.shape.keys.isEmpty {
            let path: String
            switch key.shape {
            case .named: path = "\(key.name).NAME"
            case .text, .flag, .whole, .choice, .list, .section, .either: path = key.name
            }
            sections.append("Keys of `\(path)`:\n\n" + table(key.shape.keys))
        }
        return sections.joined(separator: "\n\n") + "\n"
    }

    private static func table(_ keys: [KeyDeclaration]) -> String {
        let rows = keys.map { key in
            let standard =
                switch key.standard {
                case .written(let text): "`\(text)`"
                case .described(let words): words
                case .required: "must be written"
                }
            return "| `\(key.name)` | \(key.shape.title) | \(standard) | \(key.doc) |"
        }
        return (["| key | type | default | meaning |", "|---|---|---|---|"] + rows).joined(separator: "\n")
    }
}
