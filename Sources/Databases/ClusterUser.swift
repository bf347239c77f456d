import Glibc

/// The user of the system that runs a private server.
struct ClusterUser: Sendable, Equatable {
    var name: String
    var uid: uid_t
    var gid: gid_t

    /// Ourselves; or if we are root, the owner of what is there already, else `postgres`, else `nobody`.
    static func choose(data: String) throws(DatabasesFault) -> ClusterUser {
        let owner = Files.status(data)?.st_uid
        let me = geteuid()
        if me != 0 {
            if let owner, owner != me {
                throw .foreignOwner(directory: data, owner: name(of: owner))
            }
            return named(me)
        }
        if let owner, owner != 0 { return named(owner) }
        for name in ["postgres", "nobody"] {
            if let entry = getpwnam(name), entry.pointee.pw_uid != 0 {
                return ClusterUser(name: name, uid: entry.pointee.pw_uid, gid: entry.pointee.pw_gid)
            }
        }
        throw .noUnprivilegedUser
    }

    /// Whether programs have to be started as somebody else than ourselves.
    var isOther: Bool { uid != geteuid() }

    /// The start of a command line that runs a program as this user (util-linux, `setpriv`).
    var prefix: [String] {
        isOther ? ["setpriv", "--reuid=\(uid)", "--regid=\(gid)", "--clear-groups", "--"] : []
    }

    /// - Throws: ``DatabasesFault/notReachable(path:user:)`` with the first folder on the way that this user may
    ///   not enter, or the program that it may not execute.
    func checkReach(_ path: String) throws(DatabasesFault) {
        guard isOther, try !mayExecute(path) else { return }
        var ancestor = ""
        for part in path.split(separator: "/") {
            ancestor += "/" + part
            if try !mayExecute(ancestor) { throw .notReachable(path: ancestor, user: name) }
        }
    }

    /// Asks the kernel as that user, which knows about groups and access lists.
    private func mayExecute(_ path: String) throws(DatabasesFault) -> Bool {
        let end = try ChildProgram(prefix + ["test", "-x", path]).runToEnd()
        guard !end.programMissing else {
            throw .program(path: "setpriv", cause: "it is missing (package util-linux)")
        }
        return end.succeeded
    }

    private static func named(_ uid: uid_t) -> ClusterUser {
        let entry = getpwuid(uid)
        return ClusterUser(name: name(of: uid), uid: uid, gid: entry?.pointee.pw_gid ?? getegid())
    }

    private static func name(of uid: uid_t) -> String {
        getpwuid(uid).map { String(cString: $0.pointee.pw_name) } ?? String(uid)
    }
}
