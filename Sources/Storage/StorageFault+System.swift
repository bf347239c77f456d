import Glibc
import Measures

extension StorageFault {
    /// The fault for an error number of the system, which must be read before anything else is called.
    ///
    /// - Parameter doing: A verb that fits between "could not" and the path, such as `write`.
    static func system(_ doing: String, _ path: String, _ number: Int32 = errno) -> StorageFault {
        switch number {
        case ENOSPC: .noSpace(path: path, free: Disk.freeSpace(at: path) ?? .zero)
        case EDQUOT: .quota(path: path)
        case EFBIG: .tooLarge(path: path)
        case EACCES, EPERM: .notPermitted(doing: doing, path: path)
        case EROFS: .readOnly(path: path)
        case ENOTDIR, ELOOP: .notAFolder(path: path)
        default:
            .io(
                doing: doing, path: path, reason: String(cString: strerror(number)),
                mayPass: passing.contains(number))
        }
    }

    /// Numbers that a busy machine or a network file system causes; EIO is not among them, since a disk that
    /// has failed once is for a person to look at.
    private static let passing: Set<Int32> = [
        EAGAIN, EINTR, EBUSY, EMFILE, ENFILE, ENOMEM, ETIMEDOUT, ESTALE, ENOLCK, EHOSTDOWN, ENETDOWN,
    ]
}
