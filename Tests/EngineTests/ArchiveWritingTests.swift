import ArchiveFormat
import Archiving
import Dispatch
import Faults
import FoundationEssentials
import Synchronization
import TestKit
import Testing

@testable import Engine

@Suite(.timeLimit(.minutes(1))) struct `An archive over several connections` {
    private static let stream = Fixture.bytes("custom-17-none.dump")

    private static func write(
        _ snapshot: TwinSnapshot, stream: [UInt8] = Self.stream, hangs: Bool = true,
        end: ToolResult = ToolResult(end: .exited(0))
    ) async throws -> (ArchiveWriting.Written, ThreadedTools, MemoryBackupStore) {
        let store = MemoryBackupStore()
        let tools = ThreadedTools(stream, end, hangs: hangs)
        let incoming = try await store.beginIncoming(run: UUID(), target: "main", database: "shop")
        let file = try await incoming.makeFile("archive.dump")
        let assembly = try Archiver().begin(file, compression: .isal(level: 2), workers: 2) { _ in }
        let written = try await ArchiveWriting(
            tools: tools, call: ToolCall(executable: "/pg_dump", arguments: []), assembly: assembly,
            shared: snapshot
        ) { result throws(AnyFault) in
            if let fault = ToolFailure.fault(result, tool: "pg_dump", item: "shop") { throw fault.plain }
        }.perform()
        return (written, tools, store)
    }

    /// The stream without its large objects.
    private static func tables() throws -> [UInt8] {
        var contents = try TableOfContents.parse(stream)
        for index in contents.entries.indices where contents.entries[index].isLargeObjects {
            contents.entries[index].location = .offset(.noData, 0)
        }
        return contents.serialise()
    }

    @Test func `has the rows that the connections read, and pg_dump is stopped at its table of contents`()
        async throws
    {
        let (written, tools, _) = try await Self.write(TwinSnapshot(), stream: Self.tables())
        #expect(written.connections == 2 && written.remark.isEmpty)
        #expect(!written.tally.tables.isEmpty && written.tally.tables.allSatisfy { $0.rows == 2 })
        #expect(tools.hasEnded && written.result.wasStopped)
    }

    @Test func `is read from pg_dump's stream where somebody waits for a table`() async throws {
        let fault = await #expect(throws: AnyFault.self) {
            _ = try await Self.write(TwinSnapshot(locks: false), stream: Self.tables(), hangs: false)
        }
        // The stream ends after its table of contents, which is seen only by whoever reads on.
        #expect(fault?.code == "archive.missing-block", "\(fault.map { "\($0)" } ?? "")")
    }

    @Test func `is read from pg_dump's stream where there are large objects`() async throws {
        let (written, _, _) = try await Self.write(TwinSnapshot(), hangs: false)
        #expect(written.connections == 1 && written.remark == "there are large objects")
        #expect(written.tally.largeObjects > 0)
    }

    @Test(arguments: ["layouts", "lock", "copy 0", "copy 1"])
    func `fails as its first connection fails, and stops pg_dump`(_ call: String) async throws {
        let fault = await #expect(throws: AnyFault.self) {
            _ = try await Self.write(TwinSnapshot(failing: call), stream: Self.tables())
        }
        #expect(fault == TwinSnapshot.lost)
    }

    @Test func `fails in pg_dump's own words when it ends before its table of contents`() async throws {
        let end = ToolResult(end: .exited(1), errorTail: "pg_dump: error: permission denied for table t")
        let fault = await #expect(throws: AnyFault.self) {
            _ = try await Self.write(
                TwinSnapshot(), stream: Array(Self.stream.prefix(50)), hangs: false, end: end)
        }
        #expect(fault?.summary.contains("permission denied for table t") == true)
        let cut = await #expect(throws: AnyFault.self) {
            _ = try await Self.write(TwinSnapshot(), stream: Array(Self.stream.prefix(50)), hangs: false)
        }
        #expect(cut?.code == "archive.truncated")
    }

    @Test func `stops pg_dump when it is cancelled`() async throws {
        let snapshot = TwinSnapshot(failing: "hang")
        let writing = Task { try await Self.write(snapshot, stream: Self.tables()) }
        #expect(try await Fact.comes { snapshot.calls.contains("lock") })
        writing.cancel()
        await #expect(throws: AnyFault.self) { _ = try await writing.value }
    }
}

/// A state whose every table has two rows, over two connections.
private final class TwinSnapshot: SharedSnapshot {
    static let lost = AnyFault(
        code: "test.lost", summary: "the connection is lost", remedy: "Wait.", mayPass: true)
    private struct State: Sendable {
        var calls: [String] = []
        var copies = 0
    }

    private let state = Mutex(State())
    private let locks: Bool
    private let failing: String

    init(locks: Bool = true, failing: String = "") {
        self.locks = locks
        self.failing = failing
    }

    let id = "1"
    let readers = 2
    var calls: [String] { state.withLock { $0.calls } }

    private func note(_ call: String) throws(AnyFault) {
        state.withLock { $0.calls.append(call) }
        if call == failing { throw Self.lost }
    }

    func count(schema: String, table: String) async throws(AnyFault) -> Int64 { 2 }
    func release() async {}

    func layouts() async throws(AnyFault) -> [String: TableLayout] {
        try note("layouts")
        let contents: TableOfContents
        do throws(ArchiveFault) {
            contents = try TableOfContents.parse(Fixture.bytes("custom-17-none.dump"))
        } catch {
            throw AnyFault(error)
        }
        let pairs = contents.entries.compactMap { entry in
            entry.oid.map { ($0.display, TableLayout(pages: 1, bytes: 8_192, isDivisible: true)) }
        }
        return Dictionary(pairs) { first, _ in first }
    }

    func lock(_ tables: [CopySource]) async throws(AnyFault) -> Bool {
        try note("lock")
        // Only a cancelled task goes on.
        if failing == "hang" { await ManualClock().sleep(.seconds(1)) }
        if Task.isCancelled { throw RunScribe.interrupted }
        return locks
    }

    func copy(_ stretch: TableStretch, reader: Int, into sink: any ByteSink) async throws(AnyFault) {
        let number = state.withLock { state in
            defer { state.copies += 1 }
            return state.copies
        }
        try note("copy \(number)")
        try Array("1\n2\n".utf8).withUnsafeBufferPointer { (buffer) throws(AnyFault) in
            try sink.write(UnsafeRawBufferPointer(buffer))
        }
    }
}

/// A program that writes on a thread of its own, as real ones do, whose sink may wait.
private final class ThreadedTools: ToolPort {
    private let stream: [UInt8]
    private let end: ToolResult
    private let hangs: Bool
    private let ended = Mutex(false)

    init(_ stream: [UInt8], _ end: ToolResult, hangs: Bool) {
        self.stream = stream
        self.end = end
        self.hangs = hangs
    }

    var hasEnded: Bool { ended.withLock { $0 } }

    func clients() async -> [ClientTools] { [] }

    func run(_ call: ToolCall, output: ToolOutput) async throws(AnyFault) -> ToolResult {
        defer { ended.withLock { $0 = true } }
        guard case .sink(let sink) = output else { return end }
        let stream = stream
        let written = await withCheckedContinuation { continuation in
            DispatchQueue(label: "output").async {
                continuation.resume(
                    returning: Result { () throws(AnyFault) in
                        try stream.withUnsafeBufferPointer { (buffer) throws(AnyFault) in
                            try sink.write(UnsafeRawBufferPointer(buffer))
                        }
                    })
            }
        }
        try written.get()
        guard hangs else { return end }
        await ManualClock().sleep(.seconds(1))
        return ToolResult(end: .signalled(15), wasStopped: true)
    }
}
