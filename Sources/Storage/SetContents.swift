/// What lies in the folder of a set: files, and the folder of a directory dump.
enum SetContents {
    /// A directory dump has one level of its own.
    private static let depthMax = 4

    /// Paths of all files relative to the set, in the order of their bytes.
    ///
    /// - Throws: ``StorageFault/alienFile(path:)`` for a link or anything else that is neither file nor folder.
    static func files(in directory: String) throws(StorageFault) -> [String] {
        var files: [String] = []
        try walk(directory, "", 0) { path, kind in
            if case .file = kind { files.append(path) }
        }
        return files.sorted()
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
