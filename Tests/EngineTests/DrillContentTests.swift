import ArchiveFormat
import Measures
import TestKit
import Testing

@testable import Engine

@Suite struct `Comparing content` {
    private func name(_ text: String) -> ContentProof.Name { .init(schema: "shop", name: text) }

    private func proof(
        _ proof: DrillReport.Proof = .content, max: Int64? = nil
    ) -> ContentProof {
        ContentProof(
            tables: [
                .init(table: name("a"), rows: 1_234, digest: RowDigest(7), bytes: 5_000),
                .init(table: name("b"), rows: 0, digest: RowDigest(0), bytes: 5),
                .init(table: name("big"), rows: 9, digest: RowDigest(9), bytes: 9_000_000),
            ], largeObjects: 2, largeObjectsDigest: RowDigest(3), proof: proof,
            contentMax: max.map { ByteCount($0) })
    }

    private func read(_ count: Int64, _ digest: UInt128) -> ContentProof.Reading {
        .read(ContentReading(count: count, digest: RowDigest(digest), bytes: 100))
    }

    private var well: [ContentProof.Name: ContentProof.Reading] {
        [name("a"): read(1_234, 7), name("b"): read(0, 0), name("big"): read(9, 9)]
    }

    @Test func `tables that are as they were are one line a check`() {
        #expect(
            proof().lines(well).map(\.said) == [
                "3 tables, 1,243 rows: as in the archive", "3 tables, 300 B: as in the archive",
            ])
        let nothing = proof(.rows).lines(well.mapValues { _ in .counted(0) })
        #expect(nothing.map(\.state) == [.ok, .broken, .broken])
    }

    @Test func `each fault is found`() {
        let faults: [(String, (inout [ContentProof.Name: ContentProof.Reading]) -> Void)] = [
            ("one row less", { $0[self.name("a")] = self.read(1_233, 1) }),
            ("one value changed", { $0[self.name("a")] = self.read(1_234, 8) }),
            ("one row more", { $0[self.name("b")] = self.read(1, 1) }),
            (
                "two rows swapped between tables",
                {
                    $0[self.name("a")] = self.read(1_234, 5)
                    $0[self.name("big")] = self.read(9, 11)
                }
            ),
            ("a table is missing", { $0[self.name("big")] = .missing }),
            ("a table was not read", { $0[self.name("big")] = nil }),
            ("a table could not be read", { $0[self.name("big")] = .failed("permission denied") }),
            ("only counted without a reason", { $0[self.name("a")] = .counted(1_234) }),
        ]
        let answers = faults.map { why, change in
            var readings = well
            change(&readings)
            let lines = proof().lines(readings).filter { $0.state != .ok }
            return ([why] + lines.map { "  \($0.state.rawValue) \($0.check.rawValue): \($0.said)" }).joined(
                separator: "\n")
        }
        let extra = proof().lines(well, extra: [name("more")]).filter { $0.state == .broken }
        Golden.expect(
            (answers + ["a table more"] + extra.map { "  \($0.said)" }).joined(separator: "\n"),
            "content-faults")
    }

    @Test func `tables beyond the limit are only counted, and named with the reason`() {
        var readings = well
        readings[name("big")] = .counted(9)
        let lines = proof(max: 1_000_000).lines(readings)
        #expect(lines.last?.said == "shop.big: only counted, for it has more than 977 KiB of data")
        #expect(lines.last?.state == .note && lines.last?.count == 1)
        #expect(proof(max: 1_000_000).way(of: proof().tables[0]) == .content)
        #expect(proof(.rows).way(of: proof().tables[0]) == .rows(because: nil))
    }

    @Test func `a table without a digest is no proof of content`() {
        var proof = proof()
        proof.tables[0].digest = nil
        #expect(proof.lines(well).last?.state == .unknown)
        proof.tables[0].rows = nil
        #expect(proof.lines(well).contains { $0.check == .rows && $0.state == .unknown })
    }

    @Test func `large objects are counted and digested`() {
        func lines(_ count: Int64, _ digest: UInt128) -> [DrillLine.State] {
            proof().largeObjectLines(ContentReading(count: count, digest: RowDigest(digest), bytes: 3)).map(
                \.state)
        }
        #expect(lines(2, 3) == [.ok])
        #expect(lines(2, 4) == [.broken])
        #expect(lines(1, 3) == [.broken])
        #expect(proof().largeObjectLines(nil).map(\.state) == [.unknown])
    }
}
