import ArchiveFormat

/// What lies in the folder of a set: files, and the folder of a directory dump.
enum SetContents {
    /// A directory dump has one level of its own.
    private static let depthMax = 4

    /// Paths of all files relative to the set, in the order of their bytes.
    ///
    /// - Throws: ``StorageFault/alienFile(path:)`` for a link or anything else that is neither file nor
    ///   folder.
    static func files(in directory: String) throws(StorageFault) -> [String] {
        var files: [String] = []
        try walk(directory, "", 0) { path, kind in
            if case .file = kind { files.append(path) }
        }
        return files.sorted()
    }

    /// Refuses a set that holds anything but these files, or one of another size.
    ///
    /// - Throws: ``StorageFault/notReadBack(detail:)``.
    static func check(in directory: String, against files: [Manifest.File]) throws(StorageFault) {
        var expected = Dictionary(files.map { ($0.path, $0.size) }) { first, _ in first }
        for path in try Self.files(in: directory) {
            guard let size = expected.removeValue(forKey: path),
                try Disk.kind("\(directory)/\(path)") == .file(size: size)
            else { throw .notReadBack(detail: "\(path) was written after the read-back") }
        }
        if let gone = expected.keys.sorted().first { throw .notReadBack(detail: "\(gone) is gone") }
    }

    /// Syncs the names of all files, innermost folders first.
    static func syncFolders(in directory: String) throws(StorageFault) {
        var folders: [String] = []
        try walk(directory, "", 0) { path, kind in
            if kind == .folder { folders.append("\(directory)/\(path)") }
        }
        for folder in folders.reversed() + [directory] { try Disk.syncFolder(folder) }
    }

    private static func walk(
        _ directory: String, _ prefix: String, _ depth: Int, _ visit: (String, Disk.Kind) -> Void
    ) throws(StorageFault) {
        for name in try Disk.names(in: prefix.isEmpty ? directory : "\(directory)/\(prefix)") {
            let path = prefix.isEmpty ? name : "\(prefix)/\(name)"
            guard let kind = try Disk.kind("\(directory)/\(path)") else { continue }
            visit(path, kind)
            switch kind {
            case .file: continue
            case .folder where depth < depthMax: try walk(directory, path, depth + 1, visit)
            case .folder, .link, .other: throw .alienFile(path: "\(directory)/\(path)")
            }
        }
    }
}
