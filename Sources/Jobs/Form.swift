import Faults
import Measures

/// How one kind of value is read, and what it looks like.
struct Form<Value>: Sendable {
    let shape: Shape
    /// Nil after the fault was reported.
    let read: @Sendable (Field) -> Value?

    /// The same shape, made into another value.
    func map<Other>(_ transform: @escaping @Sendable (Value, Field) -> Other?) -> Form<Other> {
        Form<Other>(shape: shape) { field in read(field).flatMap { transform($0, field) } }
    }

    /// A list of such values; empty lists are refused, since nobody can tell what they were meant to say.
    var list: Form<[Value]> {
        Form<[Value]>(shape: .list(of: shape)) { field in
            guard let elements = field.elements(expected: "a list, such as [one, two]") else { return nil }
            if elements.isEmpty { field.report(.noValue(field.path)) }
            let values = elements.compactMap(read)
            return values.count == elements.count && !values.isEmpty ? values : nil
        }
    }

    /// One such value, or a list of them.
    var oneOrMany: Form<[Value]> {
        Form<[Value]>(shape: .either([shape, .list(of: shape)])) { field in
            if field.isList { return list.read(field) }
            guard field.written != nil else {
                field.report(.wrongShape(field.path, expected: "one value, or a list of them"))
                return nil
            }
            return read(field).map { [$0] }
        }
    }

    /// A mapping with keys of ours, made into a value.
    ///
    /// - Parameter owner: what has the keys, for messages: "a job".
    static func section(
        _ keys: [KeyDeclaration], owner: String, _ make: @escaping @Sendable (Section) -> Value?
    ) -> Form {
        Form(shape: .section(keys)) { field in
            Section(field, keys: keys, owner: owner).flatMap(make)
        }
    }

    /// Text, or something longer for those who need more.
    static func either(text: Form, longer: Form) -> Form {
        Form(shape: .either([text.shape, longer.shape])) { field in
            (field.written == nil ? longer : text).read(field)
        }
    }

    /// A mapping from names of one's own choice; the values that can be read, in the order of the file.
    func named(_ thing: String) -> Form<[Named<Value>]> {
        Form<[Named<Value>]>(shape: .named(shape)) { field in
            guard let pairs = field.pairs(expected: "a mapping from names, such as {main: …}") else {
                return nil
            }
            if pairs.isEmpty { field.report(.noValue(field.path)) }
            return pairs.compactMap { name, valueField, keyPlace in
                if !Name.isValid(name) {
                    field.findings.add(AnyFault(.badName(name, of: thing), at: keyPlace))
                }
                return Named(name: name, value: read(valueField), place: keyPlace)
            }
        }
    }
}

/// An entry of a mapping whose keys the user chooses; without a value if that was reported.
struct Named<Value> {
    let name: String
    let value: Value?
    let place: Place
}

extension Form where Value == String {
    /// Any text; `kind` is what the documentation calls it.
    static func text(_ kind: String, pattern: String? = nil) -> Form {
        Form(shape: .text(kind: kind, pattern: pattern)) { field in
            guard let text = field.text(expected: "text") else { return nil }
            guard !text.isEmpty else {
                field.report(.noValue(field.path))
                return nil
            }
            return text
        }
    }

    /// A pattern of ``Glob``.
    static let glob: Form = Form.text("name or glob").map { text, field -> String? in
        guard !Glob.isBroken(text) else {
            field.refuse(because: "a [ has no ]", remedy: "Write ], or \\[ for a [ that stands for itself.")
            return nil
        }
        return text
    }

    /// A path, made absolute.
    static let path: Form = Form.text("path").map { text, field -> String? in
        field.findings.paths.absolute(text)
    }

    /// An IANA name of a time zone that this machine has.
    static let zone: Form = Form.text("IANA time zone").map { text, field -> String? in
        guard field.findings.isZone(text) else {
            field.report(.unknownZone(field.written ?? text))
            return nil
        }
        return text
    }

    /// Text that may stand in a file of its own, `file:PATH`; it is never repeated in a message.
    static func secret(_ kind: String) -> Form {
        Form.text("\(kind) or `file:PATH`").map { text, field -> String? in
            guard text.hasPrefix("file:") else { return text }
            let path = field.findings.paths.absolute(String(text.dropFirst(5)))
            switch field.findings.readFile(path) {
            case .success(let content):
                let lineEnds = content.reversed().prefix { $0.isNewline }
                return String(content.dropLast(lineEnds.count))
            case .failure(var fault):
                fault.place = field.place
                field.findings.add(fault)
                return nil
            }
        }
    }
}

extension Form where Value == Bool {
    /// `true` or `false`, and no other word for them.
    static let flag = Form(shape: .flag) { field in
        switch field.text(expected: "true or false") {
        case "true", "True", "TRUE": return true
        case "false", "False", "FALSE": return false
        case nil: return nil
        case .some:
            field.refuse(because: "it is neither true nor false", remedy: "Write true or false.")
            return nil
        }
    }
}

extension Form where Value == Int {
    /// A whole number in decimal digits.
    static func whole(_ range: ClosedRange<Int>) -> Form {
        Form(shape: .whole(range)) { field in
            guard let text = field.text(expected: "a number") else { return nil }
            guard let number = Int(text), range.contains(number) else {
                field.refuse(
                    because: "it is not a whole number from \(range.lowerBound) to \(range.upperBound)",
                    remedy: "Write a number from \(range.lowerBound) to \(range.upperBound).")
                return nil
            }
            return number
        }
    }
}

extension Form where Value == Double {
    /// A number, with a point where it has a fraction.
    static func decimal(_ range: ClosedRange<Double>) -> Form {
        Form(shape: .decimal(range)) { field in
            guard let text = field.text(expected: "a number") else { return nil }
            let ends = [range.lowerBound, range.upperBound].map(Shape.written)
            let isPlain = text.allSatisfy { $0.isASCII && ($0.isNumber || $0 == ".") }
            guard isPlain, let number = Double(text), range.contains(number) else {
                field.refuse(
                    because: "it is not a number from \(ends[0]) to \(ends[1])",
                    remedy: "Write a number from \(ends[0]) to \(ends[1]).")
                return nil
            }
            return number
        }
    }
}

extension Form where Value == Duration {
    /// A duration within bounds.
    static func duration(atLeast least: Duration, atMost most: Duration) -> Form {
        Form<String>.text("duration", pattern: DurationForm.pattern).map { text, field in
            DurationForm.read(text, least...most, field)
        }
    }
}

extension Form where Value == ByteCount {
    /// A number of bytes with its unit.
    static let byteCount = Form<String>.text("size").map { text, field -> ByteCount? in
        do throws(MeasureFault) {
            return try ByteCount.parse(text)
        } catch {
            field.refuse(because: "it is not a size", remedy: error.remedy)
            return nil
        }
    }
}

extension Form where Value: RawRepresentable & CaseIterable & SendableMetatype, Value.RawValue == String {
    /// One of the words of an enum.
    static var choice: Form {
        let words = Value.allCases.map(\.rawValue)
        return Form(shape: .choice(words)) { field in
            guard let text = field.text(expected: "one of \(words.joined(separator: ", "))") else {
                return nil
            }
            guard let value = Value(rawValue: text) else {
                let nearest = Suggestion.nearest(to: text, among: words)
                field.refuse(
                    because: "it is none of the known words",
                    remedy: nearest.map { "Write \($0)." } ?? "Write one of \(words.joined(separator: ", "))."
                )
                return nil
            }
            return value
        }
    }
}
