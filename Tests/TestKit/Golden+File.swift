import FoundationEssentials
package import Testing

extension Golden {
    /// Compares `text` with a file of the repository that is made of declarations, such as a schema; with
    /// `UPDATE_GOLDENS=1` it writes the file instead.
    package static func expect(
        _ text: String, inFile path: String, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        if ProcessInfo.processInfo.environment["UPDATE_GOLDENS"] == "1" {
            do {
                try text.write(toFile: path, atomically: true, encoding: .utf8)
            } catch {
                Issue.record("cannot write \(path): \(error)", sourceLocation: sourceLocation)
            }
            return
        }
        // A file that cannot be read differs from every text.
        let expected = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        #expect(
            text == expected, "\(path) is not what it is made of; run the tests with UPDATE_GOLDENS=1",
            sourceLocation: sourceLocation)
    }
}
