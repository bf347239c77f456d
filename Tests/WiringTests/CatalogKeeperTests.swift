import Engine
import Faults
import FoundationEssentials
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
                return CatalogKeeper.Opened(book: self.book, close: {})
            }
        }
    }

    @Test func `answers everything with the reason while it is not there`() async {
        let book = LateBook(Switch().keeper())
        await #expect(throws: Self.down) { try await book.runs(RunQuery(), limit: 1) }
        await #expect(throws: Self.down) { try await book.backups(target: nil) }
        await #expect(throws: Self.down) { try await book.markRemoved(UUID(), at: .distantPast, reason: "") }
        await #expect(throws: Self.down) { try await book.durations(ofJob: "a", limit: 1) }
    }

    @Test func `is tried again after a pause, not at every call, and then takes records`() async throws {
        let catalog = Switch()
        let book = LateBook(catalog.keeper())
        for _ in 1...3 { await #expect(throws: Self.down) { try await book.runs(RunQuery(), limit: 1) } }
        #expect(catalog.state.withLock { $0.tries } == 1)
        catalog.state.withLock { $0.isUp = true }
        await #expect(throws: Self.down) { try await book.runs(RunQuery(), limit: 1) }
        catalog.state.withLock { $0.uptime = CatalogKeeper.pause }
        #expect(try await book.runs(RunQuery(), limit: 1).isEmpty)
        #expect(try await book.runs(RunQuery(), limit: 1).isEmpty)
        #expect(catalog.state.withLock { $0.tries } == 2)
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
