package import Faults
package import Postgres

/// What can go wrong with private clusters and with questions to a target.
package enum DatabasesFault: Fault, Equatable {
    /// No PostgreSQL server programs were found; the folders that were looked into.
    case noServerPrograms(searched: [String])
    /// A cluster was made by a major version whose programs are not here.
    case wrongMajor(directory: String, major: Int, present: [Int])
    /// No server programs are here that could run what a server of this major version had.
    case noMajor(wished: Int, present: [Int])
    /// What lies at the place of a cluster is none.
    case notACluster(directory: String)
    /// The folder belongs to another user of the system.
    case foreignOwner(directory: String, owner: String)
    /// We are root, and there is no other user that could run a server.
    case noUnprivilegedUser
    /// The user that runs the server may not enter a folder, or execute a program.
    case notReachable(path: String, user: String)
    /// A call of the system about a file or a folder failed.
    case file(path: String, cause: String)
    /// A program could not be started.
    case program(path: String, cause: String)
    /// `initdb` failed; the end of what it said.
    case initFailed(directory: String, log: String)
    /// The server ended while it was starting; the end of its log.
    case startFailed(directory: String, log: String)
    /// The server was not ready in time; the end of its log.
    case startTimedOut(directory: String, limit: Duration, log: String)
    /// The server does not stop.
    case stopTimedOut(directory: String, pid: Int32)
    /// Another process has been starting or stopping this cluster for too long.
    case busy(directory: String, limit: Duration)
    /// The target's server is older than PostgreSQL 12.
    case serverTooOld(address: String, version: String)
    /// A pooler is in between, which gives every statement another session.
    case pooled(address: String)
    /// The server could not be asked.
    case server(PostgresFault)

    package var code: String {
        switch self {
        case .noServerPrograms: "cluster.no-programs"
        case .wrongMajor: "cluster.wrong-major"
        case .noMajor: "cluster.no-major"
        case .notACluster: "cluster.not-a-cluster"
        case .foreignOwner: "cluster.foreign-owner"
        case .noUnprivilegedUser: "cluster.no-user"
        case .notReachable: "cluster.not-reachable"
        case .file: "cluster.file"
        case .program: "cluster.program"
        case .initFailed: "cluster.init-failed"
        case .startFailed: "cluster.start-failed"
        case .startTimedOut: "cluster.start-timeout"
        case .stopTimedOut: "cluster.stop-timeout"
        case .busy: "cluster.busy"
        case .serverTooOld: "server.too-old"
        case .pooled: "server.pooled"
        case .server(let fault): fault.code
        }
    }

    package var summary: String {
        switch self {
        case .noServerPrograms(let searched):
            "no PostgreSQL server programs (initdb, postgres) in \(searched.joined(separator: ", "))"
        case .wrongMajor(let directory, let major, let present):
            "the cluster in \(directory) was made by PostgreSQL \(major), and here is "
                + (present.isEmpty ? "none" : present.map(String.init).joined(separator: ", "))
        case .noMajor(let wished, let present):
            "a private server needs the programs of PostgreSQL \(wished) or a later one, and here is "
                + (present.isEmpty ? "none" : present.map(String.init).joined(separator: ", "))
        case .notACluster(let directory): "\(directory) holds files and is no PostgreSQL cluster"
        case .foreignOwner(let directory, let owner): "\(directory) belongs to user \(owner)"
        case .noUnprivilegedUser: "PostgreSQL does not run as root, and there is no user postgres or nobody"
        case .notReachable(let path, let user):
            "user \(user), who runs the private server, may not enter \(path)"
        case .file(let path, let cause): "\(path): \(cause)"
        case .program(let path, let cause): "cannot run \(path): \(cause)"
        case .initFailed(let directory, let log): "initdb failed for \(directory): \(log)"
        case .startFailed(let directory, let log): "the private server in \(directory) did not start: \(log)"
        case .startTimedOut(let directory, let limit, let log):
            "the private server in \(directory) was not ready within \(limit.components.seconds)s: \(log)"
        case .stopTimedOut(let directory, let pid):
            "the private server in \(directory) (process \(pid)) does not stop"
        case .busy(let directory, let limit):
            "another process has been starting or stopping the server in \(directory) for "
                + "\(limit.components.seconds)s"
        case .serverTooOld(let address, let version): "the server at \(address) is PostgreSQL \(version)"
        case .pooled(let address): "a pooler is in front of the server at \(address)"
        case .server(let fault): fault.summary
        }
    }

    package var remedy: String {
        switch self {
        case .noServerPrograms:
            "Run 'apt-get install postgresql', or set 'catalog: postgres://…' in pgvigil.yaml to use a server."
        case .wrongMajor(_, let major, _):
            "Run 'apt-get install postgresql-\(major)', or move that folder away to begin a new one."
        case .noMajor(let wished, _): "Run 'apt-get install postgresql-\(wished)'."
        case .notACluster: "Move that folder away, or set another 'state' folder in pgvigil.yaml."
        case .foreignOwner(_, let owner):
            "Run pgvigil as \(owner), or set another 'state' folder in pgvigil.yaml."
        case .noUnprivilegedUser:
            "Run pgvigil as a user of its own, or create one with 'adduser --system postgres'."
        case .notReachable(let path, _):
            "Run 'chmod o+x \(path)', or set a 'state' folder in pgvigil.yaml that everybody may pass through."
        case .file: "Correct that folder's owner or rights, or free space, or set another 'state' folder."
        case .program: "Install it, or correct its rights."
        case .initFailed, .startFailed, .startTimedOut: "The whole log is in server.log in that folder."
        case .stopTimedOut(_, let pid): "Stop it with 'kill -QUIT \(pid)'."
        case .busy(let directory, _): "See with 'fuser \(directory)/start.lock' which process it is."
        case .serverTooOld: "Use a server of PostgreSQL 12 or later."
        case .pooled: "Give the target the server's own address: maintenance needs sessions of its own."
        case .server(let fault): fault.remedy
        }
    }

    package var exitStatus: ExitStatus {
        if case .server(let fault) = self { fault.exitStatus } else { .undetermined }
    }

    package var mayPass: Bool {
        switch self {
        case .server(let fault): fault.mayPass
        case .startTimedOut, .busy: true
        case .noServerPrograms, .wrongMajor, .noMajor, .notACluster, .foreignOwner, .noUnprivilegedUser,
            .notReachable, .file, .program, .initFailed, .startFailed, .stopTimedOut, .serverTooOld, .pooled:
            false
        }
    }
}
