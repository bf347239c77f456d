import Glibc

/// Starts a program with a small clean environment, in a session of its own, inheriting nothing else.
///
/// The `Processes` module starts what a run needs; this is for a cluster's own programs, of which the server outlives
/// us at times and must hold none of our descriptors.
struct ChildProgram {
    private let arguments: [String]
    private let environment = ["PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL=C", "TZ=UTC"]

    /// The program, found in PATH if it has no slash, and its arguments.
    init(_ arguments: [String]) {
        // The current folder may be one that the other user may not enter; PostgreSQL complains about that.
        self.arguments = ["env", "--chdir=/"] + arguments
    }

    struct End {
        /// As `waitpid` gives it.
        var status: Int32
        var output: String
        var succeeded: Bool { status == 0 }
        /// `env` and `setpriv` end with 126 or 127 if the program itself could not be started.
        var programMissing: Bool { [126, 127].contains(status >> 8) }
    }

    /// Runs it to its end and collects the first 64 KiB of standard output; standard error goes to `log`, if given.
    func runToEnd(log: Int32? = nil) throws(DatabasesFault) -> End {
        var pipe: [Int32] = [-1, -1]
        guard Glibc.pipe(&pipe) == 0 else { throw Files.failure("pipe") }
        Self.closeOnExec(pipe)
        defer { close(pipe[0]) }
        let child: pid_t
        do throws(DatabasesFault) {
            child = try spawn(output: pipe[1], errors: log)
            close(pipe[1])
        } catch {
            close(pipe[1])
            throw error
        }
        var output: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(pipe[0], &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            if count <= 0 { break }
            if output.count < 65_536 { output += buffer.prefix(count) }
        }
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        return End(status: status, output: String(decoding: output, as: UTF8.self))
    }

    /// Starts it and returns its process number; whoever wants it gone must wait for it.
    func start(log: Int32) throws(DatabasesFault) -> pid_t {
        try spawn(output: log, errors: log)
    }

    private func spawn(output: Int32, errors: Int32?) throws(DatabasesFault) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        if let errors {
            posix_spawn_file_actions_adddup2(&actions, errors, 2)
        } else {
            posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        }
        // Descriptors that other parts of the process forgot to mark must not stay open in a server.
        Self.closeOnExec(Files.names(in: "/proc/self/fd").compactMap { Int32($0) }.filter { $0 > 2 })

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        // A session of its own: an interrupt typed at the terminal is ours to handle, not the server's.
        let flags = Int32(POSIX_SPAWN_SETSIGDEF) | Int32(POSIX_SPAWN_SETSIGMASK) | 0x80  // POSIX_SPAWN_SETSID
        posix_spawnattr_setflags(&attributes, Int16(flags))

        var child: pid_t = 0
        let code = withCStrings(arguments) { arguments in
            withCStrings(environment) { environment in
                posix_spawnp(&child, "env", &actions, &attributes, arguments, environment)
            }
        }
        guard code == 0 else {
            throw .program(path: arguments.first ?? "", cause: String(cString: strerror(code)))
        }
        return child
    }

    private static func closeOnExec(_ descriptors: [Int32]) {
        for descriptor in descriptors { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
    }

    private func withCStrings<Value>(
        _ texts: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Value
    ) -> Value {
        var copies: [UnsafeMutablePointer<CChar>?] = texts.map { strdup($0) } + [nil]
        defer { copies.forEach { free($0) } }
        return copies.withUnsafeMutableBufferPointer { buffer in
            // Never empty: the closing nil is in it.
            guard let base = buffer.baseAddress else {
                preconditionFailure("an array with an element has an address")
            }
            return body(base)
        }
    }
}
