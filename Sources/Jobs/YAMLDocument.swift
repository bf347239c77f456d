import Faults
import Yams

/// The tree of one YAML file, or the faults that keep it from being one.
struct YAMLDocument {
    /// Nil for a file with nothing but comments.
    let root: Node?
    /// What duplicates were called before they were set aside.
    let setAside: [String: String]

    /// Reads a file of limited size, depth and number of aliases, so that no file takes long or much memory.
    ///
    /// - Throws: a fault with its place.
    static func parse(_ text: String, file: String) throws(AnyFault) -> YAMLDocument {
        if let excess = YAMLLimits.excess(of: text) {
            throw AnyFault(.tooMuchYAML(excess), at: Place(file: file))
        }
        let unix = text.replacing("\r\n", with: "\n").replacing("\r", with: "\n")
        var lines = unix.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        var setAside: [String: String] = [:]
        while true {
            do {
                let parser = try Parser(
                    yaml: lines.joined(separator: "\n"), resolver: .basic, constructor: .default,
                    encoding: .utf8)
                return YAMLDocument(root: try parser.singleRoot(), setAside: setAside)
            } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
                guard let key = keys.first, setAside.count < YAMLLimits.duplicatesMax,
                    let name = rename(key, at: context.mark, number: setAside.count, in: &lines)
                else {
                    let place = Place(file: file, line: context.mark.line, column: context.mark.column)
                    throw AnyFault(.keyTwice(keys.first ?? ""), at: place)
                }
                setAside[name] = key
            } catch {
                throw syntaxFault(error, file: file)
            }
        }
    }

    /// Gives the key at a mark another name of the same length, so that the rest of the file can be read.
    ///
    /// Yams refuses a mapping with a duplicate at the first one; we report every fault of a file.
    private static func rename(_ key: String, at mark: Mark, number: Int, in lines: inout [String]) -> String?
    {
        guard let stand = Unicode.Scalar(0xE000 + UInt32(number)), !key.isEmpty,
            lines.indices.contains(mark.line - 1)
        else { return nil }
        var scalars = Array(lines[mark.line - 1].unicodeScalars)
        var start = mark.column - 1
        if scalars.indices.contains(start), "\"'".unicodeScalars.contains(scalars[start]) { start += 1 }
        guard scalars.indices.contains(start), scalars[start...].starts(with: key.unicodeScalars) else {
            return nil
        }
        scalars[start] = stand
        lines[mark.line - 1] = String(String.UnicodeScalarView(scalars))
        return String(String.UnicodeScalarView([stand] + key.unicodeScalars.dropFirst()))
    }

    private static func syntaxFault(_ error: any Error, file: String) -> AnyFault {
        switch error {
        case YamlError.scanner(let context, let problem, let mark, _),
            YamlError.parser(let context, let problem, let mark, _),
            YamlError.composer(let context, let problem, let mark, _):
            let text = [context?.text, problem].compactMap { $0 }.joined(separator: ", ")
            return AnyFault(.notYAML(text), at: Place(file: file, line: mark.line, column: mark.column))
        case YamlError.reader(let problem, let offset?, _, let text):
            let before = text.prefix(offset)
            let column = before.count - (before.lastIndex(of: "\n").map { before[...$0].count } ?? 0) + 1
            let line = before.count { $0 == "\n" } + 1
            return AnyFault(.notYAML(problem), at: Place(file: file, line: line, column: column))
        default:
            // What is left are the limits of libyaml itself.
            return AnyFault(.tooMuchYAML("more levels than can be read"), at: Place(file: file))
        }
    }
}

extension AnyFault {
    /// A fault with the place it was found at.
    init(_ fault: JobsFault, at place: Place?) {
        self.init(fault)
        self.place = place
    }

    /// A fault of another module with the place it was found at.
    init(_ fault: some Fault, at place: Place?) {
        self.init(fault)
        self.place = place
    }
}
