import FoundationEssentials
import Glibc
import Synchronization

/// The program of these tests once more, in a process of its own that plays one part and can be killed.
///
/// A part is a suite that is enabled only where ``part`` is its name; it tells of itself through files.
package final class SecondProcess: Sendable {
    private static let variable = "PGVIGIL_TEST_PART"

    /// The part that this process plays; nil in the process that runs the tests.
    package static var part: String? { ProcessInfo.processInfo.environment[variable] }

    /// What the first process has told the second.
    package static func told(_ name: String) -> String {
        ProcessInfo.processInfo.environment["\(variable)_\(name)"] ?? ""
    }

    /// The second process's id.
    package let pid: Int32
    private let isGone = Mutex(false)

    /// Starts the suite of that name alone.
    ///
    /// - Parameters:
    ///   - part: The name of a suite, which must be a plain identifier.
    ///   - tell: What the part needs to know.
    package init(part: String, tell: [String: String]) throws {
        var environment = ProcessInfo.processInfo.environment
        environment[Self.variable] = part
        for (name, value) in tell { environment["\(Self.variable)_\(name)"] = value }
        let arguments = ["/proc/self/exe", "--testing-library", "swift-testing", "--filter", "\\.\(part)/"]
        pid = try Self.start(arguments, environment.map { "\($0.key)=\($0.value)" })
    }

    deinit { kill() }

    /// Ends it as a power cut would (SIGKILL), and waits until it is gone.
    package func kill() { end(SIGKILL) }

    /// Waits for its own end.
    ///
    /// - Returns: Whether all of its tests passed.
    @discardableResult
    package func wait() -> Bool { end(nil) == 0 }

    /// Waits until a file is there; false if it is not within a minute.
    package static func appears(_ path: String) async throws -> Bool {
        try await Fact.comes { FileManager.default.fileExists(atPath: path) }
    }

    /// Stays until somebody ends this process.
    package static func waitToBeKilled() async throws {
        try await Task.sleep(for: .seconds(600))
    }

    @discardableResult
    private func end(_ signal: Int32?) -> Int32 {
        isGone.withLock { isGone in
            guard !isGone else { return -1 }
            isGone = true
            if let signal { Glibc.kill(pid, signal) }
            var status: Int32 = 0
            while waitpid(pid, &status, 0) < 0, errno == EINTR {}
            return status
        }
    }

    private static func start(_ arguments: [String], _ environment: [String]) throws -> Int32 {
        var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0) } + [nil]
        defer { for pointer in words + variables { free(pointer) } }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        // Its report would stand among ours.
        for stream: Int32 in [1, 2] {
            posix_spawn_file_actions_addopen(&actions, stream, "/dev/null", O_WRONLY, 0)
        }
        var pid: Int32 = 0
        let result = posix_spawn(&pid, "/proc/self/exe", &actions, nil, &words, &variables)
        guard result == 0 else { throw Failure(reason: String(cString: strerror(result))) }
        return pid
    }

    private struct Failure: Error {
        var reason: String
    }
}
