import Engine
import FoundationEssentials
import TestKit
import Testing

@testable import Storage

@Suite(.enabled(if: SecondProcess.part == nil)) struct `Killing the process that writes` {
    let folder: TestFolder
    let store: LocalStore

    init() throws {
        folder = try TestFolder()
        store = LocalStore(name: "local", path: "\(folder.path)/store")
    }

    private func start(_ step: WriterPart.Step, run: UUID) async throws -> SecondProcess {
        let ready = "\(folder.path)/ready"
        let writer = try SecondProcess(
            part: "WriterPart",
            tell: [
                "store": "\(folder.path)/store", "run": run.uuidString, "step": step.rawValue, "ready": ready,
            ])
        #expect(try await SecondProcess.appears(ready))
        return writer
    }

    @Test(arguments: WriterPart.Step.allCases)
    func `leaves whole sets or none, and the next start cleans up`(step: WriterPart.Step) async throws {
        let run = UUID()
        let id = run.uuidString.lowercased()
        let writer = try await start(step, run: run)
        let isVisible = step == .published
        #expect(try await store.open() == [], "its owner lives")
        #expect(try await store.sets().sets.count == (isVisible ? 1 : 0))
        writer.kill()

        let swept = try await store.open()
        #expect(swept == (isVisible || step == .hidden ? [] : [id]))
        let listing = try await store.sets()
        #expect(listing.sets.count == (isVisible ? 1 : 0))
        #expect(listing.strangers == [])
        let left = try FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/store/.incoming")
        #expect(left == ["moment"], "no password file, no half archive")
        #expect(try await store.open() == [])

        _ = try await SetDraft.publish(store, day: 1)
        #expect(try await store.sets().sets.count == (isVisible ? 2 : 1))
    }
}

@Suite(.enabled(if: SecondProcess.part == nil)) struct `Locks between processes` {
    let folder: TestFolder
    let locks: RunLocks

    init() throws {
        folder = try TestFolder()
        locks = RunLocks(stateDirectory: folder.path)
    }

    @Test func `are let go when their process is killed`() async throws {
        let run = UUID()
        let ready = "\(folder.path)/ready"
        let holder = try SecondProcess(
            part: "HolderPart", tell: ["state": folder.path, "run": run.uuidString, "ready": ready])
        #expect(try await SecondProcess.appears(ready))
        #expect(try await locks.isAlive(run: run))
        guard case .busy(let other) = try await locks.hold(job: "nightly", for: UUID()) else {
            Issue.record("the job of a living run was taken")
            return
        }
        #expect(other == run.uuidString.lowercased())
        guard case .held(let unrelated) = try await locks.hold(job: "nightly-two", for: UUID()) else {
            Issue.record("another job was taken for this one")
            return
        }
        await unrelated.release()
        holder.kill()
        #expect(try await !locks.isAlive(run: run))
        guard case .held(let mine) = try await locks.hold(job: "nightly", for: UUID()) else {
            Issue.record("the job of a dead run was not free")
            return
        }
        await mine.release()
    }

    @Test func `let one process at a time have them`() throws {
        let rivals = try (0..<3).map { _ in try SecondProcess(part: "RivalPart", tell: ["state": folder.path])
        }
        for rival in rivals { #expect(rival.wait(), "it met another one, or never had its turns") }
    }
}
