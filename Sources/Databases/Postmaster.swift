import Glibc

/// The server process of one private cluster: found, started and stopped through its `postmaster.pid`.
///
/// The file's lines are those of PostgreSQL's `src/include/utils/pidfile.h`. All calls block, and need the cluster's
/// start lock.
struct Postmaster: Sendable {
    let folder: ClusterFolder

    /// A server that lives, as its file tells.
    struct Running: Equatable {
        var pid: pid_t
        var socketDirectory: String
        var isReady: Bool
    }

    private var pidFile: String { folder.data + "/postmaster.pid" }

    /// The server that runs on this cluster, ready or not; nil if there is none.
    func running() -> Running? {
        let lines = Files.tail(pidFile, bytesMax: 4096).split(
            separator: "\n", omittingEmptySubsequences: false)
        guard lines.count >= 5, let pid = pid_t(lines[0]), isAlive(pid) else { return nil }
        let status = lines.count >= 8 ? lines[7].trimmingPrefix(" ").prefix { $0 != " " } : ""
        return Running(pid: pid, socketDirectory: String(lines[4]), isReady: status == "ready")
    }

    /// Starts it and waits until it accepts connections.
    func start(binaries: ServerBinaries, limit: Duration) throws(DatabasesFault) {
        let deadline = ContinuousClock.now + limit
        while true {
            removeMisleadingFile()
            let logStart = folder.logSize
            let child = try launch(binaries)
            while true {
                if running()?.isReady ?? false { return }
                var status: Int32 = 0
                if waitpid(child, &status, WNOHANG) == child { break }
                guard ContinuousClock.now < deadline else {
                    kill(child, SIGQUIT)
                    throw .startTimedOut(
                        directory: folder.directory, limit: limit, log: folder.logTail(since: logStart))
                }
                usleep(10_000)
            }
            let log = folder.logTail(since: logStart)
            // The backends of a killed server take a moment to notice; until then its memory is in use.
            guard log.contains("still in use"), ContinuousClock.now < deadline else {
                throw .startFailed(directory: folder.directory, log: log)
            }
            usleep(100_000)
        }
    }

    /// Waits for a server that somebody else has started.
    func waitUntilReady(limit: Duration) throws(DatabasesFault) {
        let deadline = ContinuousClock.now + limit
        while let running = running(), !running.isReady {
            guard ContinuousClock.now < deadline else {
                throw .startTimedOut(directory: folder.directory, limit: limit, log: folder.logTail(since: 0))
            }
            usleep(20_000)
        }
    }

    /// Stops it: politely with a checkpoint, or at once; gives up after `limit`.
    func stop(atOnce: Bool, limit: Duration) throws(DatabasesFault) {
        guard let running = running() else { return }
        for signal in atOnce ? [SIGQUIT] : [SIGINT, SIGQUIT] {
            kill(running.pid, signal)
            let deadline = ContinuousClock.now + limit
            while ContinuousClock.now < deadline {
                guard isAlive(running.pid) else { return }
                usleep(5_000)
            }
        }
        throw .stopTimedOut(directory: folder.directory, pid: running.pid)
    }

    private func launch(_ binaries: ServerBinaries) throws(DatabasesFault) -> pid_t {
        let log = try folder.openLog()
        defer { close(log) }
        let arguments = [
            binaries.program("postgres"), "-D", folder.data, "-c", "config_file=\(folder.settings)",
        ]
        return try ChildProgram(folder.user.prefix + arguments).start(log: log)
    }

    /// Whether the process is a PostgreSQL server of this very cluster: a number alone may be anybody's by now.
    ///
    /// A server's current folder is its data directory (`ChangeToDataDir` in PostgreSQL's `miscinit.c`).
    private func isAlive(_ pid: pid_t) -> Bool {
        guard pid > 1, Files.status("/proc/\(pid)")?.st_uid == folder.user.uid else { return false }
        if isZombie(pid) {
            var status: Int32 = 0
            waitpid(pid, &status, WNOHANG)
            return false
        }
        return Files.link("/proc/\(pid)/cwd") == Files.canonical(folder.data)
    }

    /// Whether it has ended and only waits to be collected: `proc(5)`, third field of `stat`.
    private func isZombie(_ pid: pid_t) -> Bool {
        let text = Files.head("/proc/\(pid)/stat", bytesMax: 512)
        // The name in parentheses may hold anything, so the field after the last of them is the third.
        return text.lastIndex(of: ")").map { text[$0...].dropFirst(2).hasPrefix("Z") } ?? true
    }

    /// Removes a `postmaster.pid` whose number is now that of some other process, on which PostgreSQL would refuse.
    ///
    /// That happens in containers, where numbers come back soon. In all other cases PostgreSQL finds out by itself,
    /// and needs the file to see whether old backends are still there.
    private func removeMisleadingFile() {
        for path in [pidFile, "\(folder.socket)/.s.PGSQL.\(ClusterFolder.port).lock"] {
            let first = Files.head(path, bytesMax: 32).split(separator: "\n").first
            guard let pid = first.flatMap({ pid_t($0) }), pid > 0, !isAlive(pid) else { continue }
            if kill(pid, 0) == 0 || errno == EPERM { unlink(path) }
        }
    }
}
