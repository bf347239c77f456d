import Glibc

/// What a child reads from its standard input: a file without a name, so that nobody has to write while it reads.
enum ChildInput {
    /// Opens it at its beginning; whoever starts the child closes it.
    ///
    /// - Throws: ``ProcessFault/noPipe(reason:)``.
    static func open(_ bytes: [UInt8]) throws(ProcessFault) -> Int32 {
        let descriptor = bytes.isEmpty ? Glibc.open("/dev/null", O_RDONLY | O_CLOEXEC) : nameless()
        guard descriptor >= 0 else { throw .noPipe(reason: String(cString: strerror(errno))) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                let reason = String(cString: strerror(errno))
                close(descriptor)
                throw .noPipe(reason: reason)
            }
            rest = rest.dropFirst(count)
        }
        lseek(descriptor, 0, SEEK_SET)
        return descriptor
    }

    /// A file that only we may read, gone from its folder at once.
    private static func nameless() -> Int32 {
        var path = Array("/tmp/pgvigil-input-XXXXXX".utf8CString)
        let descriptor = mkstemp(&path)
        guard descriptor >= 0 else { return descriptor }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        unlink(path)
        return descriptor
    }
}
