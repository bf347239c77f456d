import ArchiveFormat
import Engine
import Faults
import FoundationEssentials
import Storage
import TestKit
import Testing
import Wiring

@Suite struct `A shelf of stores` {
    private let folder: Folder
    private let shelf: Shelf
    private let store: LocalStore

    init() async throws {
        folder = try Folder(["pgvigil.yaml": "targets: {main: postgres://h/shop}\nstores: {local: store}\n"])
        let surroundings = folder.surroundings()
        let configuration = try ConfigurationLoader(surroundings: surroundings, directory: nil).load()
        shelf = Shelf(configuration, surroundings)
        store = LocalStore(name: "local", path: "\(folder.path)/store")
        _ = try await store.open()
    }

    @Test func `finds a set by the beginning of its id, and tells the wrong ones apart`() async throws {
        await #expect(throws: AnyFault(WiringFault.noSuchBackup("latest"))) {
            try await shelf.set(idPrefix: "latest")
        }
        let first = try await SetDraft.publish(store, day: 0)
        let second = try await SetDraft.publish(store, day: 1)
        #expect(try await shelf.set(idPrefix: first.manifest.id.uuidString) == first)
        #expect(try await shelf.set(idPrefix: "latest") == second)
        await #expect(throws: AnyFault(WiringFault.ambiguousID(""))) { try await shelf.set(idPrefix: "") }
        await #expect(throws: AnyFault(WiringFault.noSuchBackup("x"))) { try await shelf.set(idPrefix: "x") }
    }

    @Test func `lists by target and database exactly, newest first`() async throws {
        let shop = try await SetDraft.publish(store, target: "main", database: "shop", day: 0)
        let later = try await SetDraft.publish(store, target: "main", database: "shop-staging", day: 1)
        let other = try await SetDraft.publish(store, target: "main-eu", database: "shop", day: 2)
        #expect(try await shelf.listing(of: nil).sets == [other, later, shop])
        #expect(try await shelf.listing(of: "main").sets == [later, shop])
        #expect(try await shelf.listing(of: "main/shop").sets == [shop])
    }

    @Test func `holds a set and lets it go`() async throws {
        let set = try await SetDraft.publish(store)
        try await shelf.hold(set, reason: "audit")
        #expect(try await shelf.set(idPrefix: "latest").held == "audit")
        try await shelf.hold(set, reason: nil)
        #expect(try await shelf.set(idPrefix: "latest").held == nil)
    }

    @Test func `notes what a verification found in the set, and forgets it when the set is sound again`()
        async throws
    {
        let set = try await SetDraft.publish(store)
        var report = VerificationReport(path: set.directory)
        report.settle(with: [Finding(.blockMissing, subject: "public.orders", message: "its data is missing")]
        )
        try await shelf.note(report)
        #expect(try await shelf.set(idPrefix: "latest").damaged == "public.orders: its data is missing")
        report.findings = []
        report.verdict = .cannotTell
        try await shelf.note(report)
        #expect(try await shelf.set(idPrefix: "latest").damaged != nil)
        report.verdict = .sound
        try await shelf.note(report)
        #expect(try await shelf.set(idPrefix: "latest").damaged == nil)
    }
}
