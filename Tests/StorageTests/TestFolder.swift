import FoundationEssentials

/// A folder that is gone at the end of a test.
final class TestFolder: Sendable {
    let path: String

    init(in parent: String = FileManager.default.temporaryDirectory.path) throws {
        path = "\(parent)/pgvigil-storage-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    // A folder in the temporary one that stays does no harm.
    deinit { try? FileManager.default.removeItem(atPath: path) }
}
