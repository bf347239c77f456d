import FoundationEssentials
import Glibc
import Synchronization

/// A program that a test has started: what it prints, what it ends with, and signals to it.
///
/// It is killed when nobody holds it any more.
package final class ChildRun: Sendable {
    /// How it ended, and all that it printed.
    package struct End: Sendable, CustomStringConvertible {
        /// The exit status; 128 and the signal's number if a signal ended it, as shells count.
        package var status: Int32
        package var output: String
        package var errors: String

        /// The lines of standard error.
        package var complaints: [String] { errors.split(separator: "\n").map(String.init) }

        package var description: String { "status \(status)\n--- output\n\(output)--- errors\n\(errors)" }
    }

    /// Why there is no end to tell of.
    package struct Failure: Error, CustomStringConvertible {
        package var description: String
    }

    package let pid: Int32
    private let state = Mutex(State.running)
    private let outputFile: Int32
    private let errorFile: Int32

    private enum State {
        case running
        case ended(Int32)
    }

    /// Starts it.
    ///
    /// - Parameters:
    ///   - command: The program, looked for in our own `PATH` unless it is a path, and its arguments.
    ///   - directory: Its working folder.
    ///   - input: What it reads from standard input; nil for nothing.
    ///   - ownGroup: Whether it leads a process group of its own, so that a terminal's ^C can be played.
    package init(
        _ command: [String], environment: [String: String], directory: String = "/", input: String? = nil,
        ownGroup: Bool = false
    ) throws {
        outputFile = try Self.scratchFile("")
        errorFile = try Self.scratchFile("")
        let inputFile = try Self.scratchFile(input ?? "")
        defer { close(inputFile) }
        // env(1) becomes the program: the process stays the same.
        let words: [UnsafeMutablePointer<CChar>?] =
            (["env", "-C", directory] + command).map { strdup($0) } + [nil]
        let variables: [UnsafeMutablePointer<CChar>?] =
            environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for pointer in words + variables { free(pointer) } }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (file, number) in [(inputFile, 0), (outputFile, 1), (errorFile, 2)] {
            posix_spawn_file_actions_adddup2(&actions, file, Int32(number))
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        if ownGroup { posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP)) }
        var started: Int32 = 0
        let result = posix_spawnp(&started, "env", &actions, &attributes, words, variables)
        pid = started
        guard result == 0 else {
            state.withLock { $0 = .ended(127) }
            throw Failure(description: "env: \(String(cString: strerror(result)))")
        }
    }

    deinit {
        if poll() == nil {
            kill(pid, SIGKILL)
            var status: Int32 = 0
            while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        }
        close(outputFile)
        close(errorFile)
    }

    /// Runs a program to its end.
    package static func run(
        _ command: [String], environment: [String: String], directory: String = "/", input: String? = nil,
        within limit: Duration = .seconds(120)
    ) async throws -> End {
        try await ChildRun(command, environment: environment, directory: directory, input: input).end(
            within: limit)
    }

    /// What it has printed on standard output so far.
    package var outputSoFar: String { Self.text(of: outputFile) }
    /// What it has printed on standard error so far.
    package var errorsSoFar: String { Self.text(of: errorFile) }
    /// Whether it has not ended yet.
    package var isRunning: Bool { poll() == nil }

    /// Sends it a signal, unless it has ended.
    ///
    /// - Parameter toGroup: Whether its whole process group gets it, as from a terminal.
    package func signal(_ number: Int32, toGroup: Bool = false) {
        state.withLock { state in
            if case .running = state { kill(toGroup ? -pid : pid, number) }
        }
    }

    /// Waits for its end.
    ///
    /// - Throws: ``Failure`` with what it printed if it does not end within the limit; it is killed then.
    package func end(within limit: Duration = .seconds(120)) async throws -> End {
        guard let status = try await Fact.value(within: limit, { poll() }) else {
            signal(SIGKILL)
            throw Failure(
                description:
                    "it did not end within \(limit)\n--- output\n\(outputSoFar)--- errors\n\(errorsSoFar)")
        }
        return End(status: status, output: outputSoFar, errors: errorsSoFar)
    }

    /// Waits for its end on this thread, without a limit; for what cannot wait otherwise, such as `defer`.
    @discardableResult
    package func endBlocking() -> Int32? { poll(0) }

    private func poll(_ options: Int32 = WNOHANG) -> Int32? {
        state.withLock { state in
            if case .ended(let status) = state { return status }
            var raw: Int32 = 0
            guard waitpid(pid, &raw, options) == pid else { return nil }
            let signal = raw & 0x7F
            let status = signal == 0 ? (raw >> 8) & 0xFF : 128 + signal
            state = .ended(status)
            return status
        }
    }

    /// A file without a name, which is gone with its last user.
    private static func scratchFile(_ text: String) throws -> Int32 {
        var template = Array("/tmp/pgvigil-test-XXXXXX".utf8CString)
        let file = mkstemp(&template)
        guard file >= 0 else { throw Failure(description: "no file can be made in /tmp") }
        unlink(template)
        _ = fcntl(file, F_SETFD, FD_CLOEXEC)
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
            guard written > 0 else { throw Failure(description: "/tmp is full") }
            bytes = bytes.dropFirst(written)
        }
        lseek(file, 0, SEEK_SET)
        return file
    }

    private static func text(of file: Int32) -> String {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = pread(file, &buffer, buffer.count, off_t(bytes.count))
            guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
            bytes += buffer[..<count]
        }
    }
}
