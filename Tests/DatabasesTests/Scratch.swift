import Databases
import FoundationEssentials
import Glibc
import TestKit

/// A folder for one test's cluster that everybody may pass through; removed with the object.
final class Scratch: Sendable {
    let directory: String
    private let root: String

    init(below name: String? = nil) throws {
        var template = Array("/tmp/pgvigil-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure(reason: String(cString: strerror(errno))) }
        root = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        chmod(root, 0o711)
        directory = name.map { [root] in "\(root)/\($0)" } ?? root
    }

    deinit {
        // What a failed test left running keeps its files; the folder in /tmp is all that is lost.
        try? FileManager.default.removeItem(atPath: root)
    }

    struct Failure: Error {
        var reason: String
    }

    /// The cluster in the folder, made and started as the catalog's is.
    func start() async throws -> LocalCluster { try await Self.start(directory) }

    static func start(_ directory: String) async throws -> LocalCluster {
        try await LocalCluster.ensureRunning(
            at: directory, binaries: TemporaryServer.installed(), purpose: .catalog)
    }

    /// The number in the server's own file; nil if it is not there.
    func serverPid(_ name: String = "") throws -> pid_t? {
        let path = "\(directory)/\(name)/data/postmaster.pid"
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        let text = try String(contentsOfFile: path, encoding: .utf8)
        return text.split(separator: "\n").first.flatMap { pid_t($0) }
    }

    /// What is in the folder, sorted.
    func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
    }
}
