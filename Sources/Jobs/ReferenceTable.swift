/// Makes the tables of docs/configuration.md of the declarations that the parser reads by.
package enum ReferenceTable {
    /// Markdown: tables of the file's keys, and one for each key that has keys of its own.
    package static func render(_ file: SchemaFile) -> String {
        let tops = file.groups.map { heading, keys in
            (heading.map { "\($0)\n\n" } ?? "") + table(keys)
        }
        return (tops + inner(file.keys, below: "")).joined(separator: "\n\n") + "\n"
    }

    /// The tables of what stands inside the values of these keys, the outer before the inner.
    private static func inner(_ keys: [KeyDeclaration], below path: String) -> [String] {
        keys.filter { !$0.shape.keys.isEmpty }.flatMap { key in
            let name = path + (key.shape.isNamed ? "\(key.name).NAME" : key.name)
            return ["Keys of `\(name)`:\n\n" + table(key.shape.keys)]
                + inner(key.shape.keys, below: "\(name).")
        }
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

extension Shape {
    /// Whether the user chooses the keys.
    fileprivate var isNamed: Bool {
        switch self {
        case .named: true
        case .text, .flag, .whole, .decimal, .choice, .list, .section, .either: false
        }
    }
}
