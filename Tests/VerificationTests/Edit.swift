import FoundationEssentials

/// A change to a file or folder, as the rows of `damage.tsv` write it: `[FILE:] set OFFSET HEX… | cut OFFSET
/// | append HEX…`, `add FILE HEX…`, `remove FILE`; an offset may count from the end, as `end-4`.
struct Edit {
    private let words: [String]
    private let file: String?

    init(_ text: some StringProtocol) {
        let text = String(text)
        var words = text.split(separator: " ").map(String.init)
        if let first = words.first, first.hasSuffix(":") {
            file = String(first.dropLast())
            words.removeFirst()
        } else {
            file = nil
        }
        self.words = words
    }

    /// Changes what is at `path`; false for an edit that is misspelt.
    func apply(to path: String) throws -> Bool {
        let arguments = Array(words.dropFirst())
        switch words.first {
        case "remove":
            try FileManager.default.removeItem(atPath: "\(path)/\(arguments.first ?? "")")
            return true
        case "add":
            try Data(Self.bytes(arguments.dropFirst())).write(
                to: URL(filePath: "\(path)/\(arguments.first ?? "")"))
            return true
        case "set", "cut", "append":
            return try change(file.map { "\(path)/\($0)" } ?? path, arguments)
        default:
            return false
        }
    }

    private func change(_ path: String, _ arguments: [String]) throws -> Bool {
        var bytes = try Scratch.read(path)
        switch words.first {
        case "append":
            bytes += Self.bytes(arguments[...])
        case "cut":
            guard let offset = Self.offset(arguments.first, bytes.count) else { return false }
            bytes = Array(bytes.prefix(offset))
        default:
            let new = Self.bytes(arguments.dropFirst())
            guard let offset = Self.offset(arguments.first, bytes.count), offset + new.count <= bytes.count
            else {
                return false
            }
            bytes.replaceSubrange(offset..<offset + new.count, with: new)
        }
        try Data(bytes).write(to: URL(filePath: path))
        return true
    }

    private static func bytes(_ words: ArraySlice<String>) -> [UInt8] {
        words.compactMap { UInt8($0, radix: 16) }
    }

    private static func offset(_ word: String?, _ count: Int) -> Int? {
        guard let word else { return nil }
        return word.hasPrefix("end-") ? Int(word.dropFirst(4)).map { count - $0 } : Int(word)
    }
}
