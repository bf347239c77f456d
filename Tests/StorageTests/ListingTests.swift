import ArchiveFormat
import Engine
import FoundationEssentials
import Glibc
import TestKit
import Testing

@testable import Storage

@Suite struct `Listing a store` {
    let folder: TestFolder
    let store: LocalStore
    let root: String

    init() throws {
        folder = try TestFolder()
        root = "\(folder.path)/store"
        store = LocalStore(name: "local", path: root)
    }

    /// What a store with one set reports when something was done to it.
    private func strangers(
        after change: (StoredSet) throws -> Void
    ) async throws -> (sets: Int, [StoreListing.Stranger]) {
        let set = try await SetDraft.publish(store)
        try change(set)
        let listing = try await store.sets()
        return (listing.sets.count, listing.strangers)
    }

    private func rewrite(_ set: StoredSet, _ change: (String) -> String) throws {
        let path = "\(set.directory)/manifest.json"
        let text = change(String(decoding: try Disk.read(path, bytesMax: 1 << 20), as: UTF8.self))
        try Disk.removeTree(path)
        try Disk.create(path, Array(text.utf8))
    }

    @Test func `of a folder that is not there finds nothing`() async throws {
        #expect(try await store.sets() == StoreListing(sets: [], strangers: []))
        #expect(try Disk.kind(root) == nil, "looking makes nothing")
    }

    @Test func `passes over the system's own and tells of everything foreign`() async throws {
        let (sets, strangers) = try await strangers { set in
            let database = Disk.parent(of: set.directory)
            try Disk.create("\(root)/notes.txt", [])
            try Disk.makeFolders("\(root)/%41")
            try Disk.makeFolders("\(root)/empty/shop")
            try Disk.create("\(root)/main/dump.sql", [])
            try Disk.makeFolders("\(root)/main/.cache")
            try Disk.makeFolders("\(database)/2026-11-22")
            try Disk.create("\(database)/shop.dump", [])
            _ = symlink("/etc", "\(root)/link")
            _ = symlink(set.directory, "\(database)/2026-11-23T003000Z-\(UUID().uuidString.lowercased())")
            _ = mkfifo("\(root)/pipe", 0o600)
        }
        #expect(sets == 1)
        let id = try #require(strangers.first { $0.path.contains("2026-11-23") }).path
        #expect(
            strangers.map { "\($0.path == id ? "main/shop/<link>" : $0.path): \($0.reason)" } == [
                "%41: its name is not one that pgvigil gives a target's folder",
                "link: a symbolic link; pgvigil follows none",
                "main/.cache: its name is not one that pgvigil gives the folder of a database",
                "main/dump.sql: a file, and no folder of pgvigil",
                "main/shop/2026-11-22: its name is not one that pgvigil gives the folder of a set",
                "main/shop/<link>: a symbolic link; pgvigil follows none",
                "main/shop/shop.dump: its name is not one that pgvigil gives the folder of a set",
                "notes.txt: a file, and no folder of pgvigil",
                "pipe: neither a file nor a folder",
            ])
    }

    @Test func `takes no folder without a manifest for a set`() async throws {
        let (sets, strangers) = try await strangers { try Disk.removeTree("\($0.directory)/manifest.json") }
        #expect(sets == 0 && strangers.map(\.reason) == ["it has no manifest.json"])
    }

    @Test func `takes no set for whole whose file is missing or has another size`() async throws {
        let (none, missing) = try await strangers { try Disk.removeTree("\($0.directory)/archive.dump") }
        #expect(none == 0 && missing.map(\.reason) == ["its file archive.dump is missing"])
        let (one, both) = try await strangers { #expect(truncate("\($0.directory)/archive.dump", 3) == 0) }
        #expect(one == 0)
        #expect(both.map(\.reason).contains("archive.dump has 3 bytes, and its manifest says 4"))
    }

    @Test func `says why it cannot read a manifest`() async throws {
        let (_, newer) = try await strangers { set in
            try rewrite(set) { $0.replacing("\"manifest\" : 1", with: "\"manifest\" : 99") }
        }
        #expect(newer.count == 1 && newer[0].reason.contains("99"))
        let (_, both) = try await strangers { set in try rewrite(set) { String($0.dropLast(40)) } }
        #expect(both.count == 2 && both.contains { $0.reason.contains("not the JSON") })
    }

    @Test func `takes no set that tells of another place`() async throws {
        let (sets, strangers) = try await strangers { set in
            try Disk.makeFolders("\(root)/other/shop")
            try Disk.move(set.directory, to: "\(root)/other/shop/\(set.path.split(separator: "/")[2])")
        }
        #expect(sets == 0)
        #expect(strangers.map(\.reason) == ["its manifest tells of another set: main/shop"])
    }

    @Test func `does not follow a manifest out of its set`() async throws {
        let (sets, strangers) = try await strangers { set in
            try rewrite(set) { $0.replacing("archive.dump", with: "../../../notes") }
        }
        #expect(sets == 0 && strangers.count == 1)
    }

    @Test func `holds a set whose reason cannot be read`() async throws {
        let set = try await SetDraft.publish(store)
        try Disk.makeFolders("\(set.directory)/HOLD")
        #expect(try await store.sets().sets.map(\.held) == ["its file HOLD cannot be read"])
        try Disk.removeTree("\(set.directory)/HOLD")
        try Disk.create("\(set.directory)/HOLD", [])
        #expect(try await store.sets().sets.map(\.held) == ["no reason given"])
    }

    @Test func `keeps the reason of a hold to one line of bounded length`() async throws {
        let set = try await SetDraft.publish(store)
        try await store.hold(set, reason: String(repeating: "é", count: 5_000))
        let reason = try #require(try await store.sets().sets.first?.held)
        #expect(reason.utf8.count == 4_094 && reason.allSatisfy { $0 == "é" })
    }

    @Test func `counts strangers beyond a thousand`() async throws {
        try Disk.makeFolders("\(root)/main/shop")
        for number in 0..<1_003 { mkdir("\(root)/main/shop/\(number)", 0o700) }
        let strangers = try await store.sets().strangers
        #expect(strangers.count == 1_001)
        #expect(strangers.last?.reason == "3 more things that are no backup sets")
    }
}
