import FoundationEssentials
package import Testing

/// A text that a person reads, kept beside its test and compared word by word.
package enum Golden {
    /// Compares `text` with `Goldens/<name>.txt` beside the test file; with `UPDATE_GOLDENS=1` it writes it instead.
    package static func expect(
        _ text: String, _ name: String, file: String = #filePath,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let folder = file.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(
            separator: "/")
        let path = "\(folder)/Goldens/\(name).txt"
        let found = text.hasSuffix("\n") ? text : text + "\n"
        if ProcessInfo.processInfo.environment["UPDATE_GOLDENS"] == "1" {
            do {
                try FileManager.default.createDirectory(
                    atPath: "\(folder)/Goldens", withIntermediateDirectories: true)
                try found.write(toFile: path, atomically: true, encoding: .utf8)
            } catch {
                Issue.record("cannot write \(path): \(error)", sourceLocation: sourceLocation)
            }
            return
        }
        // A golden that is missing differs from everything.
        let expected = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        #expect(found == expected, "differs from Goldens/\(name).txt", sourceLocation: sourceLocation)
    }
}
