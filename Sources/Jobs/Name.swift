/// Names of jobs, targets, stores and windows; they become names of folders.
enum Name {
    static let pattern = "^[a-z][a-z0-9_-]{0,62}$"

    /// A lower-case letter, then lower-case letters, digits, `-` and `_`, at most 63 in all.
    static func isValid(_ name: String) -> Bool {
        let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        guard let first = name.utf8.first, letters.contains(first), name.utf8.count <= 63 else {
            return false
        }
        return name.utf8.allSatisfy { letters.contains($0) || digits.contains($0) || "-_".utf8.contains($0) }
    }
}
