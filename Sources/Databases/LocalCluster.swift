import Glibc
package import Jobs
import Synchronization

/// A private PostgreSQL server on this machine: made, started, shared between processes and stopped.
///
/// It listens on a Unix socket only, in a folder that only its user may enter; if we are root it runs as an unprivileged
/// user. Every process that uses it holds a shared lock, and the last one out stops it. If that one is killed, the
/// server goes on running, and the next one adopts it.
package final class LocalCluster: Sendable {
    /// The folder with the cluster, its settings, locks and log.
    package let directory: String
    /// The folder of the server's socket: `host` for libpq.
    package let socketDirectory: String
    /// The port, which is part of the socket's name.
    package let port = ClusterFolder.port
    /// The major version of the server.
    package let major: Int
    /// The folder of the programs that fit the server.
    package let binaries: ServerBinaries
    /// The database role that owns everything in it.
    package static let superuser = "pgvigil"

    private let folder: ClusterFolder
    private let purpose: ClusterPurpose
    /// Nil once it is stopped.
    private let use: Mutex<Use?>

    /// The locks that tell others that it is in use; they end with the process.
    private struct Use {
        var users: FileLock
        /// Of a throwaway cluster: that its maker lives.
        var owner: FileLock?
    }

    private static let lockLimit = Duration.seconds(120)
    private static let startLimit = Duration.seconds(120)
    private static let stopLimit = Duration.seconds(60)

    private init(
        folder: ClusterFolder, binaries: ServerBinaries, purpose: ClusterPurpose, socket: String, use: Use
    ) {
        directory = folder.directory
        socketDirectory = socket
        major = binaries.major
        self.binaries = binaries
        self.folder = folder
        self.purpose = purpose
        self.use = Mutex(use)
    }

    /// Makes the cluster if there is none, starts it unless it runs, and takes part in its use.
    ///
    /// - Parameters:
    ///   - directory: An absolute path; it and its parents are made if missing.
    ///   - binaries: What ``ServerBinaries/find(extraDirectories:path:)`` found; a new cluster takes the newest, one
    ///     that is there takes the programs of its own major version.
    ///   - settings: Server settings that win over those of the purpose; they matter when it is started.
    ///   - authentication: The lines of `pg_hba.conf`.
    /// - Throws: ``DatabasesFault``.
    package static func ensureRunning(
        at directory: String, binaries: [ServerBinaries], purpose: ClusterPurpose,
        settings: [String: String] = [:],
        authentication: [String] = ["local all all trust"]
    ) async throws(DatabasesFault) -> LocalCluster {
        let settings = ClusterSettings(purpose: purpose, overrides: settings)
        return try await OwnThread.run { () throws(DatabasesFault) in
            try begin(
                directory, binaries: binaries, settings: settings, authentication: authentication, owner: nil)
        }
    }

    /// Makes a cluster in a folder of its own below `base`, which is gone when it is stopped.
    ///
    /// What killed processes left in `base` is removed on the way.
    ///
    /// - Parameters:
    ///   - base: An absolute path to a folder for such clusters only; nil takes a private one in /tmp.
    ///   - keepsTemplate: Keeps what `initdb` made in `base`, so that the next cluster of that version starts sooner.
    /// - Throws: ``DatabasesFault``.
    package static func throwaway(
        in base: String? = nil, binaries: [ServerBinaries], settings: [String: String] = [:],
        authentication: [String] = ["local all all trust"], keepsTemplate: Bool = false
    ) async throws(DatabasesFault) -> LocalCluster {
        let settings = ClusterSettings(purpose: .throwaway, overrides: settings)
        return try await OwnThread.run { () throws(DatabasesFault) in
            let place = try ThrowawayFolder.make(in: base)
            do throws(DatabasesFault) {
                return try begin(
                    place.directory, binaries: binaries, settings: settings, authentication: authentication,
                    owner: place.lock, templates: keepsTemplate ? base : nil)
            } catch {
                ThrowawayFolder.discard(place.directory)
                throw error
            }
        }
    }

    /// Stops and removes the throwaway clusters in `base` whose makers are gone.
    ///
    /// - Returns: The folders that were removed.
    package static func sweep(_ base: String? = nil) async -> [String] {
        await OwnThread.run { ThrowawayFolder.sweep(base) }
    }

    /// How to reach a database of it, as its superuser unless another role is named.
    package func connectionInfo(
        database: String = "postgres", role: String = LocalCluster.superuser
    ) -> ConnectionInfo {
        // Everything that the environment could say otherwise (PGSSLMODE, PGOPTIONS…) is said here.
        ConnectionInfo(parameters: [
            .init("host", socketDirectory), .init("port", String(port)), .init("user", role),
            .init("dbname", database), .init("sslmode", "disable"), .init("gssencmode", "disable"),
            .init("channel_binding", "disable"), .init("target_session_attrs", "any"),
            .init("options", "-c statement_timeout=0"),
        ])
    }

    /// Starts the server again if somebody has killed it; does nothing if it runs, or once we have stopped using it.
    ///
    /// - Throws: ``DatabasesFault``.
    package func revive() async throws(DatabasesFault) {
        try await OwnThread.run { [self] () throws(DatabasesFault) in
            let start = try FileLock(folder.startLock)
            guard start.lock(.exclusive, within: Self.lockLimit) else {
                throw .busy(directory: directory, limit: Self.lockLimit)
            }
            let postmaster = Postmaster(folder: folder)
            guard use.withLock({ $0 != nil }), postmaster.running() == nil else { return }
            try folder.prepareToStart()
            try postmaster.start(binaries: binaries, limit: Self.startLimit)
        }
    }

    /// Ends the use of it by us; the last user stops the server, and removes it if it is a throwaway. Later calls do
    /// nothing.
    ///
    /// - Throws: ``DatabasesFault/stopTimedOut(directory:pid:)``, ``DatabasesFault/busy(directory:limit:)``,
    ///   ``DatabasesFault/file(path:cause:)``.
    package func stop() async throws(DatabasesFault) {
        try await OwnThread.run { () throws(DatabasesFault) in try self.stopBlocking() }
    }

    /// The same on the calling thread, for the end of a process.
    package func stopBlocking() throws(DatabasesFault) {
        guard let use = use.withLock({ use in use.take() }) else { return }
        let start = try FileLock(folder.startLock)
        guard start.lock(.exclusive, within: Self.lockLimit) else {
            throw .busy(directory: directory, limit: Self.lockLimit)
        }
        guard use.users.tryLock(.exclusive) else { return }
        try Postmaster(folder: folder).stop(atOnce: purpose == .throwaway, limit: Self.stopLimit)
        // One in /tmp is made anew at the next start; PostgreSQL has emptied it.
        if !folder.socket.hasPrefix(directory) { rmdir(folder.socket) }
        guard use.owner != nil else { return }
        ThrowawayFolder.discard(directory)
        ThrowawayFolder.removeSharedIfEmpty()
    }

    // MARK: Inside

    private static func begin(
        _ directory: String, binaries: [ServerBinaries], settings: ClusterSettings, authentication: [String],
        owner: FileLock?, templates: String? = nil
    ) throws(DatabasesFault) -> LocalCluster {
        let folder = try ClusterFolder.prepare(directory)
        let start = try FileLock(folder.startLock)
        guard start.lock(.exclusive, within: lockLimit) else {
            throw .busy(directory: directory, limit: lockLimit)
        }
        let chosen = try choose(binaries, for: folder)
        let postmaster = Postmaster(folder: folder)
        if postmaster.running() == nil {
            try folder.user.checkReach(chosen.program("postgres"))
            try folder.prepareToStart()
            try Files.write(settings.text(folder: folder), to: folder.settings, mode: 0o644)
            try write(authentication, folder)
            if try folder.major() == nil {
                try furnish(folder, chosen, settings.purpose, templates: templates)
            }
            try postmaster.start(binaries: chosen, limit: startLimit)
        } else {
            try postmaster.waitUntilReady(limit: startLimit)
        }
        let users = try FileLock(folder.usersLock)
        guard users.lock(.shared, within: lockLimit) else {
            throw .busy(directory: directory, limit: lockLimit)
        }
        return LocalCluster(
            folder: folder, binaries: chosen, purpose: settings.purpose,
            socket: postmaster.running()?.socketDirectory ?? folder.socket,
            use: Use(users: users, owner: owner))
    }

    private static func choose(
        _ binaries: [ServerBinaries], for folder: ClusterFolder
    ) throws(DatabasesFault) -> ServerBinaries {
        guard let major = try folder.major() else {
            guard let newest = binaries.max(by: { $0.major < $1.major }) else {
                throw .noServerPrograms(searched: ServerBinaries.searched(extraDirectories: []))
            }
            return newest
        }
        guard let fitting = binaries.first(where: { $0.major == major }) else {
            throw .wrongMajor(directory: folder.directory, major: major, present: binaries.map(\.major))
        }
        return fitting
    }

    /// Copies the template of that version into the folder if there is one; else makes the cluster and, of it, one.
    private static func furnish(
        _ folder: ClusterFolder, _ binaries: ServerBinaries, _ purpose: ClusterPurpose, templates: String?
    ) throws(DatabasesFault) {
        guard let templates else { return try initialise(folder, binaries, purpose) }
        let template = ClusterTemplate(base: templates, version: binaries.version)
        if try template.copy(to: folder.data, user: folder.user) { return }
        try initialise(folder, binaries, purpose)
        do throws(DatabasesFault) {
            try template.make(of: folder.data, draft: folder.directory + "/template")
        } catch {
            // The cluster itself is whole; the next one is not sooner, that is all.
            try Files.removeTree(folder.directory + "/template")
        }
    }

    /// Makes the cluster under another name first, so that a half one is never taken for a whole one.
    private static func initialise(
        _ folder: ClusterFolder, _ binaries: ServerBinaries, _ purpose: ClusterPurpose
    ) throws(DatabasesFault) {
        let draft = folder.data + ".new"
        try Files.removeTree(draft)
        try Files.makeFolder(draft, mode: 0o700, owner: folder.user)
        let logStart = folder.logSize
        let log = try folder.openLog()
        defer { close(log) }
        var arguments = [
            binaries.program("initdb"), "-D", draft, "--username=\(superuser)", "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
        ]
        if purpose == .throwaway { arguments.append("--no-sync") }
        guard try ChildProgram(folder.user.prefix + arguments).runToEnd(log: log).succeeded else {
            throw .initFailed(directory: folder.directory, log: folder.logTail(since: logStart))
        }
        guard rename(draft, folder.data) == 0 else { throw Files.failure(folder.data) }
    }

    private static func write(_ authentication: [String], _ folder: ClusterFolder) throws(DatabasesFault) {
        try Files.write(authentication.joined(separator: "\n") + "\n", to: folder.authentication, mode: 0o644)
    }
}
