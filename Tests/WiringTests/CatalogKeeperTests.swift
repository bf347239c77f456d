import Engine
import Faults
import FoundationEssentials
import Jobs
import Storage
import Synchronization
import TestKit
import Testing
import Wiring

@Suite struct `A catalog that comes late` {
    private static let down = AnyFault(code: "x", summary: "down", remedy: "Start it.")

    /// A catalog that opens once it is told to, and counts how often it was tried.
    private final class Switch: Sendable {
        let state = Mutex((isUp: false, tries: 0, uptime: Duration.zero))
        let book = MemoryRunBook()

        func keeper() -> CatalogKeeper {
            CatalogKeeper(uptime: { self.state.withLock { $0.uptime } }) {
                () async throws(AnyFault) -> CatalogKeeper.Opened in
                let isUp = self.state.withLock { state in
                    state.tries += 1
                    return state.isUp
                }
                guard isUp else { throw down }
                return CatalogKeeper.Opened(catalog: JournaledBook.Catalog(book: self.book), close: {})
            }
        }
    }

    @Test func `is tried again after a pause, not at every call, and then takes records`() async throws {
        let catalog = Switch()
        let keeper = catalog.keeper()
        for _ in 1...3 { await #expect(throws: Self.down) { try await keeper.catalog() } }
        #expect(catalog.state.withLock { $0.tries } == 1)
        catalog.state.withLock { $0.isUp = true }
        await #expect(throws: Self.down) { try await keeper.catalog() }
        catalog.state.withLock { $0.uptime = CatalogKeeper.pause }
        #expect(try await keeper.catalog().book.runs(RunQuery(), limit: 1).isEmpty)
        #expect(try await keeper.catalog().book.runs(RunQuery(), limit: 1).isEmpty)
        #expect(catalog.state.withLock { $0.tries } == 2)
    }

    @Test func `keeps what it is told until then in the journal`() async throws {
        let catalog = Switch()
        let keeper = catalog.keeper()
        let folder = try Folder()
        let journal = FileJournal(stateDirectory: folder.path, id: UUID())
        let book = JournaledBook(journal: journal) { () async throws(AnyFault) in try await keeper.catalog() }
        await #expect(throws: Self.down) { try await book.backups(target: nil) }
        let run = RunRecord(
            id: UUID(), job: "nightly", kind: .backup, trigger: .hand,
            owner: Owner(machine: "m", host: "h", pid: 1, stateDirectory: folder.path),
            startedAt: Date(timeIntervalSince1970: 1_795_307_400))
        #expect(await book.begin(run) == .begun)
        #expect(await JournalReader(stateDirectory: folder.path).runs() == [run])
        catalog.state.withLock { ($0.isUp, $0.uptime) = (true, CatalogKeeper.pause) }
        #expect(await book.settle() == nil)
        #expect(try await book.runs(RunQuery(), limit: 9) == [run])
        #expect(await JournalReader(stateDirectory: folder.path).runs() == [])
        await book.close()
    }

    @Test func `shows what cannot be read of a journal`() async throws {
        let folder = try Folder()
        #expect(await JournalReader(stateDirectory: folder.path).read().faults == [])
        try FileManager.default.createDirectory(
            atPath: "\(folder.path)/journal", withIntermediateDirectories: true)
        let text = Data(String(repeating: "no record ", count: 9).utf8)
        #expect(FileManager.default.createFile(atPath: "\(folder.path)/journal/a.journal", contents: text))
        let found = await JournalReader(stateDirectory: folder.path).read()
        #expect(found.faults.map(\.code) == ["journal.damaged"])
        #expect(found.view.entries == 0 && found.view.runs.isEmpty)
    }
}

@Suite struct `The id of a state directory` {
    @Test func `stays the same, whatever the machine is called`() throws {
        let (folder, other) = (try Folder(), try Folder())
        let first = try StateIdentity.read(folder.path)
        #expect(first.count == 36)
        #expect(try StateIdentity.read(folder.path) == first)
        #expect(try StateIdentity.read(other.path) != first)
        #expect(throws: AnyFault.self) { try StateIdentity.read("\(folder.path)/missing") }
    }
}
