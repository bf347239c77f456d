import ArchiveFormat
import Engine
import Faults
import FoundationEssentials
import Glibc
import TestKit
import Testing

@testable import Storage

/// A process that writes a set and is killed at one step of it.
@Suite(.enabled(if: SecondProcess.part == "WriterPart")) struct WriterPart {
    /// Where the writer stops and waits for its end.
    enum Step: String, CaseIterable, Sendable {
        case begun = "after the incoming set is begun"
        case password = "after the password file is written"
        case dumping = "in the middle of the archive"
        case dumped = "after the archive is written"
        case read = "after the read-back"
        case described = "after the manifest is written"
        case published = "after the rename"
        case hidden = "in the middle of a removal"
    }

    @Test func plays() async throws {
        let root = SecondProcess.told("store")
        let run = try #require(UUID(uuidString: SecondProcess.told("run")))
        let last = try #require(Step(rawValue: SecondProcess.told("step")))
        let store = LocalStore(name: "local", path: root)
        _ = try await store.open()
        let draft = try await SetDraft.begin(store, run: run)
        if last == .begun { return try await stay() }
        _ = try await draft.incoming.writePrivate("pgpass", Secret("*:*:*:*:hidden"))
        if last == .password { return try await stay() }
        let file = try await draft.incoming.makeFile("archive.dump")
        let data = String(repeating: "data ", count: 400_000)
        try SetDraft.put(data, into: file)
        if last == .dumping { return try await stay() }
        try file.finish()
        if last == .dumped { return try await stay() }
        let files = try await draft.incoming.readBack()
        if last == .read { return try await stay() }
        if last == .described {
            let text = try draft.manifest(files).render()
            try Disk.create("\(draft.incoming.directory)/manifest.json", Array(text.utf8))
            return try await stay()
        }
        let set = try await draft.incoming.publish(draft.manifest(files), at: draft.started)
        if last == .hidden { _ = try IncomingArea(store: root).hide(set.directory) }
        try await stay()
    }

    private func stay() async throws {
        try "ready".write(toFile: SecondProcess.told("ready"), atomically: true, encoding: .utf8)
        try await SecondProcess.waitToBeKilled()
    }
}

/// A process that holds a run and its job.
@Suite(.enabled(if: SecondProcess.part == "HolderPart")) struct HolderPart {
    @Test func plays() async throws {
        let locks = RunLocks(stateDirectory: SecondProcess.told("state"))
        let run = try #require(UUID(uuidString: SecondProcess.told("run")))
        let hold = try await locks.hold(run: run)
        guard case .held(let job) = try await locks.hold(job: "nightly", for: run) else { return }
        try "ready".write(toFile: SecondProcess.told("ready"), atomically: true, encoding: .utf8)
        try await SecondProcess.waitToBeKilled()
        await job.release()
        await hold.release()
    }
}

/// A process that takes a lock again and again, and looks whether it is alone with it.
@Suite(.enabled(if: SecondProcess.part == "RivalPart")) struct RivalPart {
    @Test func plays() async throws {
        let state = SecondProcess.told("state")
        var turns = 0
        let end = ContinuousClock.now + .seconds(60)
        while turns < 1_000, ContinuousClock.now < end {
            guard let lock = try OwnerLock.acquire("\(state)/lock", text: "") else { continue }
            // Making a folder is exclusive: a second one in here would fail at it.
            try #require(mkdir("\(state)/alone", 0o700) == 0)
            try #require(rmdir("\(state)/alone") == 0)
            lock.releaseNow()
            turns += 1
        }
        #expect(turns == 1_000)
    }
}
