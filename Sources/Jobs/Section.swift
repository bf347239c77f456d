import Faults
import Yams

/// A mapping whose keys are ours: every key it holds is known, and every known key can be asked for.
struct Section {
    private let field: Field
    private let values: [String: Field]
    private let keyPlaces: [String: Place]

    /// Reports unknown and repeated keys; nil if it is no mapping.
    ///
    /// - Parameters:
    ///   - owner: what has the keys, for messages: "a job".
    ///   - offered: the keys that messages name instead of an unknown one; nil for all.
    init?(_ field: Field, keys: [KeyDeclaration], owner: String, offered: [String]? = nil) {
        guard let pairs = field.pairs(expected: "a mapping with the keys of \(owner)") else { return nil }
        let known = keys.map(\.name)
        var values: [String: Field] = [:]
        var keyPlaces: [String: Place] = [:]
        for (key, value, keyPlace) in pairs {
            if known.contains(key) {
                values[key] = value
                keyPlaces[key] = keyPlace
            } else {
                let nearest =
                    Suggestion.nearest(to: key, among: offered ?? known)
                    ?? Suggestion.nearest(to: key, among: known)
                field.findings.add(
                    AnyFault(
                        .unknownKey(key, of: owner, nearest: nearest, known: offered ?? known), at: keyPlace))
            }
        }
        self.field = field
        self.values = values
        self.keyPlaces = keyPlaces
    }

    /// The value of a key, or its default; nil if the default is described only, or after a fault was
    /// reported.
    func value<Value>(_ key: Key<Value>) -> Value? {
        if let value = values[key.declaration.name] { return key.form.read(value) }
        switch key.declaration.standard {
        case .described, .required: return nil
        case .written(let text):
            return key.form.read(field.child(.scalar(.init(text)), key.declaration.name))
        }
    }

    /// The value of a key that must be written.
    func required<Value>(_ key: Key<Value>) -> Value? {
        let name = key.declaration.name
        guard values[name] != nil else {
            field.report(.missingKey(field.path.isEmpty ? name : "\(field.path).\(name)"))
            return nil
        }
        return value(key)
    }

    /// Where the value of a key stands, if it is written.
    func place<Value>(_ key: Key<Value>) -> Place? { values[key.declaration.name]?.place }

    /// Where the key itself stands, if it is written.
    func keyPlace(_ name: String) -> Place? { keyPlaces[name] }

    /// Where the elements of a list stand, if a list is written.
    func elementPlaces<Value>(_ key: Key<Value>) -> [Place] {
        guard let field = values[key.declaration.name], case .sequence(let sequence) = field.node else {
            return []
        }
        return sequence.map { field.child($0, "").place }
    }

    /// Whether a key is written at all.
    func has<Value>(_ key: Key<Value>) -> Bool { values[key.declaration.name] != nil }

    /// Reports what is wrong with the section, or with a part of it that stands elsewhere.
    func report(_ fault: JobsFault, at place: Place? = nil) {
        field.findings.add(AnyFault(fault, at: place ?? field.place))
    }

    /// The keys that lead to it, for messages: `notifications.ops`.
    var path: String { field.path }

    /// Where the whole section begins.
    var place: Place { field.place }
}
