import ArchiveFormat
import FoundationEssentials
import Testing

@testable import Engine

/// What real servers wrote; `RestoreFixtures/README.md` tells how.
enum RestoreFixture {
    static func bytes(_ name: String, file: String = #filePath) throws -> [UInt8] {
        let folder = file.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(
            separator: "/")
        return Array(try Data(contentsOf: URL(filePath: "\(folder)/RestoreFixtures/\(name)")))
    }

    static func text(_ name: String) throws -> String { String(decoding: try bytes(name), as: UTF8.self) }

    static func contents(_ name: String) throws -> TableOfContents { try TableOfContents.parse(bytes(name)) }

    static func globals(_ name: String) throws -> GlobalsScript { GlobalsScript.parse(try bytes(name)) }

    /// One line of text a line, for goldens.
    static func told(_ lines: [DrillLine]) -> String {
        lines.map { "\($0.state.rawValue)\t\($0.count)\t\($0.check.rawValue)\t\($0.said)" }
            .joined(separator: "\n")
    }

    /// Only what differs.
    static func broken(_ lines: [DrillLine]) -> [String] {
        lines.filter { $0.state == .broken }.map { "\($0.check.rawValue): \($0.said)" }
    }
}
