import Faults
import FoundationEssentials
import Glibc
import Jobs

/// Reads the files in which the configuration keeps secrets (`file:PATH`); the rules for them are ``SecretFile``'s.
enum SecretFiles {
    static func read(_ path: String) -> Result<String, AnyFault> {
        var status = stat()
        guard stat(path, &status) == 0 else {
            return SecretFile.unreadable(path, because: "it is not there, or its folder is forbidden")
        }
        guard status.st_size <= SecretFile.bytesMax, let content = FileManager.default.contents(atPath: path)
        else {
            return SecretFile.unreadable(path, because: "it is forbidden, or larger than 64 KiB")
        }
        return SecretFile.judge(path: path, permissions: status.st_mode, content: Array(content))
    }
}
