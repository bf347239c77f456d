import FoundationEssentials
import Glibc
import Synchronization

/// `.incoming` of a store: one locked folder for each run that writes, and what is being removed.
///
/// ```
/// .incoming/moment             held for moments, while owners are looked at
/// .incoming/<run id>/owner     held by the process that writes
/// .incoming/<run id>/<n>       one set
/// .incoming/<run id>/<n>.private
/// .incoming/removing-XXXXXX    out of sight and on the way out
/// ```
final class IncomingArea: Sendable {
    /// What this process holds of one run.
    private struct Held {
        let lock: OwnerLock
        var open = 0
        var last = 0
    }

    static let name = ".incoming"
    private static let removing = "removing-"
    private static let hidden = "set"

    let root: String
    private let held = Mutex<[UUID: Held]>([:])

    init(store: String) {
        root = "\(store)/\(Self.name)"
    }

    /// Makes the folder, and refuses one that others can reach into.
    func ensure() throws(StorageFault) {
        try PrivateDirectory.ensure(root)
    }

    /// Makes the folder of one more set of a run, which stays locked until ``end(_:)``.
    func begin(_ run: UUID) throws(StorageFault) -> String {
        try ensure()
        return try held.withLock { held throws(StorageFault) in
            let folder = "\(root)/\(run.lowercased)"
            var mine: Held
            if let known = held[run] {
                mine = known
            } else {
                mine = Held(lock: try lock(folder))
            }
            mine.last += 1
            let set = "\(folder)/\(mine.last)"
            try Disk.removeTree(set)
            try Disk.makeFolders(set)
            mine.open += 1
            held[run] = mine
            return set
        }
    }

    /// Lets one set of a run go, and the run's folder with the last.
    func end(_ run: UUID) throws(StorageFault) {
        try held.withLock { held throws(StorageFault) in
            guard var mine = held[run] else { return }
            mine.open -= 1
            guard mine.open <= 0 else {
                held[run] = mine
                return
            }
            held[run] = nil
            try MomentLock.hold("\(root)/moment") { () throws(StorageFault) in
                mine.lock.releaseNow()
                try Disk.removeTree("\(root)/\(run.lowercased)")
            }
        }
    }

    /// Removes what dead processes left behind, never what has an owner, nor what is none of ours.
    ///
    /// - Returns: The runs whose sets were removed.
    func sweep() throws(StorageFault) -> [String] {
        try ensure()
        let swept = try MomentLock.hold("\(root)/moment") { () throws(StorageFault) in
            var swept: [String] = []
            for name in try Disk.names(in: root) where UUID(uuidString: name) != nil {
                let folder = "\(root)/\(name)"
                guard try Disk.kind(folder) == .folder, try !OwnerLock.isHeld("\(folder)/owner") else {
                    continue
                }
                try Disk.move(folder, to: "\(try removingFolder())/\(name)")
                swept.append(name)
            }
            return swept
        }
        // A removal that died before it saw that the set had just been held must not be finished.
        for leftover in try leftovers() where try holdReason(leftover) == nil {
            // Tried again at the next start; until then a listing shows it as a stranger.
            try? Disk.removeTree(leftover)
        }
        return swept
    }

    /// Takes a folder out of sight in one step; what it is called then.
    func hide(_ folder: String) throws(StorageFault) -> String {
        try ensure()
        let removing = try removingFolder()
        do throws(StorageFault) {
            try Disk.move(folder, to: "\(removing)/\(Self.hidden)")
        } catch {
            try Disk.removeTree(removing)
            throw error
        }
        return removing
    }

    /// Puts back what ``hide(_:)`` took out of sight.
    func unhide(_ removing: String, to folder: String) throws(StorageFault) {
        try Disk.move("\(removing)/\(Self.hidden)", to: folder)
        try Disk.removeTree(removing)
    }

    /// Why the set is held that ``hide(_:)`` took out of sight, nil unless it is.
    func holdReason(_ removing: String) throws(StorageFault) -> String? {
        try NoteFile.hold.read(in: "\(removing)/\(Self.hidden)")
    }

    /// Paths of what is on its way out.
    func leftovers() throws(StorageFault) -> [String] {
        guard try Disk.kind(root) != nil else { return [] }
        return try Disk.names(in: root).filter { $0.hasPrefix(Self.removing) }.map { "\(root)/\($0)" }
    }

    private func lock(_ folder: String) throws(StorageFault) -> OwnerLock {
        try MomentLock.hold("\(root)/moment") { () throws(StorageFault) in
            try Disk.makeFolders(folder)
            guard let lock = try OwnerLock.acquire("\(folder)/owner", text: "") else {
                throw .busy(path: "\(folder)/owner")
            }
            return lock
        }
    }

    /// A new folder that is swept if we die.
    private func removingFolder() throws(StorageFault) -> String {
        var template = Array("\(root)/\(Self.removing)XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw .system("make a folder in", root) }
        return String(cString: made)
    }
}
