import Engine
import Faults
import FoundationEssentials
import Glibc
import Testing

@testable import Storage

@Suite struct `Locks of runs and jobs` {
    let folder: TestFolder
    let locks: RunLocks

    init() throws {
        folder = try TestFolder()
        locks = RunLocks(stateDirectory: "\(folder.path)/state")
    }

    @Test func `tell a living run from one that has ended`() async throws {
        let run = UUID()
        #expect(try await !locks.isAlive(run: run))
        let hold = try await locks.hold(run: run)
        #expect(try await locks.isAlive(run: run))
        #expect(try await locks.isAlive(run: run), "asking does not take it")
        await hold.release()
        await hold.release()
        #expect(try await !locks.isAlive(run: run))
    }

    @Test func `refuse a run that is held already`() async throws {
        let run = UUID()
        let hold = try await locks.hold(run: run)
        await #expect(throws: AnyFault.self) { try await locks.hold(run: run) }
        await hold.release()
        let again = try await locks.hold(run: run)
        await again.release()
    }

    @Test func `give a job to one run at a time`() async throws {
        let run = UUID()
        guard case .held(let hold) = try await locks.hold(job: "nightly", for: run) else {
            Issue.record("a free job was busy")
            return
        }
        guard case .busy(let other) = try await locks.hold(job: "nightly", for: UUID()) else {
            Issue.record("a job was given twice")
            return
        }
        #expect(other == run.uuidString.lowercased())
        await hold.release()
        guard case .held(let next) = try await locks.hold(job: "nightly", for: UUID()) else {
            Issue.record("a released job was busy")
            return
        }
        await next.release()
    }

    @Test func `leave no files of runs that have ended, whichever way`() async throws {
        let runs = "\(folder.path)/state/locks/runs"
        let dead = UUID().uuidString.lowercased()
        let first = try await locks.hold(run: UUID())
        try Disk.create("\(runs)/\(dead)", [])
        try Disk.create("\(runs)/notes.txt", [])
        let second = try await locks.hold(run: UUID())
        #expect(try Disk.names(in: runs).count == 3, "two that live, and what is none of ours")
        #expect(try Disk.kind("\(runs)/\(dead)") == nil)
        await first.release()
        await second.release()
        #expect(try Disk.names(in: runs) == ["notes.txt"])
    }

    @Test func `take no lock on a file that has just been removed`() async throws {
        let path = "\(folder.path)/lock"
        for _ in 0..<50 {
            let mine = try #require(try OwnerLock.acquire(path, text: "a"))
            #expect(try OwnerLock.acquire(path, text: "b") == nil)
            mine.releaseNow()
            let next = try #require(try OwnerLock.acquire(path, text: "c"))
            #expect(OwnerLock.text(path) == "c")
            next.releaseNow()
        }
        #expect(OwnerLock.text(path) == "")
    }

    @Test func `do not wait for ever for a process that is stopped in the middle`() throws {
        let path = "\(folder.path)/moment"
        let nested: StorageFault? = try MomentLock.hold(path) { () throws(StorageFault) in
            do throws(StorageFault) {
                try MomentLock.hold(path, waitsMax: 2) {}
                return nil
            } catch {
                return error
            }
        }
        #expect(nested == .busy(path: path))
        // A child of another test that is between fork and exec has the lock's file open for a moment.
        try MomentLock.hold(path, waitsMax: 400) {}
    }
}

@Suite struct `A private folder` {
    let folder: TestFolder

    init() throws { folder = try TestFolder() }

    private func mode(_ path: String) throws -> mode_t {
        var status = stat()
        try #require(stat(path, &status) == 0)
        return status.st_mode & 0o7777
    }

    @Test func `is made with all that is missing above it`() throws {
        let path = "\(folder.path)/a/b/c"
        try PrivateDirectory.ensure(path)
        try PrivateDirectory.ensure(path)
        #expect(try mode(path) == 0o700 && mode("\(folder.path)/a") == 0o700)
    }

    @Test(arguments: [0o720, 0o702, 0o777, 0o1777] as [mode_t])
    func `is refused when others may write into it`(bits: mode_t) throws {
        chmod(folder.path, bits)
        let fault = StorageFault.unsafeFolder(
            path: folder.path, reason: "others may write into it (mode \(String(bits, radix: 8)))")
        #expect(throws: fault) { try PrivateDirectory.ensure(folder.path) }
    }

    @Test(.enabled(if: geteuid() == 0, "only root can give a folder away"))
    func `is refused when it belongs to somebody else`() throws {
        chown(folder.path, 12_345, 12_345)
        let fault = StorageFault.unsafeFolder(
            path: folder.path, reason: "it belongs to user 12345, and we are 0")
        #expect(throws: fault) { try PrivateDirectory.ensure(folder.path) }
    }

    @Test func `is no file`() throws {
        let path = "\(folder.path)/file"
        try Disk.create(path, [])
        #expect(throws: StorageFault.notAFolder(path: path)) { try PrivateDirectory.ensure(path) }
        #expect(throws: StorageFault.notAFolder(path: "\(path)/below")) {
            try PrivateDirectory.ensure("\(path)/below")
        }
    }
}
