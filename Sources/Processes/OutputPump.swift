import Dispatch
import Engine
import Faults
import Glibc

/// Reads a child's output on a thread of its own and hands it on as it arrives.
///
/// Blocking reads have no place in the pool of Swift's tasks, which has one thread for each core.
struct OutputPump: Sendable {
    /// What is left when a child has ended or its output was refused.
    struct Result: Sendable {
        /// Standard error.
        var errors = ErrorTail()
        /// Why reading ended early, nil when it did not.
        var fault: AnyFault?
    }

    private static let bufferSize = 1 << 20
    /// After the child's end, so long may its pipes stay silent before they are given up: a process that it
    /// left behind holds them.
    private static let silenceMilliseconds: Int32 = 1_000

    /// Nil where the output is thrown away.
    let sink: (any ByteSink)?
    /// The reading ends; -1 where there is none.
    let output: Int32
    let errors: Int32
    /// poll(2), which a test makes fail.
    var wait: @Sendable (UnsafeMutablePointer<pollfd>, nfds_t, Int32) -> Int32 = { poll($0, $1, $2) }

    /// Reads until the child has ended and its pipes are empty, or until the sink refuses.
    ///
    /// - Parameters:
    ///   - group: The child's process group: what is left of it is killed when its leader has ended, while
    ///     its number cannot have been given to another yet.
    ///   - exit: A descriptor that becomes readable when the child ends (pidfd_open(2)), or -1.
    func drain(group: pid_t, exit: Int32) async -> Result {
        await withCheckedContinuation { continuation in
            DispatchQueue(label: "output of \(group)").async {
                continuation.resume(returning: drainBlocking(group: group, exit: exit))
            }
        }
    }

    private func drainBlocking(group: pid_t, exit: Int32) -> Result {
        var result = Result()
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.bufferSize, alignment: 4_096)
        defer { buffer.deallocate() }
        var waits = [output, errors, exit].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        var ended = false
        while waits.contains(where: { $0.fd >= 0 }) {
            let ready = wait(&waits, nfds_t(waits.count), ended ? Self.silenceMilliseconds : -1)
            if ready < 0, errno == EINTR { continue }
            guard ready > 0 else {
                if ready < 0 { result.fault = Self.unreadable() }
                break
            }
            do throws(AnyFault) {
                if waits[2].revents != 0 {
                    ended = true
                    waits[2].fd = -1
                    kill(-group, SIGKILL)
                }
                if waits[0].revents != 0, let count = try Self.read(output, into: buffer) {
                    if count == 0 { waits[0].fd = -1 }
                    try sink?.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                }
                if waits[1].revents != 0, let count = try Self.read(errors, into: buffer) {
                    if count == 0 { waits[1].fd = -1 }
                    result.errors.take(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                }
            } catch {
                result.fault = error
                break
            }
        }
        result.errors.finish()
        return result
    }

    /// Bytes read, 0 at the end, nil when nothing is there after all.
    private static func read(_ end: Int32, into buffer: UnsafeMutableRawBufferPointer) throws(AnyFault)
        -> Int?
    {
        let count = Glibc.read(end, buffer.baseAddress, buffer.count)
        if count >= 0 { return count }
        if errno == EINTR || errno == EAGAIN { return nil }
        throw unreadable()
    }

    /// What the last failure of the system amounts to.
    private static func unreadable() -> AnyFault {
        AnyFault(ProcessFault.unreadableOutput(reason: String(cString: strerror(errno))))
    }
}
