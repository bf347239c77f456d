import ArchiveFormat

/// The data files that an archive of files consists of: of a folder, or the members of a tar file.
protocol FileSet: Sendable {
    /// The file under this name of the table of contents, or the same with a codec's suffix; nil when there
    /// is none.
    func find(_ name: String) -> DataFile?
    /// The names of all files, as ``DataFile/name`` gives them.
    var names: [String] { get }
    /// What stands before a name in messages about a file that is not found.
    var place: String { get }
}

/// One data file; it is opened only while it is read, for there may be more of them than a process may open.
struct DataFile: Sendable {
    /// The name with its suffix.
    var name: String
    /// What holds it.
    var source: Source
    /// Where it is in what holds it.
    var extent: Extent
    /// How it is compressed.
    var wrapping: Workbench.Wrapping

    /// What holds a data file.
    enum Source: Sendable {
        /// A file of its own, at this path.
        case path(String, dropCache: Bool)
        /// A tar file that is open.
        case member(ArchiveFile)
    }

    /// Opens it for reading.
    func open() throws(VerificationFault) -> ArchiveFile {
        switch source {
        case .path(let path, let dropCache): try ArchiveFile(path: path, name: name, dropCache: dropCache)
        case .member(let file): file
        }
    }
}
