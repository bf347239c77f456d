package import Faults
import Glibc

/// Writes a report that only its owner may read: it names tables, roles and values of a database.
package enum ReportFile {
    /// Writes the file whole, under another name first, so that nobody reads half of it.
    ///
    /// - Throws: ``WiringFault/unwritable(path:why:)``.
    package static func write(_ text: String, to path: String) throws(AnyFault) {
        let draft = path + ".new"
        unlink(draft)
        let file = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw failure(path) }
        defer { close(file) }
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            guard count > 0 else { throw discard(draft, path) }
            rest = rest.dropFirst(count)
        }
        guard fsync(file) == 0, rename(draft, path) == 0 else { throw discard(draft, path) }
    }

    private static func discard(_ draft: String, _ path: String) -> AnyFault {
        let fault = failure(path)
        unlink(draft)
        return fault
    }

    private static func failure(_ path: String) -> AnyFault {
        AnyFault(WiringFault.unwritable(path: path, why: String(cString: strerror(errno))))
    }
}
