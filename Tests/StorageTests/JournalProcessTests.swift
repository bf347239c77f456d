import Engine
import FoundationEssentials
import TestKit
import Testing

@testable import Storage

@Suite(.enabled(if: SecondProcess.part == nil), .serialized) struct `Journals of other processes` {
    let folder: TestFolder

    init() throws { folder = try TestFolder() }

    @Test(arguments: 0..<5) func `that were killed hold all that was acknowledged`(round: Int) async throws {
        let writer = try SecondProcess(
            part: "JournalWriterPart", tell: ["state": folder.path, "round": "\(round)"])
        // Each acknowledgement is a file that is there once the append has returned.
        let wanted = 20 + 7 * round
        #expect(try await SecondProcess.appears("\(folder.path)/done-\(wanted)"))
        let own = FileJournal(stateDirectory: folder.path, id: UUID())
        #expect(try await own.adopt().isEmpty, "its process lives")
        writer.kill()
        let done = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter {
            $0.hasPrefix("done-")
        }
        let adopted = try await own.adopt()
        #expect(adopted.count == 1)
        let journal = try #require(adopted.first)
        let contents = try await journal.contents()
        #expect(contents.damage == nil)
        #expect(contents.entries.count >= done.count)
        #expect(contents.entries.map(Self.ordinal) == Array(1...contents.entries.count))
        try await journal.drop(first: contents.entries.count)
        await journal.close()
        #expect(try await own.adopt().isEmpty)
    }

    @Test func `are adopted by one process at a time, and each entry once`() async throws {
        for number in 1...40 {
            let dead = FileJournal(stateDirectory: folder.path, id: UUID())
            try await dead.append(JournalConformance.steps(1, from: number))
            await dead.close()
        }
        let rivals = try (0..<3).map { _ in
            try SecondProcess(part: "JournalAdopterPart", tell: ["state": folder.path])
        }
        for rival in rivals { #expect(rival.wait(), "an entry was told twice") }
        let told = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter {
            $0.hasPrefix("told-")
        }
        #expect(told.count == 40)
        #expect(try Disk.names(in: "\(folder.path)/journal") == ["moment"])
    }

    static func ordinal(_ entry: JournalEntry) -> Int {
        if case .step(let step, _) = entry { return step.ordinal }
        return 0
    }
}

/// A process that appends until it is killed, and acknowledges each append.
@Suite(.enabled(if: SecondProcess.part == "JournalWriterPart")) struct JournalWriterPart {
    @Test func plays() async throws {
        let state = SecondProcess.told("state")
        let journal = FileJournal(stateDirectory: state, id: UUID())
        for number in 1...5_000 {
            try await journal.append(JournalConformance.steps(1, from: number))
            try #require(FileManager.default.createFile(atPath: "\(state)/done-\(number)", contents: Data()))
        }
        try await SecondProcess.waitToBeKilled()
    }
}

/// A process that adopts journals and tells their entries, by a file for each, which must not be there.
@Suite(.enabled(if: SecondProcess.part == "JournalAdopterPart")) struct JournalAdopterPart {
    @Test func plays() async throws {
        let state = SecondProcess.told("state")
        let own = FileJournal(stateDirectory: state, id: UUID())
        for _ in 0..<50 {
            for journal in try await own.adopt() {
                let entries = try await journal.contents().entries
                for entry in entries {
                    let path = "\(state)/told-\(`Journals of other processes`.ordinal(entry))"
                    try Disk.create(path, [])
                }
                try await journal.drop(first: entries.count)
                await journal.close()
            }
        }
    }
}
