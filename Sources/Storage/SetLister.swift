import ArchiveFormat
import Engine
import Faults

/// Reads what a store holds: sets, and what is none.
struct SetLister {
    /// More strangers than this are counted, not listed.
    private static let strangersMax = 1_000

    private let store: String
    private let root: String
    private var sets: [StoredSet] = []
    private var strangers: [StoreListing.Stranger] = []
    private var unlisted = 0

    init(store: String, root: String) {
        self.store = store
        self.root = root
    }

    /// Newest first; of two of one instant, the later in the order of their paths.
    var listing: StoreListing {
        let more = StoreListing.Stranger(
            path: root, reason: "\(unlisted) more things that are no backup sets")
        return StoreListing(
            sets: sets.sorted { ($0.manifest.started, $0.path) > ($1.manifest.started, $1.path) },
            strangers: unlisted == 0 ? strangers : strangers + [more])
    }

    /// Goes through the whole store; one that is not there holds nothing.
    mutating func list() throws(StorageFault) {
        guard try Disk.kind(root) != nil else { return }
        for target in try Disk.names(in: root) where target != IncomingArea.name {
            for database in folders(in: target) {
                for set in folders(
                    in: "\(target)/\(database)", named: "a set", { SetName($0) != nil })
                {
                    read("\(target)/\(database)/\(set)", target: target, database: database)
                }
            }
        }
    }

    /// Notes something that is no set.
    mutating func add(_ path: String, _ reason: String) {
        if strangers.count < Self.strangersMax {
            strangers.append(StoreListing.Stranger(path: path, reason: reason))
        } else {
            unlisted += 1
        }
    }

    /// The folders in a folder of ours whose names are such as we write; everything else is a stranger.
    private mutating func folders(
        in path: String, named what: String = "a database",
        _ isOurs: (String) -> Bool = { FolderName.decode($0) != nil }
    ) -> [String] {
        do throws(StorageFault) {
            guard try isFolder(path) else { return [] }
            guard path.contains("/") || FolderName.decode(path) != nil else {
                add(path, "its name is not one that pgvigil gives a target's folder")
                return []
            }
            var found: [String] = []
            for name in try Disk.names(in: "\(root)/\(path)") {
                if !isOurs(name) {
                    add("\(path)/\(name)", "its name is not one that pgvigil gives the folder of \(what)")
                } else if try isFolder("\(path)/\(name)") {
                    found.append(name)
                }
            }
            return found
        } catch {
            add(path, error.summary)
            return []
        }
    }

    private mutating func isFolder(_ path: String) throws(StorageFault) -> Bool {
        switch try Disk.kind("\(root)/\(path)") {
        case .folder: return true
        case .file: add(path, "a file, and no folder of pgvigil")
        case .link: add(path, "a symbolic link; pgvigil follows none")
        case .other: add(path, "neither a file nor a folder")
        case nil: break
        }
        return false
    }

    private mutating func read(_ path: String, target: String, database: String) {
        let folder = "\(root)/\(path)"
        do throws(StorageFault) {
            guard try Disk.kind("\(folder)/\(Manifest.fileName)") != nil else {
                // Gone meanwhile, or never whole.
                if try Disk.kind(folder) != nil { add(path, "it has no \(Manifest.fileName)") }
                return
            }
            let bytes = try Disk.read(
                "\(folder)/\(Manifest.fileName)", bytesMax: ArchiveLimits.manifestBytesMax)
            let manifest: Manifest
            do throws(ArchiveFault) { manifest = try Manifest.parse(bytes) } catch {
                return add(path, error.summary)
            }
            if let reason = try mismatch(manifest, path, target: target, database: database) {
                return add(path, reason)
            }
            sets.append(
                StoredSet(
                    store: store, path: path, directory: folder, manifest: manifest,
                    held: try NoteFile.hold.read(in: folder), damaged: try NoteFile.damaged.read(in: folder)))
        } catch {
            add(path, error.summary)
        }
    }

    /// Why a folder is not the set that its manifest tells of, nil if it is. Contents are for a verification
    /// to read.
    private func mismatch(
        _ manifest: Manifest, _ path: String, target: String, database: String
    ) throws(StorageFault) -> String? {
        guard FolderName.decode(target) == manifest.target,
            FolderName.decode(database) == manifest.database.name,
            path.hasSuffix(manifest.run.lowercased)
        else { return "its manifest tells of another set: \(manifest.target)/\(manifest.database.name)" }
        for file in manifest.files {
            switch try Disk.kind("\(root)/\(path)/\(file.path)") {
            case .file(size: file.size): continue
            case .file(let size): return "\(file.path) has \(size) bytes, and its manifest says \(file.size)"
            case .folder, .link, .other, nil: return "its file \(file.path) is missing"
            }
        }
        return nil
    }
}
