import Glibc

/// Makes sure that there are file descriptors left before a child is started.
///
/// swift-subprocess 1.0 ends our whole process ("was not closed") when it can open the first of its own
/// descriptors and not the next. So none is asked for unless there is room for more than it and the children
/// of other threads take meanwhile.
enum DescriptorRoom {
    private static let count = 32

    /// - Throws: ``ProcessFault/noPipe(reason:)`` when there is no room.
    static func check() throws(ProcessFault) {
        var taken: [Int32] = []
        defer { for descriptor in taken { close(descriptor) } }
        for _ in 0..<count {
            let descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw .noPipe(reason: String(cString: strerror(errno))) }
            taken.append(descriptor)
        }
    }
}
