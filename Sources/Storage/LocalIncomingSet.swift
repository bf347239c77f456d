import ArchiveFormat
import Engine
import Faults
import FoundationEssentials
import Glibc
import Synchronization

/// A set that is being written on the disk.
final class LocalIncomingSet: IncomingSet {
    private enum Phase {
        case open
        case published
        case discarded
    }

    private struct State {
        var phase = Phase.open
        var files: [String: LocalIncomingFile] = [:]
        /// Nil until the set has been read back.
        var read: [Manifest.File]?
    }

    let directory: String
    private let store: String
    private let root: String
    /// `<target>/<database>`.
    private let path: String
    private let run: UUID
    private let area: IncomingArea
    private let state = Mutex(State())

    init(store: String, root: String, path: String, run: UUID, directory: String, area: IncomingArea) {
        self.store = store
        self.root = root
        self.path = path
        self.run = run
        self.directory = directory
        self.area = area
    }

    private var privateFolder: String { "\(directory).private" }

    func makeFile(_ name: String) async throws(AnyFault) -> any IncomingFile {
        try await Blocking.run { () throws(StorageFault) in
            try self.checkName(name)
            try self.change { _ in }
            let file = try LocalIncomingFile("\(self.directory)/\(name)", name: name)
            try self.change { $0.files[name] = file }
            return file
        }
    }

    func writePrivate(_ name: String, _ text: Secret) async throws(AnyFault) -> String {
        try await Blocking.run { () throws(StorageFault) in
            try self.checkName(name)
            try self.change { _ in }
            try Disk.makeFolders(self.privateFolder)
            let path = "\(self.privateFolder)/\(name)"
            try Disk.create(path, Array(text.reveal().utf8))
            return path
        }
    }

    func readBack() async throws(AnyFault) -> [Manifest.File] {
        let stop = StopFlag()
        let result = await withTaskCancellationHandler { () -> Result<[Manifest.File], AnyFault> in
            do throws(AnyFault) {
                return .success(
                    try await Blocking.run { () throws(StorageFault) in try self.readBackBlocking(stop) })
            } catch {
                return .failure(error)
            }
        } onCancel: {
            stop.isSet.store(true, ordering: .relaxed)
        }
        return try result.get()
    }

    func publish(_ manifest: Manifest, at started: Date) async throws(AnyFault) -> StoredSet {
        try await Blocking.run { () throws(StorageFault) in
            let read = try self.change { $0.read }
            try self.check(manifest, against: read)
            let text: String
            do throws(ArchiveFault) { text = try manifest.render() } catch {
                throw .notReadBack(detail: error.summary)
            }
            try Disk.removeTree(self.privateFolder)
            // A publication that failed after its manifest was written may be tried again.
            try Disk.removeTree("\(self.directory)/\(Manifest.fileName)")
            try SetContents.check(in: self.directory, against: manifest.files)
            try Disk.create("\(self.directory)/\(Manifest.fileName)", Array(text.utf8))
            try SetContents.syncFolders(in: self.directory)
            let name = SetName(started: started, run: self.run).text
            let folder = try self.moveIntoPlace(name)
            try self.change { $0.phase = .published }
            // The set is there; what is left of the run's folder is swept at the next start.
            try? self.area.end(self.run)
            return StoredSet(
                store: self.store, path: "\(self.path)/\(name)", directory: folder, manifest: manifest)
        }
    }

    func discard() async {
        let files: [LocalIncomingFile]? = state.withLock { state in
            guard state.phase == .open else { return nil }
            state.phase = .discarded
            return Array(state.files.values)
        }
        guard let files else { return }
        for file in files { file.abandon() }
        // What cannot be removed now has no owner any more, and the next start tries again.
        try? await Blocking.run { () throws(StorageFault) in
            for path in [self.privateFolder, self.directory] {
                // As above: the lock must go in any case.
                try? Disk.removeTree(path)
            }
            try self.area.end(self.run)
        }
    }
}

extension LocalIncomingSet {
    /// Looks at or changes the state of a set that is still open.
    private func change<Value: Sendable>(_ work: (inout State) -> Value) throws(StorageFault) -> Value {
        try state.withLock { state throws(StorageFault) in
            guard state.phase == .open else { throw .ended(path: directory) }
            return work(&state)
        }
    }

    private func readBackBlocking(_ stop: StopFlag) throws(StorageFault) -> [Manifest.File] {
        let written = try change { $0.files }
        var read: [Manifest.File] = []
        for name in try SetContents.files(in: directory) {
            let parts = try written[name]?.parts()
            read.append(
                try FileDigest.readBack(
                    "\(directory)/\(name)", name: name, parts: parts, isStopped: stop.isSet))
        }
        let names = Set(read.map(\.path))
        if let lost = written.keys.sorted().first(where: { !names.contains($0) }) {
            throw .changedOnDisk(file: lost, detail: "it is gone")
        }
        let found = read
        try change { $0.read = found }
        return found
    }

    /// A set's own files lie side by side; folders in it are made by pg_dump.
    private func checkName(_ name: String) throws(StorageFault) {
        guard !name.isEmpty, !name.hasPrefix("."), !name.contains("/"),
            name.utf8.count <= FolderName.bytesMax,
            name != Manifest.fileName, !Manifest.companions.contains(name)
        else { throw .badName(name: name, reason: "it is no file of a backup set") }
    }

    /// Publishes only what was read back, under the name of the run and database that it belongs to.
    private func check(_ manifest: Manifest, against read: [Manifest.File]?) throws(StorageFault) {
        guard let read else { throw .notReadBack(detail: "it was not read back from the disk") }
        guard manifest.files.sorted(by: { $0.path < $1.path }) == read else {
            throw .notReadBack(detail: "its manifest lists other files than were read back")
        }
        let names =
            "\(try FolderName.encode(manifest.target))/\(try FolderName.encode(manifest.database.name))"
        guard names == path, manifest.run == run else {
            throw .notReadBack(detail: "its manifest tells of \(names), and it was begun for \(path)")
        }
    }

    private func moveIntoPlace(_ name: String) throws(StorageFault) -> String {
        let parent = "\(root)/\(path)"
        for folder in [Disk.parent(of: parent), parent] {
            try Disk.makeFolders(folder)
            // A link would lead the set to where no listing looks.
            guard try Disk.kind(folder) == .folder else { throw .notAFolder(path: folder) }
        }
        let folder = "\(parent)/\(name)"
        guard try Disk.kind(folder) == nil else { throw .setExists(path: folder) }
        guard rename(directory, folder) == 0 else {
            throw errno == ENOTEMPTY || errno == EEXIST
                ? .setExists(path: folder) : .system("rename", directory)
        }
        do throws(StorageFault) {
            try Disk.syncFolder(parent)
        } catch {
            // A name that may not survive a power cut must not be seen; if this fails too, the fault tells of
            // it.
            _ = rename(folder, directory)
            throw error
        }
        return folder
    }
}

/// Tells a thread that reads for long that nobody waits for it any more.
private final class StopFlag: Sendable {
    let isSet = Atomic(false)
}
