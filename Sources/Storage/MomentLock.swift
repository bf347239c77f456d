import Glibc

/// Keeps processes apart for moments, while they look at a folder of locks and change it.
enum MomentLock {
    /// Waits of five milliseconds: half a minute in all.
    static let waitsMax = 6_000
    private static let waitMicroseconds: UInt32 = 5_000

    /// Does the work while nobody else does such work under this lock file, which stays for ever.
    ///
    /// - Throws: ``StorageFault/busy(path:)`` when another process keeps it, which takes one that was stopped
    ///   (SIGSTOP).
    static func hold<Value>(
        _ path: String, waitsMax: Int = waitsMax, _ work: () throws(StorageFault) -> Value
    ) throws(StorageFault) -> Value {
        let file = try Descriptor(path, O_RDWR | O_CREAT, doing: "make")
        var waits = 0
        while try !RecordLock.take(file) {
            guard waits < waitsMax else { throw .busy(path: path) }
            waits += 1
            usleep(waitMicroseconds)
        }
        return try work()
    }
}
