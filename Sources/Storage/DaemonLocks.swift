package import Engine
package import FoundationEssentials

/// Which daemons of a state directory live: `locks/daemons/<id>`, each held by its process, with its role and pid.
package struct DaemonLocks: Sendable {
    private let root: String

    /// The locks below a state directory.
    package init(stateDirectory: String) {
        root = "\(stateDirectory)/locks/daemons"
    }

    /// A daemon whose process lives.
    package struct Living: Sendable, Equatable {
        package var id: UUID
        package var role: DaemonRecord.Role
        package var pid: Int32
    }

    /// Holds a daemon's lock for as long as this process lives.
    ///
    /// The file stays when the lock is let go by the death of the process: that is how ``dead()`` knows of it.
    package func hold(_ daemon: UUID, role: DaemonRecord.Role, pid: Int32) async throws(StorageFault)
        -> any LivenessHold
    {
        let path = "\(root)/\(daemon.lowercased)"
        try PrivateDirectory.ensure(Disk.parent(of: root))
        try Disk.makeFolders(root)
        guard let lock = try OwnerLock.acquire(path, text: "\(role.rawValue) \(pid)") else {
            throw .busy(path: path)
        }
        return lock
    }

    /// The daemons whose process is gone.
    package func dead() throws(StorageFault) -> [UUID] {
        var dead: [UUID] = []
        for id in try ids() where try !OwnerLock.isHeld("\(root)/\(id.lowercased)") { dead.append(id) }
        return dead
    }

    /// Forgets daemons that are dead and that the catalog knows to be so.
    package func forget(_ daemons: [UUID]) throws(StorageFault) {
        for id in daemons { try Disk.removeTree("\(root)/\(id.lowercased)") }
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
            found.append(Living(id: id, role: role, pid: pid))
        }
        return found
    }

    private func ids() throws(StorageFault) -> [UUID] {
        guard try Disk.kind(root) != nil else { return [] }
        return try Disk.names(in: root).compactMap(UUID.init(uuidString:))
    }
}
