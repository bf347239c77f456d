/// The kinds of YAML file that a user writes.
package enum SchemaFile: String, Sendable, Equatable, CaseIterable {
    /// `pgvigil.yaml`.
    case settings
    /// `jobs/*.yaml`.
    case job

    var keys: [KeyDeclaration] {
        switch self {
        case .settings: SettingsKeys.all
        case .job: JobKeys.all
        }
    }

    /// The keys in groups for the documentation, each with its heading.
    var groups: [(heading: String?, keys: [KeyDeclaration])] {
        switch self {
        case .settings: [(nil, SettingsKeys.all)]
        case .job:
            [
                ("Keys of every job:", JobKeys.common), ("Keys of `kind: backup`:", JobKeys.ofBackup),
                ("Keys of `kind: command`:", JobKeys.ofCommand),
            ]
        }
    }

    var title: String {
        switch self {
        case .settings: "pgvigil.yaml"
        case .job: "A job of pgvigil (jobs/*.yaml)"
        }
    }
}

/// Makes JSON Schemas of the declarations that the parser reads by, so that editors complete and check the
/// files.
package enum JSONSchema {
    /// The schema of a file as JSON text, with a line end.
    ///
    /// Draft 7, which is what editors' YAML servers know best
    /// (<https://json-schema.org/draft-07/json-schema-release-notes>).
    package static func render(_ file: SchemaFile) -> String {
        let schema = JSONText.object(
            [
                ("$schema", .text("http://json-schema.org/draft-07/schema#")),
                ("title", .text(file.title)),
            ] + top(file) + [
                (
                    "definitions",
                    .object([
                        (
                            "variable",
                            .object([
                                (
                                    "description",
                                    .text("A value from the environment: ${NAME} or ${NAME:-default}.")
                                ),
                                ("type", .text("string")), ("pattern", .text("\\$\\{")),
                            ])
                        )
                    ])
                )
            ])
        return schema.render() + "\n"
    }

    /// The keys of a file; those of a job depend on its kind.
    private static func top(_ file: SchemaFile) -> [(key: String, value: JSONText)] {
        switch file {
        case .settings: return section(file.keys)
        case .job:
            let isCommand = JSONText.object([
                ("properties", .object([("kind", .object([("const", .text(JobKind.command.rawValue))]))])),
                ("required", .list([.text("kind")])),
            ])
            return section(file.keys).filter { $0.key != "required" } + [
                ("if", isCommand),
                ("then", .object(required(JobKeys.ofCommand) + without(JobKeys.ofBackup))),
                ("else", .object(required(JobKeys.ofBackup) + without(JobKeys.ofCommand))),
            ]
        }
    }

    private static func without(_ keys: [KeyDeclaration]) -> [(key: String, value: JSONText)] {
        [("properties", .object(keys.map { (key: $0.name, value: .flag(false)) }))]
    }

    private static func required(_ keys: [KeyDeclaration]) -> [(key: String, value: JSONText)] {
        let names = keys.filter(\.isRequired).map { JSONText.text($0.name) }
        return names.isEmpty ? [] : [("required", .list(names))]
    }

    private static func section(_ keys: [KeyDeclaration]) -> [(key: String, value: JSONText)] {
        var parts: [(key: String, value: JSONText)] = [
            ("type", .text("object")), ("additionalProperties", .flag(false)),
        ]
        parts += required(keys)
        let properties = keys.map { key in
            (key: key.name, value: JSONText.object(description(key) + standard(key) + schema(key.shape)))
        }
        parts.append(("properties", .object(properties)))
        return parts
    }

    /// The documentation and the default in one text, since the default may be words.
    private static func description(_ key: KeyDeclaration) -> [(key: String, value: JSONText)] {
        let standard =
            switch key.standard {
            case .written(let text): " Default: \(text)."
            case .described(let words): " Default: \(words)."
            case .required: ""
            }
        return [("description", .text("\(key.doc)\(standard)".replacing("`", with: "")))]
    }

    /// What an editor fills in.
    private static func standard(_ key: KeyDeclaration) -> [(key: String, value: JSONText)] {
        guard case .written(let text) = key.standard else { return [] }
        switch key.shape {
        case .flag: return [("default", .flag(text == "true"))]
        case .whole: return [("default", Int(text).map(JSONText.whole) ?? .text(text))]
        case .text, .decimal, .choice, .list, .named, .section, .either:
            return [("default", .text(text))]
        }
    }

    private static func schema(_ shape: Shape) -> [(key: String, value: JSONText)] {
        switch shape {
        case .text(_, let pattern?):
            return orVariable([("type", .text("string")), ("pattern", .text(pattern))])
        case .text(_, nil):
            return [
                ("type", .list([.text("string"), .text("number"), .text("boolean")])),
                ("minLength", .whole(1)),
            ]
        case .flag: return orVariable([("type", .text("boolean"))])
        case .whole(let range):
            return orVariable([
                ("type", .text("integer")), ("minimum", .whole(range.lowerBound)),
                ("maximum", .whole(range.upperBound)),
            ])
        case .decimal(let range):
            return orVariable([
                ("type", .text("number")), ("minimum", .decimal(range.lowerBound)),
                ("maximum", .decimal(range.upperBound)),
            ])
        case .choice(let words): return orVariable([("enum", .list(words.map(JSONText.text)))])
        case .list(let element):
            return [("type", .text("array")), ("minItems", .whole(1)), ("items", .object(schema(element)))]
        case .named(let value):
            return [
                ("type", .text("object")), ("minProperties", .whole(1)),
                ("additionalProperties", .flag(false)),
                ("patternProperties", .object([(Name.pattern, .object(schema(value)))])),
            ]
        case .section(let keys): return section(keys)
        case .either(let shapes):
            return [("anyOf", .list(shapes.map { .object(schema($0)) }))]
        }
    }

    /// Every scalar may also come from the environment.
    private static func orVariable(_ schema: [(key: String, value: JSONText)]) -> [(
        key: String, value: JSONText
    )] {
        [("anyOf", .list([.object(schema), .object([("$ref", .text("#/definitions/variable"))])]))]
    }
}
