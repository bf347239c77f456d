import ArchiveFormat

/// The files of a directory archive.
struct FolderFiles: FileSet {
    let names: [String]
    let place = "the folder"
    /// Bytes of all files together.
    let storedBytes: Int64

    private let folder: String
    private let dropCache: Bool

    /// More files than this are not listed: a large object each, and then some.
    private static let namesMax = 10_000_000

    init(folder: String, dropCache: Bool) throws(VerificationFault) {
        self.folder = folder
        self.dropCache = dropCache
        names = try ArchiveFile.names(in: folder, max: FolderFiles.namesMax)
        storedBytes = names.reduce(0) { $0 + ArchiveFile.size(of: "\(folder)/\($1)") }
    }

    func find(_ name: String) -> DataFile? {
        // The order of InitDiscoverCompressFileHandle in compress_io.c.
        for codec in [ArchiveCodec.none, .zlib, .lz4, .zstd] {
            let full = name + codec.fileSuffix
            guard contains(full) else { continue }
            let path = "\(folder)/\(full)"
            return DataFile(
                name: full, source: .path(path, dropCache: dropCache),
                extent: Extent(start: 0, end: ArchiveFile.size(of: path)),
                wrapping: codec.wrapping(inFile: true))
        }
        return nil
    }

    /// Whether the sorted names hold this one.
    private func contains(_ name: String) -> Bool {
        var low = 0
        var high = names.count
        while low < high {
            let middle = (low + high) / 2
            if names[middle] < name { low = middle + 1 } else { high = middle }
        }
        return low < names.count && names[low] == name
    }
}
