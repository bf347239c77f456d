import Engine
import Faults
import FoundationEssentials
import Glibc
import Measures
import TestKit
import Testing

@testable import Storage

@Suite struct `Removing a set` {
    let folder: TestFolder
    let store: LocalStore
    let root: String

    init() throws {
        folder = try TestFolder()
        root = "\(folder.path)/store"
        store = LocalStore(name: "local", path: root)
    }

    private func fault(removing set: StoredSet) async -> AnyFault? {
        do throws(AnyFault) {
            try await store.remove(set)
            return nil
        } catch {
            return error
        }
    }

    @Test func `leaves nothing behind`() async throws {
        let set = try await SetDraft.publish(store)
        #expect(await fault(removing: set) == nil)
        #expect(try Disk.names(in: "\(root)/main/shop") == [])
        #expect(try Disk.names(in: "\(root)/.incoming") == ["moment"])
    }

    @Test func `that cannot be begun leaves the set wholly there`() async throws {
        let set = try await SetDraft.publish(store)
        chmod("\(root)/.incoming", 0o770)
        #expect(await fault(removing: set)?.code == "store.unsafe-folder")
        #expect(try await store.sets() == StoreListing(sets: [set], strangers: []))
        chmod("\(root)/.incoming", 0o700)
        #expect(await fault(removing: set) == nil)
    }

    @Test func `that cannot be ended leaves the set out of sight, and is finished later`() async throws {
        let kept = try await SetDraft.publish(store, day: 1)
        let set = try await SetDraft.publish(store)
        // Deeper than pgvigil removes anything; no set has such folders.
        let deep = (0..<20).reduce(set.directory) { path, level in "\(path)/\(level)" }
        try Disk.makeFolders(deep)
        #expect(await fault(removing: set) != nil)
        let listing = try await store.sets()
        #expect(listing.sets == [kept])
        #expect(listing.strangers.map(\.reason) == ["what a removal left behind; the next start removes it"])
        #expect(try await store.open() == [])
        let left = try #require(listing.strangers.first).path
        try FileManager.default.removeItem(atPath: left)
        #expect(try await store.sets() == StoreListing(sets: [kept], strangers: []))
    }

    @Test func `gives way to a hold that comes in between`() async throws {
        let set = try await SetDraft.publish(store)
        let hold = "\(set.directory)/HOLD"
        await #expect(throws: AnyFault(StorageFault.held(path: set.path, reason: "audit"))) {
            try await store.remove(set) {
                _ = FileManager.default.createFile(atPath: hold, contents: Data("audit\n".utf8))
            }
        }
        #expect(try await store.sets().sets.map(\.held) == ["audit"])
        #expect(try await store.sets().sets.map(\.path) == [set.path])
        #expect(try Disk.names(in: "\(root)/.incoming") == ["moment"])
    }

    @Test func `that died before it saw a hold is not finished`() async throws {
        let set = try await SetDraft.publish(store)
        try await store.hold(set, reason: "audit")
        let hidden = try IncomingArea(store: root).hide(set.directory)
        #expect(try await store.open() == [])
        let strangers = try await store.sets().strangers
        #expect(strangers.map(\.path) == [hidden])
        #expect(
            strangers.map(\.reason) == [
                "a held set that a removal took out of sight; move its folder 'set' back"
            ])
    }

    @Test func `takes no path that leads elsewhere`() async throws {
        let set = try await SetDraft.publish(store)
        try Disk.makeFolders("\(folder.path)/outside/main/\(set.path.split(separator: "/")[2])")
        for path in [
            "", "main", "main/shop", "\(set.path)/", "/\(set.path)", "\(set.path)/archive.dump",
            "../outside/main/\(set.path.split(separator: "/")[2])", "main/../\(set.path)",
            "main/shop/../../main/shop/x",
        ] {
            var stray = set
            stray.path = path
            #expect(await fault(removing: stray)?.code == "store.no-such-set", "\(path)")
        }
        #expect(try await store.sets().sets == [set])
    }

    @Test func `that was cut short is finished by the next start`() async throws {
        let set = try await SetDraft.publish(store)
        _ = try IncomingArea(store: root).hide(set.directory)
        #expect(try await store.sets().sets == [])
        #expect(try await store.open() == [])
        #expect(try Disk.names(in: "\(root)/.incoming") == ["moment"])
    }
}

@Suite struct `Opening a store` {
    let folder: TestFolder
    let store: LocalStore
    let root: String

    init() throws {
        folder = try TestFolder()
        root = "\(folder.path)/far/store"
        store = LocalStore(name: "local", path: "\(root)/")
    }

    @Test func `makes private folders`() async throws {
        _ = try await store.open()
        for path in [root, "\(root)/.incoming", "\(folder.path)/far"] {
            var status = stat()
            #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o700, "\(path)")
        }
    }

    @Test func `refuses a folder that everybody may change`() async throws {
        _ = try await store.open()
        chmod(root, 0o777)
        await #expect(
            throws: AnyFault(
                StorageFault.unsafeFolder(
                    path: root, reason: "everybody may write into it (mode 777)"))
        ) { try await store.open() }
        chmod(root, 0o1777)
        #expect(try await store.open() == [], "with the sticky bit nobody renames what is not his")
    }

    @Test func `refuses what is no folder`() async throws {
        try Disk.makeFolders("\(folder.path)/far")
        try Disk.create(root, [])
        await #expect(throws: AnyFault(StorageFault.notAFolder(path: root))) { try await store.open() }
        await #expect(throws: AnyFault.self) {
            try await store.beginIncoming(run: UUID(), target: "main", database: "shop")
        }
    }

    @Test func `sweeps dead runs only, and nothing foreign`() async throws {
        let draft = try await SetDraft.begin(store)
        let other = try await SetDraft.begin(store, run: draft.run, database: "other")
        let dead = UUID().uuidString.lowercased()
        try Disk.makeFolders("\(root)/.incoming/\(dead)/1/archive")
        try Disk.create("\(root)/.incoming/\(dead)/owner", [])
        try Disk.create("\(root)/.incoming/\(dead)/1/archive/toc.dat", [1])
        try Disk.makeFolders("\(root)/.incoming/notes")
        #expect(try await store.open() == [dead])
        #expect(
            try Disk.names(in: "\(root)/.incoming")
                == [draft.run.uuidString.lowercased(), "moment", "notes"].sorted())
        try await draft.write("archive.dump", "data")
        let files = try await draft.incoming.readBack()
        _ = try await draft.incoming.publish(draft.manifest(files), at: draft.started)
        #expect(
            try await LocalStore(name: "again", path: root).open() == [],
            "the other set of the run is still open")
        await other.incoming.discard()
        #expect(try Disk.names(in: "\(root)/.incoming") == ["moment", "notes"])
    }

    @Test func `keeps one run to one process`() async throws {
        let draft = try await SetDraft.begin(store)
        let rival = LocalStore(name: "rival", path: root)
        do {
            _ = try await SetDraft.begin(rival, run: draft.run)
            Issue.record("two owners of one run")
        } catch {
            #expect((error as? AnyFault)?.code == "store.busy")
        }
        await draft.incoming.discard()
        let next = try await SetDraft.begin(rival, run: draft.run)
        await next.incoming.discard()
    }

    @Test func `does not publish through a link`() async throws {
        let draft = try await SetDraft.begin(store)
        try Disk.makeFolders("\(folder.path)/elsewhere")
        #expect(symlink("\(folder.path)/elsewhere", "\(root)/main") == 0)
        try await draft.write("archive.dump", "data")
        let files = try await draft.incoming.readBack()
        await #expect(throws: AnyFault(StorageFault.notAFolder(path: "\(root)/main"))) {
            try await draft.incoming.publish(draft.manifest(files), at: draft.started)
        }
        #expect(unlink("\(root)/main") == 0)
        _ = try await draft.incoming.publish(draft.manifest(files), at: draft.started)
        #expect(try await store.sets().sets.count == 1, "once the link is gone it can be tried again")
    }

    @Test func `follows the links that its user has set`() async throws {
        try Disk.makeFolders("\(folder.path)/disk/backups")
        try Disk.makeFolders("\(folder.path)/far")
        #expect(symlink("\(folder.path)/disk/backups", root) == 0)
        #expect(try await store.open() == [])
        let set = try await SetDraft.publish(store)
        #expect(try await store.sets() == StoreListing(sets: [set], strangers: []))
        try await store.remove(set)
        #expect(try await store.sets().sets == [])
        #expect(symlink("\(folder.path)/disk", "\(folder.path)/state") == 0)
        let hold = try await RunLocks(stateDirectory: "\(folder.path)/state").hold(run: UUID())
        await hold.release()
    }

    @Test func `tells the space that is left, and that there is no such folder`() async throws {
        await #expect(throws: AnyFault.self) { try await store.freeSpace() }
        _ = try await store.open()
        #expect(try await store.freeSpace().bytes > 0)
    }
}
