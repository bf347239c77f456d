import Faults
import Glibc

/// A file in a set that says in one line what has become of the set since it was published.
///
/// Its being there counts: one that cannot be read, or is empty, means what it is called all the same.
struct NoteFile {
    /// Keeps a set from being removed; its text is the reason.
    static let hold = NoteFile(name: "HOLD", blank: "no reason given")
    /// Keeps a set from counting as verified; its text is what was found.
    static let damaged = NoteFile(name: "DAMAGED", blank: "it does not say what was found")

    private static let bytesMax = 4_096

    let name: String
    /// What an empty file is read as.
    let blank: String

    /// The text, nil if there is no such file.
    func read(in folder: String) throws(StorageFault) -> String? {
        let path = "\(folder)/\(name)"
        guard try Disk.kind(path) != nil else { return nil }
        do throws(StorageFault) {
            let text = FaultText.oneLine(
                String(decoding: try Disk.read(path, bytesMax: Self.bytesMax), as: UTF8.self))
            return text.isEmpty ? blank : text
        } catch {
            return "its file \(name) cannot be read"
        }
    }

    /// Writes the text, or removes the file with nil.
    func write(_ text: String?, in folder: String) throws(StorageFault) {
        guard let text else { return try remove(in: folder) }
        var line = Array(FaultText.oneLine(text).utf8.prefix(Self.bytesMax - 1))
        // The cut may have gone through a character.
        while String(validating: line, as: UTF8.self) == nil { line.removeLast() }
        let draft = "\(folder)/.\(name)"
        try Disk.removeTree(draft)
        try Disk.create(draft, line + [UInt8(ascii: "\n")])
        try Disk.move(draft, to: "\(folder)/\(name)")
    }

    private func remove(in folder: String) throws(StorageFault) {
        let path = "\(folder)/\(name)"
        guard unlink(path) == 0 || errno == ENOENT else { throw .system("remove", path) }
        try Disk.syncFolder(folder)
    }
}
