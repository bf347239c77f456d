import Faults
import Glibc

/// The file that keeps a set from being removed; its text is the reason.
enum HoldFile {
    static let name = "HOLD"
    private static let bytesMax = 4_096

    /// The reason, nil if the set is not held. A file that cannot be read holds the set all the same.
    static func read(in folder: String) throws(StorageFault) -> String? {
        let path = "\(folder)/\(name)"
        guard try Disk.kind(path) != nil else { return nil }
        do throws(StorageFault) {
            let text = FaultText.oneLine(
                String(decoding: try Disk.read(path, bytesMax: bytesMax), as: UTF8.self))
            return text.isEmpty ? "no reason given" : text
        } catch {
            return "its file \(name) cannot be read"
        }
    }

    static func write(_ reason: String, in folder: String) throws(StorageFault) {
        var line = Array(FaultText.oneLine(reason).utf8.prefix(bytesMax - 1))
        // The cut may have gone through a character.
        while String(validating: line, as: UTF8.self) == nil { line.removeLast() }
        let draft = "\(folder)/.\(name)"
        try Disk.removeTree(draft)
        try Disk.create(draft, line + [UInt8(ascii: "\n")])
        try Disk.move(draft, to: "\(folder)/\(name)")
    }

    static func remove(in folder: String) throws(StorageFault) {
        let path = "\(folder)/\(name)"
        guard unlink(path) == 0 || errno == ENOENT else { throw .system("remove", path) }
        try Disk.syncFolder(folder)
    }
}
