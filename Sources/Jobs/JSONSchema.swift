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
            [("Keys of every job:", JobKeys.common)]
                + JobKeys.kinds.map { ("Keys of `kind: \($0.rawValue)`:", JobKeys.own(of: $0)) }
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
            return section(file.keys).filter { $0.key != "required" }.map { part in
                part.key == "properties" ? (part.key, properties(ofJobs: file.keys)) : part
            } + [("allOf", .list(JobKeys.kinds.map(condition)))]
        }
    }

    /// The keys of all kinds; those that kinds have in different ways are described with the kind.
    private static func properties(ofJobs keys: [KeyDeclaration]) -> JSONText {
        .object(
            keys.map { key in
                (key: key.name, value: isShared(key) ? .object([]) : .object(property(key)))
            })
    }

    /// Whether two kinds have the key, and it is not the same for both.
    private static func isShared(_ key: KeyDeclaration) -> Bool {
        JobKeys.kinds.contains { kind in
            JobKeys.own(of: kind).contains { $0.name == key.name && $0.doc != key.doc }
        }
    }

    /// What holds for one kind; a backup is also what names no kind.
    private static func condition(_ kind: JobKind) -> JSONText {
        let own = JobKeys.own(of: kind)
        let names = Set(own.map(\.name))
        let others = JobKeys.kinds.flatMap(JobKeys.own).filter { !names.contains($0.name) }
        var seen: Set<String> = []
        let properties =
            own.filter(isShared).map { (key: $0.name, value: JSONText.object(property($0))) }
            + others.filter { seen.insert($0.name).inserted }.map {
                (key: $0.name, value: JSONText.flag(false))
            }
        let isOfKind: [(key: String, value: JSONText)] =
            [("properties", .object([("kind", .object([("const", .text(kind.rawValue))]))]))]
            + (kind == .backup ? [] : [("required", .list([.text("kind")]))])
        return .object([
            ("if", .object(isOfKind)),
            ("then", .object(required(own) + [("properties", .object(properties))])),
        ])
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
        parts.append(("properties", .object(keys.map { ($0.name, .object(property($0))) })))
        return parts
    }

    private static func property(_ key: KeyDeclaration) -> [(key: String, value: JSONText)] {
        description(key) + standard(key) + schema(key.shape)
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
