import Engine
import Faults
import FoundationEssentials
import Glibc
import Measures
import TestKit
import Testing

@testable import Storage

@Suite struct `Every journal` {
    @Test(arguments: JournalConformance.allCases)
    func `keeps the contract on a disk`(rule: JournalConformance) async throws {
        let folder = try TestFolder()
        try await rule.check { FileJournal(stateDirectory: folder.path, id: UUID()) }
    }

    @Test(arguments: JournalConformance.allCases)
    func `keeps the contract in memory`(rule: JournalConformance) async throws {
        let first = MemoryJournal()
        try await rule.check { first.second() }
    }
}

@Suite struct `The file of a journal` {
    let folder: TestFolder
    let journal: FileJournal
    let path: String

    init() throws {
        folder = try TestFolder()
        let id = UUID()
        journal = FileJournal(stateDirectory: folder.path, id: id)
        path = "\(folder.path)/journal/\(id.lowercased).journal"
    }

    /// What the next process finds, and tells.
    private func adopted() async throws -> JournalContents? {
        let next = FileJournal(stateDirectory: folder.path, id: UUID())
        guard let journal = try await next.adopt().first else { return nil }
        let contents = try await journal.contents()
        await journal.close()
        return contents
    }

    private var bytes: [UInt8] {
        get throws { try Disk.read(path, bytesMax: 1 << 24) }
    }

    private func replace(_ bytes: [UInt8]) throws {
        try Disk.removeTree(path)
        try Disk.create(path, bytes)
    }

    @Test func `is not there before there is anything to keep, and private then`() async throws {
        _ = try await journal.contents()
        _ = try await journal.adopt()
        #expect(try Disk.kind("\(folder.path)/journal") == nil)
        try await journal.append(JournalConformance.steps(1))
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & 0o7777 == 0o600)
        #expect(stat("\(folder.path)/journal", &status) == 0 && status.st_mode & 0o7777 == 0o700)
        try await journal.drop(first: 1)
        #expect(try bytes.isEmpty)
        await journal.close()
        #expect(try Disk.names(in: "\(folder.path)/journal") == ["moment"])
    }

    @Test func `is text that can be read without this program`() async throws {
        try await journal.append(JournalConformance.everyKind)
        let lines = String(decoding: try bytes, as: UTF8.self).split(separator: "\n")
        #expect(lines.count == JournalConformance.everyKind.count)
        for line in lines {
            #expect(line.dropFirst(JournalFrame.headSize).hasPrefix("{\"entry\":{\""), "\(line)")
        }
    }

    @Test func `cut anywhere, as by a crash, keeps every whole entry and says nothing`() async throws {
        try await journal.append(JournalConformance.steps(3))
        try await journal.drop(first: 1)
        try await journal.append(JournalConformance.everyKind)
        let entries = try await journal.contents().entries
        await journal.close()
        let whole = try bytes
        var seen: Set<Int> = []
        for length in 0...whole.count {
            let scan = try JournalScan(Array(whole[..<length]))
            #expect(scan.damage.isEmpty, "cut at \(length)")
            let found = scan.entries.map(\.entry)
            // Before the line that drops it, the first is there as well.
            let isPrefix = entries.starts(with: found) || JournalConformance.steps(3).starts(with: found)
            #expect(isPrefix, "cut at \(length)")
            seen.insert(found.count)
        }
        #expect(seen == Set(0...entries.count))
        try replace(whole + [UInt8](repeating: 0, count: 4_096))
        #expect(
            try await adopted() == JournalContents(entries: entries), "a file that grew and was not written")
    }

    @Test func `cut in a line goes on where the last whole one ends`() async throws {
        try await journal.append(JournalConformance.steps(2))
        await journal.close()
        try replace(Array(try bytes.dropLast(7)))
        let next = FileJournal(stateDirectory: folder.path, id: UUID())
        let adopted = try #require(try await next.adopt().first)
        #expect(try await adopted.contents().entries == JournalConformance.steps(1))
        try await adopted.append(JournalConformance.steps(1, from: 2))
        #expect(try await adopted.contents() == JournalContents(entries: JournalConformance.steps(2)))
        await adopted.close()
    }

    @Test(arguments: [7, 200]) func `cut in a line and appended to unread keeps all that is appended`(
        cut: Int
    )
        async throws
    {
        try await journal.append(JournalConformance.steps(2))
        await journal.close()
        try replace(Array(try bytes.dropLast(cut)))
        let next = FileJournal(stateDirectory: folder.path, id: UUID())
        let adopted = try #require(try await next.adopt().first)
        try await adopted.append(JournalConformance.steps(1, from: 2))
        #expect(try await adopted.contents() == JournalContents(entries: JournalConformance.steps(2)))
        await adopted.close()
        let read = try await FileJournal.readAll(stateDirectory: folder.path)
        #expect(
            read == [JournalContents(entries: JournalConformance.steps(2))], "nothing of the cut line is left"
        )
    }

    @Test func `cut in a line leaves nothing of it once it was read`() async throws {
        try await journal.append(JournalConformance.everyKind)
        await journal.close()
        try replace(Array(try bytes.dropLast(2)))
        let whole = try JournalScan(try bytes).end
        let next = FileJournal(stateDirectory: folder.path, id: UUID())
        let adopted = try #require(try await next.adopt().first)
        _ = try await adopted.contents()
        #expect(try bytes.count == whole)
        await adopted.close()
    }

    @Test func `with whole lines after one that was cut shows them all`() async throws {
        let lines = try JournalConformance.steps(3).map { try JournalFrame.encode(.entry($0)) }
        for length in 1..<lines[0].count {
            // As a program wrote that did not cut what a crash had left.
            let scan = try JournalScan(Array(lines[0].prefix(length)) + lines[1] + lines[2])
            #expect(
                scan.entries.map(\.entry) == Array(JournalConformance.steps(3).dropFirst()),
                "cut at \(length)")
            #expect(scan.damage == [0])
        }
    }

    @Test func `with any bit turned loses at most that entry, and never silently`() async throws {
        let entries = JournalConformance.steps(3)
        try await journal.append(entries)
        await journal.close()
        let whole = try bytes
        for bit in 0..<(whole.count * 8) {
            var turned = whole
            turned[bit / 8] ^= 1 << (bit % 8)
            let scan = try JournalScan(turned)
            let found = scan.entries.map(\.entry)
            let lost = entries.filter { !found.contains($0) }
            #expect(scan.damage.count == 1 && lost.count == 1 && found.count == 2, "bit \(bit)")
            #expect(scan.end == whole.count, "bit \(bit)")
        }
    }

    @Test func `that is damaged is kept aside once, told of once, and used as far as it goes`() async throws {
        try await journal.append(JournalConformance.steps(3))
        await journal.close()
        var bytes = try bytes
        bytes[bytes.count / 2] ^= 1
        try replace(bytes)
        let next = FileJournal(stateDirectory: folder.path, id: UUID())
        let adopted = try #require(try await next.adopt().first)
        let contents = try await adopted.contents()
        #expect(contents.entries == [JournalConformance.steps(3)[0], JournalConformance.steps(3)[2]])
        #expect(contents.damage?.code == "journal.damaged")
        #expect(contents.damage?.summary.hasSuffix("\(path).damaged") == true)
        #expect(try await adopted.contents().damage == nil)
        try await adopted.drop(first: 1)
        #expect(try await adopted.contents().entries == [JournalConformance.steps(3)[2]])
        try await adopted.drop(first: 1)
        await adopted.close()
        #expect(try Disk.kind(path) == nil)
        #expect(try Disk.read("\(path).damaged", bytesMax: 1 << 20) == bytes)
        #expect(try await next.adopt().isEmpty, "what is kept aside is no journal")
    }

    @Test func `of a later program is kept aside where it cannot be understood`() async throws {
        try await journal.append(JournalConformance.steps(1))
        let line = String(decoding: try bytes, as: UTF8.self)
        await journal.close()
        let json = line.dropFirst(JournalFrame.headSize).dropLast().replacing("\"step\"", with: "\"drill\"")
        let known = try JournalScan(Array(line.utf8))
        #expect(known.entries.count == 1)
        // The same with sums that are right.
        let unknown = try JournalFrame.seal(Array(json.utf8))
        let scan = try JournalScan(unknown + Array(line.utf8))
        #expect(scan.damage == [0] && scan.entries.map(\.place) == [unknown.count])
    }

    @Test func `takes no more than its largest size, and goes on when it is told`() async throws {
        let id = UUID()
        let small = FileJournal(stateDirectory: folder.path, id: id, sizeMax: ByteCount(2_000))
        var taken = 0
        var fault: AnyFault?
        while fault == nil, taken < 100 {
            do throws(AnyFault) {
                try await small.append(JournalConformance.steps(1, from: taken + 1))
                taken += 1
            } catch {
                fault = error
            }
        }
        #expect(fault?.code == "journal.full" && fault?.mayPass == true)
        #expect(try await small.contents().entries == JournalConformance.steps(taken))
        try await small.drop(first: taken - 1)
        await #expect(throws: AnyFault.self) { try await small.append(JournalConformance.steps(1)) }
        try await small.drop(first: 1)
        try await small.append(JournalConformance.steps(1))
        await small.close()
    }

    @Test func `that somebody removes keeps what its process appends, for that process`() async throws {
        try await journal.append(JournalConformance.steps(1))
        try Disk.removeTree("\(folder.path)/journal")
        try await journal.append(JournalConformance.steps(1, from: 2))
        #expect(try await journal.contents().entries == JournalConformance.steps(2))
        try await journal.drop(first: 2)
        await journal.close()
    }

    @Test func `is seen by those who do not hold it`() async throws {
        #expect(try await FileJournal.readAll(stateDirectory: folder.path).isEmpty)
        try await journal.append(JournalConformance.steps(2))
        let seen = try await FileJournal.readAll(stateDirectory: folder.path)
        #expect(seen == [JournalContents(entries: JournalConformance.steps(2))])
        try Disk.makeFolders("\(folder.path)/journal/b.journal")
        let faults = try await FileJournal.readAll(stateDirectory: folder.path).compactMap(\.damage?.code)
        #expect(faults == ["store.alien-file"])
    }

    @Test(.enabled(if: TinyDisk.isAvailable, "mounting a small file system takes root"))
    func `on a full disk keeps what it had, and goes on when there is room`() async throws {
        let disk = try TinyDisk()
        let journal = FileJournal(stateDirectory: "\(disk.path)/state", id: UUID())
        try await journal.append(JournalConformance.steps(2))
        let ballast = "\(disk.path)/ballast"
        // Pages of the file system are whole: the last one of the journal's file has room for a few lines more.
        let free = try #require(Disk.freeSpace(at: disk.path))
        try Disk.create(ballast, [UInt8](repeating: 1, count: Int(free.bytes)))
        let fault = await #expect(throws: AnyFault.self) {
            try await journal.append(JournalConformance.steps(200, from: 3))
        }
        #expect(fault?.code == "store.no-space")
        #expect(try await journal.contents() == JournalContents(entries: JournalConformance.steps(2)))
        #expect(unlink(ballast) == 0)
        try await journal.append(JournalConformance.steps(200, from: 3))
        #expect(try await journal.contents().entries == JournalConformance.steps(202))
        await journal.close()
    }
}
