import Engine
import Faults
import FoundationEssentials
import Synchronization
import Testing

@testable import Processes

/// A folder that is gone at the end of a test, and the child processes that work in it.
final class Fixture: Sendable {
    let folder: String
    let processes: ChildProcesses

    init(_ environment: [String: String] = ["PATH": "/usr/bin:/bin"]) throws {
        folder = FileManager.default.temporaryDirectory.path + "/pgvigil-processes-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        processes = ChildProcesses(clientDirectories: [], environment: environment)
    }

    // A folder in the temporary one that stays does no harm.
    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// A program of a few lines of shell.
    ///
    /// Another process writes it: a child that somebody starts beside us at this moment would hold our file
    /// open, and what is open for writing cannot be executed (ETXTBSY in execve(2)).
    func script(_ name: String, _ body: String, interpreter: String = "/bin/sh") async throws -> String {
        let path = "\(folder)/\(name)"
        let made = try await shell(
            "mkdir -p \"$(dirname \"$FILE\")\" && printf '%s\\n' \"$BODY\" > \"$FILE\" && chmod 755 \"$FILE\"",
            environment: ["FILE": path, "BODY": "#!\(interpreter)\n\(body)"])
        try #require(made.succeeded, "\(made.errorTail)")
        return path
    }

    /// Runs a line of shell.
    func shell(
        _ line: String, environment: [String: String] = [:], grace: Duration = .seconds(10),
        output: ToolOutput = .collect(bytesMax: 1 << 20)
    ) async throws(AnyFault) -> ToolResult {
        let call = ToolCall(
            executable: "/bin/sh", arguments: ["-c", line], environment: environment, stopGrace: grace)
        return try await processes.run(call, output: output)
    }

    /// Whether a process is there and is no zombie.
    static func lives(_ pid: String) -> Bool {
        // No such file: no such process.
        guard let status = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else {
            return false
        }
        return !status.contains(") Z ")
    }
}

/// Takes what a program writes, tells how much has come, and keeps the first of it.
final class Ear: ByteSink {
    private let heard = Mutex("")
    private let count = Mutex(0)
    private let refuseAfter: Int?

    init(refuseAfter: Int? = nil) {
        self.refuseAfter = refuseAfter
    }

    var text: String { heard.withLock { $0 } }
    var bytes: Int { count.withLock { $0 } }

    func write(_ chunk: UnsafeRawBufferPointer) throws(AnyFault) {
        let size = chunk.count
        let total = count.withLock { count in
            count += size
            return count
        }
        let piece = String(decoding: chunk.prefix(max(0, 100_000 - (total - size))), as: UTF8.self)
        heard.withLock { $0 += piece }
        if let refuseAfter, total > refuseAfter {
            throw AnyFault(code: "test.refused", summary: "refused", remedy: "None.")
        }
    }
}
