import Engine
import Faults
import FoundationEssentials
import Glibc
import Measures
import TestKit
import Testing

@testable import Storage

/// A file system of one mebibyte in memory.
final class TinyDisk {
    let path: String

    /// Only root may mount, and not in every sandbox.
    static let isAvailable: Bool = {
        // What cannot be mounted is not available.
        guard geteuid() == 0, let disk = try? TinyDisk() else { return false }
        return Disk.freeSpace(at: disk.path).map { $0 < ByteCount(2 << 20) } ?? false
    }()

    init() throws {
        path = "\(FileManager.default.temporaryDirectory.path)/pgvigil-tiny-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try run(["/bin/mount", "-t", "tmpfs", "-o", "size=1m,mode=700", "none", path])
    }

    deinit {
        // A mount that stays is gone with the machine.
        try? run(["/bin/umount", "--lazy", path])
        rmdir(path)
    }

    private func run(_ arguments: [String]) throws {
        var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var pid: pid_t = 0
        guard posix_spawn(&pid, arguments[0], nil, nil, &words, nil) == 0 else {
            throw CocoaError(.fileWriteUnknown)
        }
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        if status != 0 { throw CocoaError(.fileWriteUnknown) }
    }
}

@Suite(.enabled(if: TinyDisk.isAvailable, "mounting a small file system takes root")) struct `A full disk` {
    private let disk: TinyDisk
    let store: LocalStore

    init() throws {
        disk = try TinyDisk()
        store = LocalStore(name: "local", path: "\(disk.path)/store")
    }

    @Test func `stops the write, says how much is free and leaves nothing`() async throws {
        _ = try await store.open()
        let whole = try await SetDraft.publish(store)
        let draft = try await SetDraft.begin(store, day: 1)
        let file = try await draft.incoming.makeFile("archive.dump")
        var caught: AnyFault?
        do throws(AnyFault) {
            let piece = [UInt8](repeating: 7, count: 1 << 20)
            for _ in 0..<3 {
                try piece.span.bytes.withUnsafeBytes { bytes throws(AnyFault) in try file.write(bytes) }
            }
        } catch {
            caught = error
        }
        let fault = try #require(caught)
        #expect(fault.code == "store.no-space" && !fault.mayPass)
        #expect(fault.summary.hasPrefix("the disk is full: "))
        #expect(fault.remedy.contains("prune --plan"))
        #expect(throws: fault) { try file.finish() }
        #expect(throws: fault) { try SetDraft.put("more", into: file) }
        await #expect(throws: fault) { try await draft.incoming.readBack() }
        await draft.incoming.discard()
        #expect(try await store.sets() == StoreListing(sets: [whole], strangers: []))
        #expect(try await store.open() == [])
        _ = try await SetDraft.publish(store, day: 2)
    }

    @Test func `is told apart when only the last bytes do not fit`() async throws {
        _ = try await store.open()
        let draft = try await SetDraft.begin(store)
        let first = try await draft.incoming.makeFile("archive.dump")
        let second = try await draft.incoming.makeFile("globals.sql")
        let half = String(repeating: "x", count: 600_000)
        try SetDraft.put(half, into: first)
        try SetDraft.put(half, into: second)
        try first.finish()
        #expect(throws: AnyFault.self) { try second.finish() }
        await draft.incoming.discard()
    }

    @Test func `ends a file for good, though there be room again`() async throws {
        _ = try await store.open()
        let ballast = "\(disk.path)/ballast"
        try Disk.create(ballast, [UInt8](repeating: 1, count: 900_000))
        let draft = try await SetDraft.begin(store)
        let file = try await draft.incoming.makeFile("archive.dump")
        let piece = String(repeating: "x", count: 1 << 20)
        #expect(throws: AnyFault.self) { try SetDraft.put(piece, into: file) }
        #expect(unlink(ballast) == 0)
        // What comes after would leave a hole where the lost bytes belong.
        #expect(throws: AnyFault.self) { try SetDraft.put("more", into: file) }
        #expect(throws: AnyFault.self) { try file.finish() }
        await #expect(throws: AnyFault.self) { try await draft.incoming.readBack() }
        await draft.incoming.discard()
    }

    @Test func `stops a publication before it is seen`() async throws {
        _ = try await store.open()
        let draft = try await SetDraft.begin(store)
        try await draft.write("archive.dump", "data")
        let files = try await draft.incoming.readBack()
        let ballast = "\(disk.path)/ballast"
        let free = try #require(Disk.freeSpace(at: disk.path))
        try Disk.create(ballast, [UInt8](repeating: 1, count: Int(free.bytes)))
        do {
            _ = try await draft.incoming.publish(draft.manifest(files), at: draft.started)
            Issue.record("there was room for a manifest")
        } catch {
            #expect(error.code == "store.no-space")
        }
        #expect(try await store.sets().sets == [])
        #expect(unlink(ballast) == 0)
        _ = try await draft.incoming.publish(draft.manifest(files), at: draft.started)
        #expect(try await store.sets().sets.count == 1)
    }
}
