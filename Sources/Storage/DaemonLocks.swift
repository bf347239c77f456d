package import Engine
package import FoundationEssentials
import Glibc

/// Which daemons of a state directory live: `locks/daemons/<id>`, each held by its process, with its role and pid.
package struct DaemonLocks: Sendable {
    private let root: String
    private let waitsMax: Int

    /// The locks below a state directory.
    package init(stateDirectory: String) {
        self.init(stateDirectory: stateDirectory, waitsMax: MomentLock.waitsMax)
    }

    /// - Parameter waitsMax: How often the lock of all locks is asked for.
    init(stateDirectory: String, waitsMax: Int) {
        root = "\(stateDirectory)/locks/daemons"
        self.waitsMax = waitsMax
    }

    /// A daemon whose process lives.
    package struct Living: Sendable, Equatable {
        package var id: UUID
        package var role: DaemonRecord.Role
        package var pid: Int32
        /// When its loop turned last: see ``beat(_:)``.
        package var beatAt: Date
    }

    /// Holds a daemon's lock for as long as this process lives.
    ///
    /// The file stays when the lock is let go by the death of the process: that is how ``dead()`` knows of it.
    package func hold(_ daemon: UUID, role: DaemonRecord.Role, pid: Int32) async throws(StorageFault)
        -> any LivenessHold
    {
        let path = "\(root)/\(daemon.lowercased)"
        return try underLock { () throws(StorageFault) in
            guard let lock = try OwnerLock.acquire(path, text: "\(role.rawValue) \(pid)") else {
                throw .busy(path: path)
            }
            return lock
        }
    }

    /// The daemons whose process is gone.
    package func dead() throws(StorageFault) -> [UUID] {
        guard try Disk.kind(root) != nil else { return [] }
        return try underLock { () throws(StorageFault) in
            var dead: [UUID] = []
            for id in try ids() where try !OwnerLock.isHeld("\(root)/\(id.lowercased)") { dead.append(id) }
            return dead
        }
    }

    /// Forgets daemons that are dead and that the catalog knows to be so.
    ///
    /// - Parameter daemons: Those that the catalog was told of; one that lives is left alone.
    package func forget(_ daemons: [UUID]) throws(StorageFault) {
        guard !daemons.isEmpty else { return }
        try underLock { () throws(StorageFault) in
            for id in daemons {
                let path = "\(root)/\(id.lowercased)"
                if try !OwnerLock.isHeld(path) { try Disk.removeTree(path) }
            }
        }
    }

    /// The daemons whose process lives.
    package func living() throws(StorageFault) -> [Living] {
        var found: [Living] = []
        for id in try ids() {
            let path = "\(root)/\(id.lowercased)"
            let words = OwnerLock.text(path).split(separator: " ")
            guard try OwnerLock.isHeld(path), words.count == 2, let pid = Int32(words[1]),
                let role = DaemonRecord.Role(rawValue: String(words[0]))
            else { continue }
            found.append(Living(id: id, role: role, pid: pid, beatAt: try beat(of: path)))
        }
        return found
    }

    /// Notes that the loop of a daemon turns, by the time of its lock file: that it lives, a process tells that hangs too.
    package func beat(_ daemon: UUID) {
        // A file that is gone, or a full disk, makes it look as if it hung; that is all there is to be done.
        utimensat(AT_FDCWD, "\(root)/\(daemon.lowercased)", nil, 0)
    }

    private func beat(of path: String) throws(StorageFault) -> Date {
        var status = stat()
        guard stat(path, &status) == 0 else { throw .system("look at", path) }
        return Date(timeIntervalSince1970: Double(status.st_mtim.tv_sec))
    }

    /// A lock file is made a moment before it is held: nobody may look in between, and take its owner for dead.
    private func underLock<Value>(_ work: () throws(StorageFault) -> Value) throws(StorageFault) -> Value {
        let locks = Disk.parent(of: root)
        try PrivateDirectory.ensure(locks)
        try Disk.makeFolders(root)
        return try MomentLock.hold("\(locks)/moment", waitsMax: waitsMax, work)
    }

    private func ids() throws(StorageFault) -> [UUID] {
        guard try Disk.kind(root) != nil else { return [] }
        return try Disk.names(in: root).compactMap(UUID.init(uuidString:))
    }
}
