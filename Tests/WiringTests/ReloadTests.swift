import Engine
import Faults
import FoundationEssentials
import Jobs
import Storage
import TestKit
import Testing
import Wiring

@Suite struct `Asking daemons to reload` {
    private func processes(_ folder: Folder) throws -> (DaemonProcesses, String) {
        let configuration = try #require(folder.examine().configuration)
        return (
            DaemonProcesses(configuration, folder.surroundings()), configuration.settings.stateDirectory
        )
    }

    @Test func `an answer is read as it was written, and the newest counts`() throws {
        let folder = try Folder()
        let daemon = UUID()
        #expect(ReloadNote.read(daemon, stateDirectory: folder.path) == nil)
        for number in 1...2 {
            let note = ReloadNote(number: number, ok: number == 2, text: "\(number) schedules")
            note.write(daemon, stateDirectory: folder.path)
            #expect(ReloadNote.read(daemon, stateDirectory: folder.path) == note)
        }
        #expect(ReloadNote.read(UUID(), stateDirectory: folder.path) == nil)
        let path = "\(folder.path)/daemons/\(daemon.uuidString.lowercased()).reload"
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        ReloadNote.remove(daemon, stateDirectory: folder.path)
        #expect(ReloadNote.read(daemon, stateDirectory: folder.path) == nil)
    }

    @Test func `what is not such a note is no answer`() throws {
        let daemon = UUID()
        let folder = try Folder(["daemons/\(daemon.uuidString.lowercased()).reload": "{\"number\": \"one\"}"])
        #expect(ReloadNote.read(daemon, stateDirectory: folder.path) == nil)
    }

    @Test func `only daemons that serve and live are found`() async throws {
        let folder = try Folder()
        let (processes, state) = try processes(folder)
        #expect(try processes.serving().isEmpty)
        try PrivateDirectory.ensure(state)
        let locks = DaemonLocks(stateDirectory: state)
        let (serving, byHand) = (UUID(), UUID())
        let first = try await locks.hold(serving, role: .serve, pid: 4711)
        let second = try await locks.hold(byHand, role: .hand, pid: 4712)
        #expect(try processes.serving() == [DaemonProcesses.Process(id: serving, pid: 4711)])
        await first.release()
        await second.release()
        #expect(try processes.serving().isEmpty)
    }

    @Test func `a process that is gone has ended`() async throws {
        let (processes, _) = try processes(try Folder())
        // Beyond the largest id that Linux gives a process.
        let answer = await processes.reload(.init(id: UUID(), pid: 1 << 30))
        #expect(answer == .ended)
    }
}
