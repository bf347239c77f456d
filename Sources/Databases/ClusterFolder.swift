import Glibc

/// Where the parts of a private cluster lie, and who may touch them.
///
/// The folder itself, its locks and its settings belong to us; `data` and `socket` belong to the user that runs the
/// server. So a server that runs somebody's restored code cannot change what we, as root, read and write here.
struct ClusterFolder: Sendable {
    let directory: String
    let user: ClusterUser

    static let port = 5432
    /// `sun_path` of a socket's address has 108 bytes with the closing zero (unix(7)).
    private static let socketPathMax = 107
    private static let logBytesMax = 1_048_576

    var data: String { directory + "/data" }
    var settings: String { directory + "/server.conf" }
    var authentication: String { directory + "/hba.conf" }
    var log: String { directory + "/server.log" }
    var startLock: String { directory + "/start.lock" }
    var usersLock: String { directory + "/users.lock" }
    /// Held by the maker of a throwaway cluster in that folder.
    static func ownerLockPath(_ directory: String) -> String { directory + "/owner.lock" }

    /// The folder of the socket: inside if the path is short and plain enough, else a private one in /tmp.
    var socket: String {
        let inside = directory + "/socket"
        let plain = inside.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || "/._-".utf8.contains(byte)
        }
        let length = inside.utf8.count + "/.s.PGSQL.\(Self.port)".utf8.count
        return plain && length <= Self.socketPathMax ? inside : "\(ThrowawayFolder.shared)/s-\(digest)"
    }

    /// The major version of the cluster in `data`; nil if there is none yet.
    ///
    /// - Throws: ``DatabasesFault/notACluster(directory:)`` if something else is there.
    func major() throws(DatabasesFault) -> Int? {
        guard Files.status(data) != nil else { return nil }
        let text = Files.tail(data + "/PG_VERSION", bytesMax: 16)
        guard let major = Int(text.prefix { $0.isNumber }) else { throw .notACluster(directory: data) }
        return major
    }

    /// Makes the folder and locks that come first, and checks that the server's user can get there.
    static func prepare(_ directory: String) throws(DatabasesFault) -> ClusterFolder {
        let user = try ClusterUser.choose(data: directory + "/data")
        let folder = ClusterFolder(directory: directory, user: user)
        try Files.makeFolder(directory, mode: user.isOther ? 0o711 : 0o700)
        if let owner = Files.status(directory)?.st_uid, geteuid() != 0, owner != geteuid() {
            _ = try ClusterUser.choose(data: directory)
        }
        return folder
    }

    /// Makes the socket's folder anew if it is missing, and moves a log aside that has grown large.
    func prepareToStart() throws(DatabasesFault) {
        try user.checkReach(directory)
        if !socket.hasPrefix(directory) { try ThrowawayFolder.makeShared() }
        try Files.makeFolder(socket, mode: 0o700, owner: user)
        guard let status = Files.status(socket), status.st_mode & S_IFMT == S_IFDIR, status.st_uid == user.uid
        else {
            throw .foreignOwner(directory: socket, owner: "somebody else")
        }
        if let size = Files.status(log)?.st_size, size > Self.logBytesMax {
            guard rename(log, log + ".old") == 0 else { throw Files.failure(log) }
        }
    }

    /// Opens the log for a program to write to.
    func openLog() throws(DatabasesFault) -> Int32 {
        let descriptor = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw Files.failure(log) }
        return descriptor
    }

    /// What the log says since `start`, for a fault's line: its last lines.
    func logTail(since start: Int64) -> String {
        let lines = Files.tail(log, bytesMax: 2048, from: start).split(separator: "\n").suffix(6)
        return lines.isEmpty ? "it said nothing" : lines.joined(separator: "; ")
    }

    var logSize: Int64 { Files.status(log).map { Int64($0.st_size) } ?? 0 }

    /// The folder's path as a short name (64-bit FNV-1a).
    private var digest: String {
        let hash = Files.canonical(directory).utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) {
            ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3
        }
        return String(hash, radix: 16)
    }
}
