import Faults
import FoundationEssentials
import TestKit
import Testing

@testable import ArchiveFormat

@Suite struct `Findings` {
    @Test func `say what each kind means for a restore`() {
        let lines = FindingKind.allCases.map { kind in
            "\(kind.rawValue) (\(kind.weight)): \(kind.meaning(of: "public.orders"))"
        }
        Golden.expect(lines.joined(separator: "\n"), "kinds of finding")
    }

    @Test func `have meanings that are sentences`() {
        for kind in FindingKind.allCases {
            let meaning = kind.meaning(of: "it")
            #expect(meaning.hasSuffix(".") && !meaning.contains("\n"), "\(kind)")
        }
    }

    private static let faults: [ArchiveFault] = [
        .notAnArchive("it does not begin with PGDMP"), .unknownVersion(ArchiveVersion(1, 17)),
        .unknownCodec(9),
        .unsupportedSizes(integer: 8, offset: 2),
        .malformed("the name of entry 3 is not an integer", offset: 77),
        .truncated("entry 3 of the table of contents", offset: 99), .unexpectedBlock(id: 12, offset: 345),
        .missingBlock("public.orders"), .beyondLimit("10 entries"), .manifestMalformed("it is not JSON"),
        .manifestVersion(2),
    ]

    @Test func `of faults keep the code's meaning and the place`() {
        let lines = Self.faults.map { fault in
            let finding = Finding(fault, subject: "archive.dump")
            let place = finding.offset.map(String.init) ?? "-"
            return "\(fault.code) (exit \(fault.exitStatus.rawValue)) \(fault)\n"
                + "  found as \(finding.code) at \(place): \(finding.message)"
        }
        Golden.expect(lines.joined(separator: "\n"), "faults of archives")
    }

    @Test func `settle the verdict by the heaviest of them`() {
        func verdict(_ kinds: FindingKind...) -> VerificationReport.Verdict {
            var report = VerificationReport(path: "x")
            report.settle(with: kinds.map { Finding($0, subject: "x", message: "x") })
            return report.verdict
        }
        #expect(VerificationReport(path: "x").verdict == .cannotTell)
        #expect(verdict() == .sound)
        #expect(verdict(.noChecksum, .notSeekable) == .sound)
        #expect(verdict(.unreadable) == .cannotTell)
        #expect(verdict(.noChecksum, .unknownCodec) == .cannotTell)
        #expect(verdict(.unreadable, .streamChecksum) == .damaged)
        #expect(verdict(.copyTerminator) == .damaged)
    }

    @Test func `of another version of the program are damage`() {
        var report = VerificationReport(path: "x")
        var finding = Finding(.noChecksum, subject: "x", message: "x")
        finding.code = "something.new"
        report.settle(with: [finding])
        #expect(report.verdict != .sound)
        #expect(report.findings.count == 1)
    }

    @Test func `and reports have a stable JSON`() throws {
        var report = VerificationReport(path: "archive.dump")
        report.format = .custom
        report.codec = .zlib
        report.tables = [
            .init(schema: "public", name: "orders", rows: nil, bytes: 42),
            .init(schema: "public", name: "parts", rows: 1, bytes: 9, digest: RowDigest(0xABCD)),
        ]
        report.largeObjectsDigest = RowDigest()
        report.settle(with: [
            Finding(
                .streamChecksum, subject: "public.orders", file: "archive.dump", offset: 1234,
                message: "the data of public.orders is not what its Adler-32 was taken of"),
            Finding(.notSeekable, subject: "archive.dump", message: "it went through a pipe"),
        ])
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        let data = try encoder.encode(report)
        Golden.expect(String(decoding: data, as: UTF8.self), "report of a damaged archive")
        #expect(try JSONDecoder().decode(VerificationReport.self, from: data) == report)
    }
}

@Suite struct `The document on findings` {
    @Test func `lists every kind with its weight and meaning`() throws {
        let path =
            #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(
                separator: "/")
            + "/docs/verification.md"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let start = try #require(text.firstRange(of: "| code | the verdict |")).lowerBound
        let weights: [(FindingKind.Weight, String)] = [
            (.damage, "damaged"), (.obstacle, "cannot tell"), (.note, "stays sound"),
        ]
        var table = "| code | the verdict | what it means for a restore |\n|---|---|---|\n"
        for (weight, verdict) in weights {
            for kind in FindingKind.allCases where kind.weight == weight {
                table += "| `\(kind.rawValue)` | \(verdict) | \(kind.meaning(of: "the table")) |\n"
            }
        }
        Golden.expect(text[..<start] + table, inFile: path)
    }
}
