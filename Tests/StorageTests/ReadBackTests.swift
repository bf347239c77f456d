import ArchiveFormat
import Engine
import Faults
import FoundationEssentials
import Glibc
import TestKit
import Testing

@testable import Storage

@Suite struct `Reading a set back` {
    let folder: TestFolder
    let store: LocalStore

    init() throws {
        folder = try TestFolder()
        store = LocalStore(name: "local", path: "\(folder.path)/store")
    }

    /// A draft with one file of several pieces, and the path of that file.
    private func draft(marked: Bool = false) async throws -> (SetDraft, path: String) {
        let draft = try await SetDraft.begin(store)
        let file = try await draft.incoming.makeFile("archive.dump")
        try SetDraft.put("head", into: file)
        if marked { try file.beginTail() }
        for piece in 0..<40 {
            try SetDraft.put(String(repeating: "\(piece % 10)", count: 65_537), into: file)
        }
        if marked { try file.replaceStart(Array("HEAD".utf8)) }
        try file.finish()
        return (draft, "\(draft.incoming.directory)/archive.dump")
    }

    private func flip(_ path: String, at offset: Int64) throws {
        let file = try Descriptor(path, O_RDWR)
        var byte: [UInt8] = [0]
        _ = pread(file.number, &byte, 1, off_t(offset))
        try file.write([byte[0] ^ 1], at: offset)
    }

    private func fault(_ draft: SetDraft) async -> AnyFault? {
        do throws(AnyFault) {
            _ = try await draft.incoming.readBack()
            return nil
        } catch {
            return error
        }
    }

    @Test func `gives the SHA-256 that other programs compute`() async throws {
        let draft = try await SetDraft.begin(store)
        try await draft.write("abc", "abc")
        try await draft.write("empty", "")
        let marked = try await draft.incoming.makeFile("marked")
        try SetDraft.put("xb", into: marked)
        try marked.beginTail()
        try SetDraft.put("c", into: marked)
        try marked.replaceStart(Array("ab".utf8))
        // FIPS 180-4's own examples.
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        #expect(
            try await draft.incoming.readBack() == [
                Manifest.File(path: "abc", size: 3, sha256: abc),
                Manifest.File(path: "empty", size: 0, sha256: empty),
                Manifest.File(path: "marked", size: 3, sha256: abc),
            ])
    }

    @Test func `finds nothing wrong with what is right`() async throws {
        #expect(await fault(try await draft().0) == nil)
        #expect(await fault(try await draft(marked: true).0) == nil)
    }

    @Test(arguments: [0, 3, 4, 1_048_576, 2_621_483] as [Int64])
    func `finds a flipped bit`(offset: Int64) async throws {
        for marked in [false, true] {
            let (draft, path) = try await draft(marked: marked)
            try flip(path, at: offset)
            let fault = try #require(await fault(draft))
            #expect(fault.code == "store.changed-on-disk" && fault.summary.hasPrefix("archive.dump"))
            #expect(!fault.mayPass, "a disk that changes bytes is for a person to look at")
            let stretch = !marked ? "bytes 0 to 2621484" : offset < 4 ? "bytes 0 to 4" : "bytes 4 to 2621484"
            #expect(fault.summary.contains(stretch))
        }
    }

    @Test func `finds a file that is shorter, longer or gone`() async throws {
        let (short, shortPath) = try await draft()
        #expect(truncate(shortPath, 100) == 0)
        #expect(await fault(short)?.summary.contains("it has 100 bytes, and 2621484 were written") == true)
        let (long, longPath) = try await draft()
        #expect(truncate(longPath, 3_000_000) == 0)
        #expect(await fault(long)?.code == "store.changed-on-disk")
        let (gone, gonePath) = try await draft()
        #expect(unlink(gonePath) == 0)
        #expect(await fault(gone)?.summary.contains("it is gone") == true)
    }

    @Test func `takes in what other programs wrote, and makes it private`() async throws {
        let draft = try await SetDraft.begin(store)
        let archive = "\(draft.incoming.directory)/archive"
        try FileManager.default.createDirectory(atPath: archive, withIntermediateDirectories: false)
        for name in ["toc.dat", "3001.dat.gz"] {
            try "data".write(toFile: "\(archive)/\(name)", atomically: false, encoding: .utf8)
            chmod("\(archive)/\(name)", 0o644)
        }
        try await draft.write("globals.sql", "CREATE ROLE shop;")
        let files = try await draft.incoming.readBack()
        #expect(files.map(\.path) == ["archive/3001.dat.gz", "archive/toc.dat", "globals.sql"])
        let set = try await draft.incoming.publish(draft.manifest(files), at: draft.started)
        for path in files.map(\.path) + ["manifest.json"] {
            #expect(try mode("\(set.directory)/\(path)") == 0o600, "\(path)")
        }
        #expect(try mode(set.directory) == 0o700)
        #expect(try mode(Disk.parent(of: set.directory)) == 0o700)
    }

    @Test func `leaves no password in the set, nor beside it`() async throws {
        let (draft, _) = try await draft()
        let sibling = try await SetDraft.begin(store, run: draft.run, database: "other")
        let path = try await draft.incoming.writePrivate("pgpass", Secret("*:*:*:*:hidden"))
        #expect(try mode(path) == 0o600 && mode(Disk.parent(of: path)) == 0o700)
        #expect(try Disk.read(path, bytesMax: 100) == Array("*:*:*:*:hidden".utf8))
        let files = try await draft.incoming.readBack()
        let set = try await draft.incoming.publish(draft.manifest(files), at: draft.started)
        #expect(try Disk.kind(Disk.parent(of: path)) == nil)
        #expect(try Disk.names(in: set.directory) == ["archive.dump", "manifest.json"])
        let other = try await sibling.incoming.writePrivate("pgpass", Secret("hidden"))
        await sibling.incoming.discard()
        #expect(try Disk.kind(other) == nil)
    }

    private func mode(_ path: String) throws -> mode_t {
        var status = stat()
        try #require(stat(path, &status) == 0)
        return status.st_mode & 0o777
    }

    @Test func `refuses what is no part of a backup`() async throws {
        let (draft, path) = try await draft()
        #expect(symlink("/etc/passwd", "\(draft.incoming.directory)/link") == 0)
        #expect(await fault(draft)?.code == "store.alien-file")
        #expect(unlink("\(draft.incoming.directory)/link") == 0)
        #expect(mkfifo("\(draft.incoming.directory)/pipe", 0o600) == 0)
        #expect(await fault(draft)?.code == "store.alien-file")
        #expect(unlink("\(draft.incoming.directory)/pipe") == 0)
        #expect(await fault(draft) == nil)
        #expect(try Disk.kind(path) != nil)
    }

    @Test func `publishes nothing that was added after it`() async throws {
        let (draft, _) = try await draft()
        let files = try await draft.incoming.readBack()
        try await draft.write("late", "data")
        do {
            _ = try await draft.incoming.publish(draft.manifest(files), at: draft.started)
            Issue.record("a file that nobody read back was published")
        } catch {
            #expect(error.code == "store.not-read-back")
        }
        #expect(try await store.sets().sets == [])
    }

    @Test func `ends when its run is stopped`() async throws {
        let (draft, _) = try await draft()
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            return await self.fault(draft)
        }
        task.cancel()
        let end = await task.value
        #expect(end?.code == "run.interrupted" && end?.exitStatus == .interrupted)
    }

    @Test(arguments: ["", ".", "..", ".hidden", "a/b", "manifest.json", "HOLD"])
    func `takes no name that means something else`(name: String) async throws {
        let draft = try await SetDraft.begin(store)
        await #expect(throws: AnyFault.self) { try await draft.incoming.makeFile(name) }
        await #expect(throws: AnyFault.self) { try await draft.incoming.writePrivate(name, Secret("x")) }
    }
}
