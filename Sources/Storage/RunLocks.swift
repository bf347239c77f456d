package import Engine
package import Faults
package import FoundationEssentials

/// The locks of a state directory: which runs live, and which run has a job.
///
/// `locks/runs/<run id>` and `locks/jobs/<job>` are held by the process that does the run; `locks/moment`
/// keeps processes apart while they take and look.
package struct RunLocks: LivenessPort {
    private let root: String

    /// The locks below a state directory, which is made when the first is taken.
    package init(stateDirectory: String) {
        root = "\(stateDirectory)/locks"
    }

    /// Holds a run for as long as this process lives; files of runs that have ended are removed on the way.
    package func hold(run: UUID) async throws(AnyFault) -> any LivenessHold {
        try await Blocking.run { () throws(StorageFault) in
            try underLock { () throws(StorageFault) in
                try removeEnded()
                let path = "\(root)/runs/\(run.lowercased)"
                guard let lock = try OwnerLock.acquire(path, text: run.lowercased) else {
                    throw .busy(path: path)
                }
                return lock
            }
        }
    }

    /// Whether some process holds the run.
    package func isAlive(run: UUID) async throws(AnyFault) -> Bool {
        try await Blocking.run { () throws(StorageFault) in
            try underLock { () throws(StorageFault) in try OwnerLock.isHeld("\(root)/runs/\(run.lowercased)")
            }
        }
    }

    /// Whether some process holds the daemon: see ``DaemonLocks``.
    package func isAlive(daemon: UUID) async throws(AnyFault) -> Bool {
        try await Blocking.run { () throws(StorageFault) in
            try OwnerLock.isHeld("\(root)/daemons/\(daemon.lowercased)")
        }
    }

    /// Holds a job for a run, or tells which run has it.
    package func hold(job: String, for run: UUID) async throws(AnyFault) -> JobHold {
        try await Blocking.run { () throws(StorageFault) in
            try underLock { () throws(StorageFault) in
                let path = "\(root)/jobs/\(try FolderName.encode(job))"
                if let lock = try OwnerLock.acquire(path, text: run.lowercased) { return .held(lock) }
                return .busy(run: OwnerLock.text(path))
            }
        }
    }

    private func underLock<Value>(_ work: () throws(StorageFault) -> Value) throws(StorageFault) -> Value {
        try PrivateDirectory.ensure(root)
        try Disk.makeFolders("\(root)/runs")
        try Disk.makeFolders("\(root)/jobs")
        return try MomentLock.hold("\(root)/moment", work)
    }

    /// Nobody takes a lock of a run meanwhile, so a file without an owner stays without one.
    private func removeEnded() throws(StorageFault) {
        for name in try Disk.names(in: "\(root)/runs") {
            let path = "\(root)/runs/\(name)"
            guard UUID(uuidString: name) != nil, try !OwnerLock.isHeld(path) else { continue }
            try Disk.removeTree(path)
        }
    }
}

extension UUID {
    /// As ids stand in paths and in the catalog.
    var lowercased: String { uuidString.lowercased() }
}
