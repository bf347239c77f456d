import ArchiveFormat
import Faults
import FoundationEssentials
import Glibc
import TestKit
import Testing

@testable import Verification

@Suite struct `Damaged archives` {
    private func report(of row: [String]) async throws -> (VerificationReport, String) {
        let scratch = try Scratch()
        let path = try scratch.copy(row[0])
        for edit in row[1].split(separator: "; ") { #expect(try Edit(edit).apply(to: path), "\(edit)") }
        return (await ArchiveVerifier(workers: 2).verify(path: path), path)
    }

    @Test(arguments: Rows.read("damage.tsv"))
    func `are found out, each for what it has`(row: [String]) async throws {
        let (report, path) = try await report(of: row)
        let found = report.findings.map { finding in
            let subject = finding.subject == path ? "PATH" : finding.subject
            return "\(finding.code)@\(finding.offset.map(String.init) ?? "-") \(subject)"
        }
        #expect(report.verdict.rawValue == row[2], "\(row[4])")
        #expect(found.joined(separator: ", ") == row[3], "\(row[4])")
    }

    @Test func `are described for people`() async throws {
        var text = ""
        for row in Rows.read("damage.tsv") {
            let (report, path) = try await report(of: row)
            text += "\(row[0]), \(row[4]): \(report.verdict.rawValue)\n"
            for finding in report.findings {
                let place = [finding.file, finding.offset.map { "byte \($0)" }].compactMap { $0 }.joined(
                    separator: ", ")
                text += "  [\(place)] \(finding.message). \(finding.meaning)\n".replacing(
                    path, with: "ARCHIVE")
            }
        }
        Golden.expect(text, "findings of damaged archives")
    }

    @Test func `provoke every kind of damage to an archive`() throws {
        let rows =
            Rows.read("damage.tsv").map { $0[3] } + Rows.read("scripts.tsv", file: Self.scripts).map { $0[3] }
        let seen = Set(rows.flatMap { $0.split(whereSeparator: { " ,@".contains($0) }).map(String.init) })
        let elsewhere: Set<FindingKind> = [
            // In SetTests, UnreadableTests and SoundTests.
            .setFileMissing, .setFileUnlisted, .setFileSize, .setFileHash, .setContent, .setManifest,
            .unreadable,
            .cancelled, .noChecksum, .notSeekable, .furtherFindings,
        ]
        for kind in FindingKind.allCases where !elsewhere.contains(kind) {
            #expect(seen.contains(kind.rawValue), "no row provokes \(kind.rawValue)")
        }
    }

    private static let scripts =
        #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(2).joined(separator: "/")
        + "/ArchiveFormatTests/x"

    @Test func `leave the tables beside the damage readable`() async throws {
        let scratch = try Scratch()
        let path = try scratch.copy("custom-15-zlib.dump")
        let contents = try TableOfContents.parse(try Scratch.read(path))
        let entry = try #require(contents.entries.first { $0.name == "customer" && $0.isTableData })
        guard case .offset(_, let offset) = entry.location else {
            Issue.record("no offset")
            return
        }
        #expect(try Edit("set \(offset + 20) ff ff ff").apply(to: path))
        let report = await ArchiveVerifier().verify(path: path)
        #expect(report.findings.map(\.subject) == ["public.customer"])
        #expect(report.tables.map(\.rows) == [60, nil, 0])
        #expect(report.largeObjects == 3)
    }

    @Test func `of many findings list the first and count the rest`() {
        var findings = FindingList()
        for number in 0..<FindingList.max + 5 {
            findings.append(.fileMissing, "t\(number)", "the file of t\(number) is missing")
        }
        #expect(findings.all.count == FindingList.max + 1)
        #expect(findings.all.last?.kind == .furtherFindings)
        #expect(findings.all.last?.message == "5 further findings are left out")
    }
}

@Suite struct `What cannot be read` {
    private let verifier = ArchiveVerifier(workers: 2)

    @Test func `cannot be told`() async throws {
        let scratch = try Scratch()
        let report = await verifier.verify(path: "\(scratch.path)/nothing")
        #expect(report.verdict == .cannotTell)
        #expect(report.findings.map(\.kind) == [.unreadable])
        #expect(
            report.findings.first?.message.hasSuffix("cannot be opened: No such file or directory") == true)
    }

    @Test func `is refused when it is a pipe, without waiting for a writer`() async throws {
        let scratch = try Scratch()
        let path = "\(scratch.path)/pipe"
        #expect(mkfifo(path, 0o600) == 0)
        let report = await verifier.verify(path: path)
        #expect(report.verdict == .cannotTell)
        #expect(report.findings.map(\.kind) == [.unreadable])

        let folder = try scratch.copy("tiny-directory-zlib")
        try FileManager.default.removeItem(atPath: "\(folder)/3338.dat.gz")
        #expect(mkfifo("\(folder)/3338.dat.gz", 0o600) == 0)
        let inFolder = await verifier.verify(path: folder)
        #expect(inFolder.verdict == .cannotTell)
        #expect(inFolder.findings.map(\.subject) == ["public.t"])
    }

    @Test func `is a folder under the name of a data file`() async throws {
        let scratch = try Scratch()
        let folder = try scratch.copy("tiny-directory-zlib")
        try FileManager.default.createDirectory(atPath: "\(folder)/sub", withIntermediateDirectories: false)
        #expect(await verifier.verify(path: folder).findings.map(\.subject) == ["sub/"])
    }

    @Test func `may be cancelled`() async {
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return await ArchiveVerifier(workers: 1).verify(path: Scratch.fixture("custom-15-zlib.dump"))
        }
        let report = await task.value
        #expect(report.verdict == .cannotTell)
        #expect(report.findings.map(\.kind) == [.cancelled])
    }

    @Test func `is named by stable codes`() {
        let faults: [VerificationFault] = [
            .cannotOpen("a.dump", why: "Permission denied"),
            .cannotRead("a.dump", offset: 4096, why: "Input/output error"), .notAFile("a.dump"), .cancelled,
            .cannotWrite("script.sql", why: "No space left on device"),
            .damaged("a.dump", why: "it ends within the header"),
        ]
        let lines = faults.map { "\($0.code) (exit \($0.exitStatus.rawValue)) \($0)" }
        Golden.expect(lines.joined(separator: "\n"), "faults of verifying")
        #expect(faults.allSatisfy { Finding($0, subject: "a", file: nil).kind?.weight == .obstacle })
    }
}
