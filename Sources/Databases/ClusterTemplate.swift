import Glibc

/// A data folder as `initdb` leaves it, never started, that new throwaway clusters are copies of.
///
/// It lies beside the clusters as `template-<version>`, belongs to us, and the user that runs servers cannot enter it:
/// what runs in one cluster must not reach the next. It is made under another name and renamed; its marker is written
/// last and says how much there is, so that half a template is none. Nothing is synced, which would take longer than
/// `initdb`: the marker names the boot of the machine instead, and a template of another boot is made anew. A name holds all that `initdb` was told, so another version makes another.
struct ClusterTemplate: Sendable {
    /// The folder above, which must be on the file system of the clusters.
    let base: String
    let version: String

    private static let prefix = "template-"
    private static let copyBytesMax = 1 << 20
    /// `_IOW(0x94, 9, int)`: ioctl_ficlone(2).
    private static let ficlone: UInt = 0x4004_9409

    private var directory: String { "\(base)/\(Self.prefix)\(version)" }
    private var data: String { directory + "/data" }
    private var marker: String { directory + "/whole" }

    /// How much a folder holds, and since when.
    struct Extent: Equatable {
        var files = 0
        var bytes: Int64 = 0

        /// The marker's text. `boot_id` is in random(4).
        var text: String {
            let boot = Files.head("/proc/sys/kernel/random/boot_id", bytesMax: 64).filter { !$0.isNewline }
            return "boot \(boot), \(files) files, \(bytes) bytes\n"
        }
    }

    /// Copies the template into a folder that is not there yet and will belong to `user`.
    ///
    /// - Returns: Whether there was a whole one; if not, nothing is there, and what was no template is gone.
    func copy(to target: String, user: ClusterUser) throws(DatabasesFault) -> Bool {
        guard Files.status(marker) != nil else { return false }
        let whole = Files.head(marker, bytesMax: 256)
        do throws(DatabasesFault) {
            var extent = Extent()
            try Self.copyFolder(data, to: target, user: user, &extent)
            if extent.text == whole { return true }
        } catch {
            // Another process may be replacing it; and what cannot be copied for lack of space fails again below.
            try Files.removeTree(target)
            return false
        }
        try Files.removeTree(target)
        try discard(by: target + ".unfit")
        return false
    }

    /// Makes it of a data folder that `initdb` has just made, and removes those of other versions of that major.
    ///
    /// - Parameter draft: A path on the same file system for what is not whole yet; it is swept with its folder.
    func make(of source: String, draft: String) throws(DatabasesFault) {
        try Files.makeFolder(draft, mode: 0o700)
        var extent = Extent()
        try Self.copyFolder(source, to: draft + "/data", user: nil, &extent)
        try Files.write(extent.text, to: draft + "/whole", mode: 0o600)
        if Files.status(marker) == nil { try discard(by: draft + ".unfit") }
        // Where another process was faster, its template serves as well as ours.
        if rename(draft, directory) != 0 { try Files.removeTree(draft) }
        let major = version.prefix { $0.isNumber }
        for name in Files.names(in: base)
        where name != "\(Self.prefix)\(version)" && name.hasPrefix("\(Self.prefix)\(major).") {
            try ClusterTemplate(base: base, version: String(name.dropFirst(Self.prefix.count)))
                .discard(by: draft + ".unfit")
        }
    }

    /// Removes it, out of its place first so that nobody takes half of it for a whole one.
    func discard(by path: String) throws(DatabasesFault) {
        guard rename(directory, path) == 0 else {
            guard errno == ENOENT else { throw Files.failure(directory) }
            return
        }
        try Files.removeTree(path)
    }

    // MARK: Copying

    private static func copyFolder(
        _ source: String, to target: String, user: ClusterUser?, _ extent: inout Extent
    ) throws(DatabasesFault) {
        try Files.makeFolder(target, mode: 0o700, owner: user)
        var buffer = [UInt8](repeating: 0, count: copyBytesMax)
        for name in Files.names(in: source) {
            let (from, to) = ("\(source)/\(name)", "\(target)/\(name)")
            switch Files.status(from).map({ $0.st_mode & S_IFMT }) {
            case S_IFDIR: try copyFolder(from, to: to, user: user, &extent)
            case S_IFREG:
                extent.bytes += try copyFile(from, to: to, user: user, &buffer)
                extent.files += 1
            default:
                // `initdb` makes no links, and what is not ours is not followed.
                throw .file(path: from, cause: "it is neither a file nor a folder")
            }
        }
    }

    /// Copies one file, sharing its blocks where the file system can; returns its size.
    private static func copyFile(
        _ source: String, to target: String, user: ClusterUser?, _ buffer: inout [UInt8]
    ) throws(DatabasesFault) -> Int64 {
        let input = open(source, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard input >= 0 else { throw Files.failure(source) }
        defer { close(input) }
        let output = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard output >= 0 else { throw Files.failure(target) }
        defer { close(output) }
        if let user, user.isOther {
            guard fchown(output, user.uid, user.gid) == 0 else { throw Files.failure(target) }
        }
        var status = stat()
        guard fstat(input, &status) == 0 else { throw Files.failure(source) }
        if status.st_size > 0, ioctl(output, ficlone, input) != 0 {
            try pour(input, source, output, target, &buffer)
        }
        return Int64(status.st_size)
    }

    private static func pour(
        _ input: Int32, _ source: String, _ output: Int32, _ target: String, _ buffer: inout [UInt8]
    ) throws(DatabasesFault) {
        while true {
            let count = buffer.withUnsafeMutableBytes { read(input, $0.baseAddress, $0.count) }
            guard count != 0 else { return }
            guard count > 0 else { throw Files.failure(source) }
            var rest = buffer[..<count]
            while !rest.isEmpty {
                let written = rest.withUnsafeBytes { Glibc.write(output, $0.baseAddress, $0.count) }
                guard written > 0 else { throw Files.failure(target) }
                rest = rest.dropFirst(written)
            }
        }
    }
}
