import Engine
import FoundationEssentials
import Glibc
import Testing

@testable import Storage

@Suite struct `Locks of daemons` {
    private let folder: TestFolder
    private let locks: DaemonLocks
    private var root: String { "\(folder.path)/locks/daemons" }

    init() throws {
        folder = try TestFolder()
        try PrivateDirectory.ensure(folder.path)
        locks = DaemonLocks(stateDirectory: folder.path, waitsMax: 2)
    }

    /// What a process leaves behind that was killed.
    private func leave(_ id: UUID) throws {
        try Disk.makeFolders(root)
        try Disk.create("\(root)/\(id.lowercased)", Array("serve 1".utf8))
    }

    @Test func `only those that the catalog was told of are forgotten`() throws {
        let (told, later) = (UUID(), UUID())
        #expect(try locks.dead().isEmpty)
        try leave(told)
        let dead = try locks.dead()
        #expect(dead == [told])
        try leave(later)
        try locks.forget(dead)
        #expect(try locks.dead() == [later])
    }

    @Test func `one that lives is not forgotten, whoever was thought dead`() async throws {
        let id = UUID()
        let hold = try await locks.hold(id, role: .serve, pid: 4711)
        try locks.forget([id])
        #expect(try locks.living().map(\.id) == [id])
        await hold.release()
    }

    @Test func `a beat shows when the loop of a daemon turned last`() async throws {
        let id = UUID()
        let hold = try await locks.hold(id, role: .serve, pid: 4711)
        var past = [timespec(tv_sec: 1_000, tv_nsec: 0), timespec(tv_sec: 1_000, tv_nsec: 0)]
        utimensat(AT_FDCWD, "\(root)/\(id.lowercased)", &past, 0)
        #expect(try locks.living().first?.beatAt == Date(timeIntervalSince1970: 1_000))
        locks.beat(id)
        #expect(try #require(locks.living().first).beatAt > Date(timeIntervalSince1970: 1_700_000_000))
        await hold.release()
    }

    @Test func `nobody looks while a lock is made`() throws {
        _ = try locks.dead()
        try leave(UUID())
        let path = "\(folder.path)/locks/moment"
        let nested: StorageFault? = try MomentLock.hold(path) { () throws(StorageFault) in
            do throws(StorageFault) {
                _ = try locks.dead()
                return nil
            } catch {
                return error
            }
        }
        #expect(nested == .busy(path: path))
    }
}
