package import Faults

/// The rules for files that hold a secret, for whoever reads them.
package enum SecretFile {
    /// The largest file that is read as a secret.
    package static let bytesMax = 64 * 1024

    /// The secret in a file, or why it is not used.
    ///
    /// A file that every user of the machine can read is refused, as libpq refuses such a password file.
    /// - Parameter permissions: the lower bits of `st_mode`.
    package static func judge(path: String, permissions: UInt32, content: [UInt8]) -> Result<String, AnyFault>
    {
        if permissions & 0o004 != 0 { return .failure(AnyFault(JobsFault.secretExposed(path: path))) }
        guard content.count <= bytesMax else { return unreadable(path, because: "it has more than 64 KiB") }
        guard let text = String(validating: content, as: UTF8.self) else {
            return unreadable(path, because: "it is not UTF-8 text")
        }
        return text.isEmpty ? unreadable(path, because: "it is empty") : .success(text)
    }

    /// The fault for a file that could not be opened or read.
    package static func unreadable(_ path: String, because: String) -> Result<String, AnyFault> {
        .failure(AnyFault(JobsFault.secretUnreadable(path: path, because: because)))
    }
}
