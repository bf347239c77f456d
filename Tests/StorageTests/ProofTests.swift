import ArchiveFormat
import Engine
import Faults
import FoundationEssentials
import TestKit
import Testing

@testable import Storage

@Suite struct `A proof on a disk` {
    private func proof(_ set: StoredSet) -> Manifest.Proof {
        Manifest.Proof(
            run: set.manifest.run, at: set.manifest.started, verdict: .proven, level: .rows,
            recoverySeconds: 1.5, server: "17.6")
    }

    @Test func `leaves what a later program wrote, and every file in its place`() async throws {
        let folder = try TestFolder()
        let store = LocalStore(name: "local", path: "\(folder.path)/store")
        let set = try await SetDraft.publish(store)
        let path = "\(set.directory)/manifest.json"
        var text = String(decoding: try Disk.read(path, bytesMax: 1 << 20), as: UTF8.self)
        text = text.replacing(
            "\"manifest\" : 1", with: "\"manifest\" : 1, \"later\" : {\"a\": [1, 2.5, null, true, \"x\"]}")
        try Disk.removeTree(path)
        try Disk.create(path, Array(text.utf8))
        let proven = try await store.prove(set, proof(set))
        let written = String(decoding: try Disk.read(path, bytesMax: 1 << 20), as: UTF8.self)
        #expect(written.contains("\"later\" : {") && written.contains("2.5") && written.contains("null"))
        #expect(written.contains("\"proof\" : {"))
        #expect(try await store.sets().sets == [proven])
        #expect(try Disk.names(in: set.directory) == ["archive.dump", "manifest.json"])
        let again = try await store.prove(set, proof(set))
        #expect(again == proven)
        #expect(String(decoding: try Disk.read(path, bytesMax: 1 << 20), as: UTF8.self) == written)
    }

    @Test func `overwrites the draft that a killed process left, which is no stranger in the set`()
        async throws
    {
        let folder = try TestFolder()
        let store = LocalStore(name: "local", path: "\(folder.path)/store")
        let set = try await SetDraft.publish(store)
        try Disk.create("\(set.directory)/.manifest.json", Array("half".utf8))
        #expect(Manifest.companions.contains(".manifest.json"))
        #expect(try await store.sets() == StoreListing(sets: [set], strangers: []))
        _ = try await store.prove(set, proof(set))
        #expect(try Disk.names(in: set.directory) == ["archive.dump", "manifest.json"])
    }

    @Test func `is not written into a manifest that cannot be read`() async throws {
        let folder = try TestFolder()
        let store = LocalStore(name: "local", path: "\(folder.path)/store")
        let set = try await SetDraft.publish(store)
        let path = "\(set.directory)/manifest.json"
        try Disk.removeTree(path)
        try Disk.create(path, Array("{}".utf8))
        let fault = await #expect(throws: AnyFault.self) { try await store.prove(set, proof(set)) }
        #expect(fault?.code == "store.bad-manifest")
        #expect(try Disk.read(path, bytesMax: 10) == Array("{}".utf8))
    }
}
