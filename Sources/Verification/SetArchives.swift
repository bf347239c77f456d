package import ArchiveFormat
package import Engine
package import Faults
import Glibc

/// What a restore reads of backup sets, from the files of their folders.
package struct SetArchives: ArchivePort {
    /// Bytes of a `globals.sql`; thousands of roles take a few megabytes.
    private static let globalsMax = 256 << 20

    package init() {}

    package func contents(of set: StoredSet) async throws(AnyFault) -> TableOfContents? {
        do throws(VerificationFault) {
            return try ArchiveContents.read("\(set.directory)/\(set.manifest.archive)")
        } catch {
            throw AnyFault(error)
        }
    }

    package func globals(of set: StoredSet) async throws(AnyFault) -> [UInt8]? {
        guard let file = set.manifest.files.first(where: { $0.path == "globals.sql" }) else { return nil }
        let path = "\(set.directory)/\(file.path)"
        guard file.size <= Self.globalsMax, let bytes = Self.bytes(of: path, max: Self.globalsMax) else {
            throw AnyFault(VerificationFault.cannotOpen(path, why: "it cannot be read whole"))
        }
        return bytes
    }

    package func unpackScript(of set: StoredSet, to path: String) async throws(AnyFault) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw Self.fault(path) }
        defer { close(descriptor) }
        var failure: Int32 = 0
        do throws(VerificationFault) {
            try ArchiveContents.unpack("\(set.directory)/\(set.manifest.archive)") { bytes in
                failure = Self.write(bytes, to: descriptor)
                return failure == 0
            }
        } catch {
            throw AnyFault(error)
        }
        if failure != 0 {
            errno = failure
            throw Self.fault(path)
        }
    }

    package func verify(
        _ set: StoredSet, level: Manifest.Verification.Level,
        progress: @escaping @Sendable (Int64, Int64) -> Void
    ) async -> VerificationReport {
        await ArchiveVerifier().verifySet(directory: set.directory, level: level, dropCache: true) {
            progress($0.bytesDone, $0.bytesTotal)
        }
    }

    package func set(at path: String) async throws(AnyFault) -> StoredSet {
        let file = "\(path)/\(Manifest.fileName)"
        guard let bytes = Self.bytes(of: file, max: ArchiveLimits.manifestBytesMax) else {
            throw AnyFault(VerificationFault.cannotOpen(file, why: "it is missing or cannot be read"))
        }
        do throws(ArchiveFault) {
            return StoredSet(store: "", path: path, directory: path, manifest: try Manifest.parse(bytes))
        } catch {
            throw AnyFault(error)
        }
    }

    /// Nil when it cannot be read, or is longer than that.
    private static func bytes(of path: String, max: Int) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = read(descriptor, &piece, piece.count)
            if count < 0 {
                if errno == EINTR { continue }
                return nil
            }
            if count == 0 { return bytes }
            guard bytes.count + count <= max else { return nil }
            bytes += piece[..<count]
        }
    }

    /// The number of the error; 0 when all of it is written.
    private static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32 {
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = UnsafeRawBufferPointer(rebasing: rest)
            let count = Glibc.write(descriptor, part.baseAddress, part.count)
            if count < 0 {
                if errno == EINTR { continue }
                return errno
            }
            rest = rest.dropFirst(count)
        }
        return 0
    }

    private static func fault(_ path: String) -> AnyFault {
        let why = strerror(errno).map { String(cString: $0) } ?? "error \(errno)"
        return AnyFault(VerificationFault.cannotWrite(path, why: why))
    }
}
