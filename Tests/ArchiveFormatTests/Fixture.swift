import FoundationEssentials
import Testing

@testable import ArchiveFormat

/// The archives that real pg_dumps of 15 to 18 wrote, in `Fixtures/`; `make.sh` there makes them.
enum Fixture {
    static let folder =
        #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        + "/Fixtures"

    static let majors = [15, 16, 17, 18]

    /// Every fixture in the custom format.
    static let customs: [String] = names.filter { $0.hasSuffix(".dump") }

    /// The table of contents of every fixture that has one, as a name and its bytes.
    static let contents: [String] =
        customs + names.filter { $0.contains("directory-") }.map { "\($0)/toc.dat" }
        + names.filter { $0.hasSuffix(".tar") }

    private static let names: [String] = {
        // Without fixtures, the tests that count them fail.
        let found = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return found.sorted()
    }()

    /// The bytes of a fixture.
    static func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(filePath: "\(folder)/\(name)")))
    }

    /// The bytes of a fixture from its table of contents on; in a tar file that is behind the first header.
    static func contentsBytes(_ name: String) throws -> [UInt8] {
        let bytes = try bytes(name)
        return name.hasSuffix(".tar") ? Array(bytes.dropFirst(TarHeader.blockSize)) : bytes
    }
}

/// Calls `body` with pieces of the bytes, each of `size` bytes at most.
func inPieces(
    _ bytes: [UInt8], of size: Int, _ body: (UnsafeRawBufferPointer) throws -> Void
) rethrows {
    try bytes.withUnsafeBytes { raw in
        var start = 0
        while start < raw.count {
            let end = min(start + size, raw.count)
            try body(UnsafeRawBufferPointer(rebasing: raw[start..<end]))
            start = end
        }
    }
}
