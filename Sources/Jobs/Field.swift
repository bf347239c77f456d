import Faults
import Yams

/// A value where it stands in a file: its node, the path of keys to it, and where to report what is wrong.
struct Field {
    let node: Node
    /// `keep.daily`, for messages.
    let path: String
    let findings: Findings
    let setAside: [String: String]

    var place: Place {
        Place(file: findings.file, line: node.mark?.line, column: node.mark?.column)
    }

    func report(_ fault: JobsFault) {
        findings.add(AnyFault(fault, at: place))
    }

    func child(_ node: Node, _ name: String) -> Field {
        Field(
            node: node, path: path.isEmpty ? name : "\(path).\(name)", findings: findings, setAside: setAside)
    }

    /// Whether it is nothing, `~` or `null`, as YAML 1.2's core schema has it.
    var isNull: Bool {
        guard case .scalar(let scalar) = node, scalar.style == .plain else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }

    var isList: Bool {
        if case .sequence = node { return true }
        return false
    }

    /// The text as it is written, without the environment: what messages may repeat.
    var written: String? {
        guard case .scalar(let scalar) = node else { return nil }
        return scalar.string
    }

    /// The text with the environment in it; reports what keeps it from being read.
    func text(expected: String) -> String? {
        guard findings.countNode() else { return nil }
        guard let written else {
            report(.wrongShape(path, expected: expected))
            return nil
        }
        if isNull {
            report(.noValue(path))
            return nil
        }
        do throws(JobsFault) {
            let text = try Interpolation.expand(written, findings.environment)
            // A zero byte ends a C string: what comes after it would be lost without a word.
            guard !text.unicodeScalars.contains("\0") else {
                throw .badValue(path, value: "…", because: "it holds a zero byte", remedy: "Remove the \\0.")
            }
            return text
        } catch {
            report(error)
            return nil
        }
    }

    /// Reports that the text is not what the key takes, as it is written in the file.
    func refuse(because: String, remedy: String) {
        report(.badValue(path, value: String((written ?? "").prefix(80)), because: because, remedy: remedy))
    }

    /// The elements of a list; one value alone is reported.
    func elements(expected: String) -> [Field]? {
        guard findings.countNode() else { return nil }
        guard case .sequence(let sequence) = node else {
            report(isNull ? .noValue(path) : .wrongShape(path, expected: expected))
            return nil
        }
        return sequence.enumerated().map { index, node in
            Field(node: node, path: "\(path)[\(index)]", findings: findings, setAside: setAside)
        }
    }

    /// The keys and values of a mapping, in the order of the file.
    func pairs(expected: String) -> [(key: String, field: Field, keyPlace: Place)]? {
        guard findings.countNode() else { return nil }
        guard case .mapping(let mapping) = node else {
            report(isNull ? .noValue(path) : .wrongShape(path, expected: expected))
            return nil
        }
        return mapping.compactMap { keyNode, valueNode in
            let keyField = child(keyNode, "key")
            guard let key = keyField.written else {
                keyField.report(
                    .wrongShape(path.isEmpty ? "key" : path, expected: "a mapping with words for keys"))
                return nil
            }
            guard setAside[key] == nil else {
                keyField.report(.keyTwice(setAside[key] ?? key))
                return nil
            }
            return (key, child(valueNode, key), keyField.place)
        }
    }
}
