import ArchiveFormat
import Compression
import Dispatch
import Engine
import Faults
import FoundationEssentials
import Testing
import Verification

@testable import Archiving

/// The archiver with what most tests give it.
enum ArchiverForTests {
    static func begin(_ file: MemoryFile, workers: Int) throws(AnyFault) -> any ArchiveAssembly {
        try Archiver().begin(file, compression: .isal(level: 2), workers: workers) { _ in }
    }
}

/// Makes archives of streams, and looks at them as others do.
enum Making {
    /// Makes an archive of a stream that comes in pieces of this size.
    static func archive(
        _ stream: [UInt8], piece: Int = 1 << 16, workers: Int = 2,
        compression: SegmentCompression = .isal(level: 2), file: MemoryFile = MemoryFile(),
        partBytes: Int64 = ArchivingLimits.partBytes
    ) async throws -> (bytes: [UInt8], tally: ArchiveTally) {
        let assembly = try Archiver(partBytes: partBytes)
            .begin(file, compression: compression, workers: workers) { _ in }
        assembly.proceed(.stream)
        do {
            try feed(stream, piece: piece, to: assembly)
            assembly.endOfStream()
            let tally = try await assembly.finish()
            #expect(file.isFinished)
            return (file.bytes, tally)
        } catch {
            await assembly.abandon()
            throw error
        }
    }

    /// Feeds a stream until its table of contents is there, on a thread of its own, which then waits.
    static func feed(_ stream: [UInt8], piece: Int, toContentsOf assembly: any ArchiveAssembly) throws {
        // What becomes of the rest is told by the assembly.
        DispatchQueue(label: "stream").async { try? feed(stream, piece: piece, to: assembly) }
    }

    static func feed(_ stream: [UInt8], piece: Int, to sink: any ByteSink) throws(AnyFault) {
        var start = 0
        while start < stream.count {
            let end = min(stream.count, start + piece)
            try stream[start..<end].withUnsafeBufferPointer { (buffer) throws(AnyFault) in
                try sink.write(UnsafeRawBufferPointer(buffer))
            }
            start = end
        }
    }

    /// What the verifier says of an archive.
    static func verify(_ bytes: [UInt8], parts: [Manifest.Parts] = []) async throws -> VerificationReport {
        let path = FileManager.default.temporaryDirectory.appending(path: "archive-\(UUID().uuidString)")
        try Data(bytes).write(to: path)
        // What comes of it is looked at elsewhere.
        defer { try? FileManager.default.removeItem(at: path) }
        var report = await ArchiveVerifier(workers: 2).verify(path: path.path, parts: parts)
        report.path = ""
        return report
    }

    /// Expects an archive to hold what its stream held, byte by byte, and to be told so by its tally and the verifier.
    static func expectSame(
        _ made: (bytes: [UInt8], tally: ArchiveTally), as stream: [UInt8], _ why: Comment? = nil
    ) async throws {
        #expect(try Stream.decode(made.bytes) == Stream.decode(stream), why)
        let report = try await verify(made.bytes)
        #expect(report.verdict == .sound, "\(report.findings.first.map { "\($0)" } ?? "")")
        #expect(report.codec == .zlib && !report.findings.contains { $0.kind == .notSeekable })
        let tables = report.tables.map {
            Manifest.Table(
                schema: $0.schema, name: $0.name, rows: $0.rows, bytes: $0.bytes, digest: $0.digest)
        }
        #expect(tables == made.tally.tables, why)
        #expect(report.largeObjects == made.tally.largeObjects)
        #expect(report.largeObjectsDigest == made.tally.largeObjectsDigest)
    }
}
