import FoundationEssentials
import TestKit
import Testing

@testable import Storage

@Suite struct `Names of folders` {
    @Test(arguments: Rows.read("folder-names.tsv"))
    func `hold every name and lead back to it`(row: [String]) throws {
        #expect(try FolderName.encode(row[0]) == row[1], "\(row[2])")
        #expect(FolderName.decode(row[1]) == row[0], "\(row[2])")
    }

    @Test(arguments: Rows.read("folder-names-refused.tsv"))
    func `are not taken for ours when pgvigil would write them otherwise`(row: [String]) {
        #expect(FolderName.decode(row[0]) == nil, "\(row[1])")
    }

    @Test func `encode control characters`() throws {
        #expect(try FolderName.encode("a\n\u{7F}\0") == "a%0A%7F%00")
        #expect(FolderName.decode("a%0A%7F%00") == "a\n\u{7F}\0")
        #expect(FolderName.decode("") == nil)
    }

    @Test func `never leave the store, whatever the name`() throws {
        var generator = SeededGenerator(seed: 20_261_122)
        let alphabet = Array("ab./%~\n\u{7F}é2F".unicodeScalars)
        for _ in 0..<2_000 {
            var name = ""
            for _ in 0..<Int.random(in: 1...8, using: &generator) {
                name.unicodeScalars.append(alphabet[Int.random(in: 0..<alphabet.count, using: &generator)])
            }
            let folder = try FolderName.encode(name)
            #expect(!folder.contains("/") && !folder.hasPrefix(".") && FolderName.decode(folder) == name)
        }
    }

    @Test func `refuse what is too long and tell how long`() throws {
        #expect(try FolderName.encode(String(repeating: "a", count: 200)).utf8.count == 200)
        let long = String(repeating: "a", count: 201)
        #expect(throws: StorageFault.badName(name: long, reason: "it takes 201 bytes, and 200 are allowed")) {
            try FolderName.encode(long)
        }
        #expect(throws: StorageFault.badName(name: "", reason: "it is empty")) { try FolderName.encode("") }
    }
}

@Suite struct `Names of sets` {
    @Test(arguments: Rows.read("set-names.tsv"))
    func `are read exactly as they are written`(row: [String]) {
        let name = SetName(row[0])
        #expect(name.map { "\(Int($0.started.timeIntervalSince1970))" } ?? "-" == row[1], "\(row[2])")
        if let name { #expect(name.text == row[0]) }
    }

    @Test func `drop the fraction of a second`() throws {
        let run = try #require(UUID(uuidString: "0f9fb0a1-59b5-4d5f-9a3a-0d6f2a9a7c11"))
        let name = SetName(started: Date(timeIntervalSince1970: 1_795_307_400.999), run: run)
        #expect(name.text == "2026-11-22T003000Z-0f9fb0a1-59b5-4d5f-9a3a-0d6f2a9a7c11")
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014): the same numbers for the same seed.
private struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
