import FoundationEssentials
import TestKit
import Testing

@testable import ArchiveFormat

@Suite struct `Manifests` {
    private func manifest() throws -> Manifest {
        let started = Date(timeIntervalSince1970: 1_795_307_400)
        let id = try #require(UUID(uuidString: "0b7e7a4e-3a0f-4b73-9d43-0a5c1b1a7c11"))
        return Manifest(
            id: id, run: id, job: "nightly-backup", target: "store", slot: started, started: started,
            finished: started.addingTimeInterval(95), format: .custom, compression: "zlib:6",
            archive: "archive.dump",
            partial: .init(
                schemas: ["public"], excludeSchemas: [], tables: [], excludeTables: ["log_*"],
                excludeTableData: []),
            globals: .withoutPasswords,
            files: [
                .init(path: "archive.dump", size: 1556, sha256: String(repeating: "0a", count: 32)),
                .init(path: "globals.sql", size: 520, sha256: String(repeating: "b1", count: 32)),
            ],
            serverVersion: "15.18", clientVersion: "15.18", systemIdentifier: "7573216987654321098",
            database: .init(
                name: "shop", owner: "ada", encoding: "UTF8", collate: "C", ctype: "C", localeProvider: "c",
                settings: ["work_mem=8MB"], size: 8_388_608),
            extensions: [.init(name: "plpgsql", version: "1.0")], warnings: ["circular foreign keys"],
            tables: [
                .init(schema: "public", name: "Grüße/\"1\"", rows: 2, bytes: 13, digest: RowDigest(0xABCD))
            ],
            largeObjects: 1, largeObjectsDigest: RowDigest(1 << 127),
            verification: .init(level: .decode, at: started.addingTimeInterval(90)),
            proof: .init(
                run: id, at: started.addingTimeInterval(9000), verdict: .couldNotVerify, level: .content,
                recoverySeconds: 12.5, server: "15.18"))
    }

    @Test func `are written as documented`() throws {
        Golden.expect(try manifest().render(), "manifest")
    }

    @Test func `read back as they were written`() throws {
        let manifest = try manifest()
        #expect(try Manifest.parse(Array(try manifest.render().utf8)) == manifest)
    }

    @Test func `keep two backups of one second in their order`() throws {
        for (milliseconds, text) in [(0, "00Z"), (1, "00.001Z"), (250, "00.250Z"), (999, "00.999Z")] {
            var manifest = try manifest()
            manifest.started.addTimeInterval(Double(milliseconds) / 1000 + 0.0001)
            let rendered = try manifest.render()
            #expect(rendered.contains("\"started\" : \"2026-11-22T00:30:\(text)\""), "\(rendered)")
            let read = try Manifest.parse(Array(rendered.utf8))
            #expect(abs(read.started.timeIntervalSince(manifest.started)) < 0.0006)
            #expect(try read.render() == rendered, "what is read is written the same again")
        }
    }

    @Test(arguments: [".Z", ".25Z", ".2500Z", ".-50Z", ".+50Z", ".250", ".250.250Z", ".250+01:00"])
    func `are refused with a fraction that is none`(fraction: String) throws {
        let text = try manifest().render().replacing(":30:00Z", with: ":30:00\(fraction)")
        #expect(throws: ArchiveFault.self) { try Manifest.parse(Array(text.utf8)) }
    }

    @Test func `of programs that took no digests and made no proofs are read`() throws {
        var manifest = try manifest()
        manifest.tables[0].digest = nil
        manifest.largeObjectsDigest = nil
        manifest.proof = nil
        let text = try manifest.render()
        #expect(!text.contains("digest") && !text.contains("largeObjectsDigest") && !text.contains("proof"))
        #expect(try Manifest.parse(Array(text.utf8)) == manifest)
    }

    @Test func `with keys that a later program added are read`() throws {
        let text = try manifest().render().replacing(
            "\"archive\" :", with: "\"colours\" : [1],\n  \"archive\" :")
        #expect(try Manifest.parse(Array(text.utf8)) == manifest())
    }

    @Test(arguments: Rows.read("manifests.tsv"))
    func `are refused when they lead astray`(row: [String]) throws {
        let text = try manifest().render()
        #expect(text.contains(row[0]), "the row finds its place")
        let bytes = Array(text.replacing(row[0], with: row[1]).utf8)
        let fault = #expect(throws: ArchiveFault.self) { try Manifest.parse(bytes) }
        #expect(fault?.code == row[2], "\(row[4])")
        #expect(fault?.summary == row[3], "\(row[4])")
    }

    @Test func `are refused at every byte before their end`() throws {
        let bytes = Array(try manifest().render().utf8)
        for count in 0..<bytes.count - 2 {
            #expect(throws: ArchiveFault.self) { try Manifest.parse(Array(bytes.prefix(count))) }
        }
    }

    @Test func `are not written with paths that leave the set`() throws {
        for path in ["", "/etc/passwd", "../x", "a//b", "a/./b", "manifest.json", "a\nb", "archive.dump"] {
            var manifest = try manifest()
            manifest.files[1].path = path
            let fault = #expect(throws: ArchiveFault.self) { try manifest.render() }
            #expect(fault?.code == "manifest.malformed", "\(path)")
        }
    }
}
