import Glibc

/// The two ends of a pipe, as large as the system allows.
///
/// A large pipe lets pg_dump run on while we write a buffer to the disk, which is most of what reading
/// through a pipe would cost otherwise.
struct PipePair: Sendable {
    /// `F_SETPIPE_SZ` (`linux/fcntl.h`), which Swift's view of the C library leaves out.
    private static let setSize: Int32 = 1_031
    /// The system's own limit for users without privileges (`/proc/sys/fs/pipe-max-size`).
    private static let size: Int32 = 1 << 20

    /// The end that we read.
    let read: Int32
    /// The end that the child writes.
    let write: Int32

    /// Makes a pipe that no other program inherits.
    ///
    /// - Throws: ``ProcessFault/noPipe(reason:)``.
    init() throws(ProcessFault) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw .noPipe(reason: String(cString: strerror(errno))) }
        (read, write) = (ends[0], ends[1])
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        // Only speed is lost where the system refuses.
        _ = fcntl(write, Self.setSize, Self.size)
    }
}
