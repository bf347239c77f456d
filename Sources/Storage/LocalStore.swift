package import ArchiveFormat
package import Engine
package import Faults
package import FoundationEssentials
package import Measures

/// A folder of backup sets on a disk of this machine.
///
/// ```
/// <root>/<target>/<database>/<instant>-<run id>/   a set: data, globals.sql, manifest.json, HOLD, DAMAGED
/// <root>/.incoming/                                see IncomingArea
/// ```
package final class LocalStore: BackupStore {
    /// As `pgvigil.yaml` calls it.
    package let name: String
    private let root: String
    private let incoming: IncomingArea

    /// A store in a folder that need not be there yet.
    ///
    /// - Parameter path: An absolute path.
    package init(name: String, path: String) {
        self.name = name
        root = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        incoming = IncomingArea(store: root)
    }

    /// Creates the folder where it is missing, refuses one that everybody may change, and removes incoming
    /// sets whose owner is dead.
    ///
    /// - Returns: The run ids of what was swept.
    package func open() async throws(AnyFault) -> [String] {
        try await Blocking.run { [root, incoming] () throws(StorageFault) in
            try Disk.makeFolders(root)
            try StoreFolder.check(root)
            return try incoming.sweep()
        }
    }

    /// Space that is left for the user that runs pgvigil.
    package func freeSpace() async throws(AnyFault) -> ByteCount {
        try await Blocking.run { [root] () throws(StorageFault) in
            guard let free = Disk.freeSpace(at: root) else { throw .system("look at", root) }
            return free
        }
    }

    /// Opens a private folder for the set of one database; see
    /// ``BackupStore/beginIncoming(run:target:database:)``.
    package func beginIncoming(
        run: UUID, target: String, database: String
    ) async throws(AnyFault) -> any IncomingSet {
        try await Blocking.run { [name, root, incoming] () throws(StorageFault) in
            // Refused before the work rather than after it.
            let path = "\(try FolderName.encode(target))/\(try FolderName.encode(database))"
            let directory = try incoming.begin(run)
            return LocalIncomingSet(
                store: name, root: root, path: path, run: run, directory: directory, area: incoming)
        }
    }

    /// Every published set, newest first, and what lies in the store that is not ours.
    package func sets() async throws(AnyFault) -> StoreListing {
        try await Blocking.run { [name, root, incoming] () throws(StorageFault) in
            var lister = SetLister(store: name, root: root)
            try lister.list()
            for leftover in try incoming.leftovers() {
                let isHeld = try incoming.holdReason(leftover) != nil
                lister.add(
                    leftover,
                    isHeld
                        ? "a held set that a removal took out of sight; move its folder 'set' back"
                        : "what a removal left behind; the next start removes it")
            }
            return lister.listing
        }
    }

    /// Removes one set: renamed out of sight first, then deleted.
    ///
    /// - Throws: A fault upon which the set is still wholly there, except when only the deletion fails: then
    ///   it is out of sight, and the next ``open()`` deletes the rest.
    package func remove(_ set: StoredSet) async throws(AnyFault) {
        try await remove(set) {}
    }

    /// - Parameter beforeHiding: Called when the set was found free, for a test of what comes between.
    func remove(_ set: StoredSet, beforeHiding: @Sendable @escaping () -> Void) async throws(AnyFault) {
        try await Blocking.run { [root, incoming] () throws(StorageFault) in
            let folder = try StoreFolder.locate(set, in: root)
            if let reason = try NoteFile.hold.read(in: folder) { throw .held(path: set.path, reason: reason) }
            beforeHiding()
            let hidden = try incoming.hide(folder)
            // A hold that came in between has been said to be there, so it counts. None can follow: the path
            // by which a set is held is gone.
            if let reason = try incoming.holdReason(hidden) {
                try incoming.unhide(hidden, to: folder)
                throw .held(path: set.path, reason: reason)
            }
            try Disk.removeTree(hidden)
        }
    }

    /// Holds a set against retention with a reason, or releases it with nil.
    package func hold(_ set: StoredSet, reason: String?) async throws(AnyFault) {
        try await Blocking.run { [root] () throws(StorageFault) in
            let folder = try StoreFolder.locate(set, in: root)
            try NoteFile.hold.write(reason, in: folder)
        }
    }

    /// Notes what a verification found wrong with a set, or with nil that it was found sound.
    package func mark(_ set: StoredSet, damaged: String?) async throws(AnyFault) {
        try await Blocking.run { [root] () throws(StorageFault) in
            try NoteFile.damaged.write(damaged, in: try StoreFolder.locate(set, in: root))
        }
    }

    /// Notes in the manifest of a set what a drill came to; see ``BackupStore/prove(_:_:)``.
    package func prove(_ set: StoredSet, _ proof: Manifest.Proof) async throws(AnyFault) -> StoredSet {
        try await edit(set) { $0.noteProof(proof) }
    }

    /// Notes in the manifest of a set that it was found sound; see ``BackupStore/noteVerified(_:level:at:)``.
    package func noteVerified(
        _ set: StoredSet, level: Manifest.Verification.Level, at: Date
    ) async throws(AnyFault) -> StoredSet {
        try await edit(set) { $0.noteVerification(level, at: at) }
    }

    private func edit(
        _ set: StoredSet, _ change: @escaping @Sendable (inout Manifest) -> Void
    ) async throws(AnyFault) -> StoredSet {
        try await Blocking.run { [root] () throws(StorageFault) in
            var edited = set
            edited.manifest = try ManifestEdit.perform(in: try StoreFolder.locate(set, in: root), change)
            return edited
        }
    }
}
