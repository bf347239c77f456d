/// What a value of a file looks like, for the JSON Schemas and the tables of the documentation.
indirect enum Shape: Sendable {
    /// Free text; `kind` is its name in the documentation, `pattern` a regular expression of ECMAScript.
    case text(kind: String, pattern: String?)
    case flag
    case whole(ClosedRange<Int>)
    /// A number that may have a fraction.
    case decimal(ClosedRange<Double>)
    case choice([String])
    case list(of: Shape)
    /// Keys of one's own choice, named as targets and jobs are.
    case named(Shape)
    case section([KeyDeclaration])
    case either([Shape])

    /// The word for it in the documentation.
    var title: String {
        switch self {
        case .text(let kind, _): kind
        case .flag: "`true` or `false`"
        case .whole(let range): "number, \(range.lowerBound)–\(range.upperBound)"
        case .decimal(let range):
            "number, \(Shape.written(range.lowerBound))–\(Shape.written(range.upperBound))"
        case .choice(let words): words.map { "`\($0)`" }.joined(separator: ", ")
        case .list(let element): "list of \(element.title)"
        case .named(let value): "name → \(value.title)"
        case .section: "keys below"
        case .either(let shapes): Shape.titles(of: shapes).joined(separator: ", or ")
        }
    }

    /// `0.01`, and `1000` without a fraction.
    static func written(_ number: Double) -> String {
        let text = "\(number)"
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    /// "name, or a list of them" where a list is of what stands before it.
    private static func titles(of shapes: [Shape]) -> [String] {
        var titles: [String] = []
        for shape in shapes.flatMap(\.alternatives) {
            if case .list(let element) = shape, element.title == titles.last {
                titles.append("a list of them")
            } else {
                titles.append(shape.title)
            }
        }
        return titles
    }

    private var alternatives: [Shape] {
        switch self {
        case .either(let shapes): shapes.flatMap(\.alternatives)
        case .text, .flag, .whole, .decimal, .choice, .list, .named, .section: [self]
        }
    }

    /// The keys that stand inside the value, if it has keys of ours.
    var keys: [KeyDeclaration] {
        switch self {
        case .text, .flag, .whole, .decimal, .choice: []
        case .list(let inner), .named(let inner): inner.keys
        case .section(let keys): keys
        case .either(let shapes): shapes.flatMap(\.keys)
        }
    }
}

/// One key of a file: the only place that says what it is called, what it takes, and what it is for.
struct KeyDeclaration: Sendable {
    let name: String
    let shape: Shape
    let standard: Standard
    /// Sentences for the documentation and for editors.
    let doc: String

    /// Whether there is no default.
    var isRequired: Bool {
        switch standard {
        case .required: true
        case .written, .described: false
        }
    }

    /// What holds where the key is not written.
    enum Standard: Sendable {
        /// Text that is read like a value in the file.
        case written(String)
        /// Words for a reader; the value is made by the code.
        case described(String)
        /// The key must be written.
        case required
    }
}

/// A declaration with the way to read its values.
struct Key<Value>: Sendable {
    let declaration: KeyDeclaration
    let form: Form<Value>

    init(_ name: String, _ form: Form<Value>, _ standard: KeyDeclaration.Standard, _ doc: String) {
        declaration = KeyDeclaration(name: name, shape: form.shape, standard: standard, doc: doc)
        self.form = form
    }
}
