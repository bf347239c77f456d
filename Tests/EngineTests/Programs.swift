import Engine
import Faults
import FoundationEssentials
import Synchronization
import TestKit

/// pg_dump and pg_dumpall of a bench: they write small real archives, unless a test tells them otherwise.
final class Programs: Sendable {
    /// A real archive of pg_dump 17 that went through a pipe.
    static let archive = Fixture.bytes("custom-17-zlib-piped.dump")

    private let store: MemoryBackupStore
    private let diary: Diary
    private let queued = Mutex<[String: [MemoryTools.Answer]]>([:])

    init(_ store: MemoryBackupStore, _ diary: Diary) {
        self.store = store
        self.diary = diary
    }

    /// Makes the next calls of a program end so.
    func queue(_ tool: String, _ answers: MemoryTools.Answer...) {
        queued.withLock { $0[tool, default: []] += answers }
    }

    func answer(_ call: ToolCall) async -> MemoryTools.Answer {
        let tool = call.executable.split(separator: "/").last.map(String.init) ?? ""
        diary.write("run: \(tool)")
        let next = queued.withLock { queued -> MemoryTools.Answer? in
            guard let first = queued[tool]?.first else { return nil }
            queued[tool]?.removeFirst()
            return first
        }
        return next ?? usual(tool, call)
    }

    private func usual(_ tool: String, _ call: ToolCall) -> MemoryTools.Answer {
        if tool == "pg_dumpall" { return .init([Array("CREATE ROLE shop;\n".utf8)]) }
        if call.arguments.contains("--format=plain") { return .init([Array("-- a plain dump\n".utf8)]) }
        if let file = call.arguments.first(where: { $0.hasPrefix("--file=") })?.dropFirst(7) {
            _ = store.write(Array("toc".utf8), to: "\(file)/toc.dat")
            _ = store.write(Array("rows".utf8), to: "\(file)/3355.dat.gz")
            return .init()
        }
        return .init([Array(Self.archive.prefix(1_000)), Array(Self.archive.dropFirst(1_000))])
    }
}

/// Archives that real programs wrote.
enum Fixture {
    static func bytes(_ name: String, file: String = #filePath) -> [UInt8] {
        let folder = URL(filePath: file).deletingLastPathComponent().deletingLastPathComponent()
        let path = folder.appending(path: "ArchiveFormatTests/Fixtures/\(name)")
        // Why it cannot be read does not matter: the test cannot go on.
        guard let data = try? Data(contentsOf: path) else { preconditionFailure("no fixture at \(path)") }
        return Array(data)
    }
}
