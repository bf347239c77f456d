import FoundationEssentials

/// Test cases kept as rows of tab-separated text beside the tests.
package enum Rows {
    /// The fields of every row of `name` in the folder of the calling file; empty lines and `#` comments are left out.
    package static func read(_ name: String, file: String = #filePath) -> [[String]] {
        let folder = file.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(
            separator: "/")
        // Why it cannot be read does not matter: the test cannot go on.
        guard let text = try? String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8) else {
            preconditionFailure("no rows at \(folder)/\(name)")
        }
        return text.split(separator: "\n").filter { !$0.hasPrefix("#") && !$0.isEmpty }
            .map { $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init) }
    }
}
