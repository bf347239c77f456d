import ArchiveFormat
import Compression
import Engine
import FoundationEssentials
import Jobs
import Measures
import TestKit
import Testing

@Suite(.enabled(if: SecondProcess.part == nil)) struct `A drill that cannot be done` {
    /// Drills, and expects that nothing was decided about the backup, for this reason.
    private func expectDoubt(
        _ bench: Bench, _ spec: DrillSpec, _ reason: String, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let before = try await bench.sets().map(\.manifest.proof)
        let drilled = try await bench.drill(spec)
        #expect(drilled.outcome == .couldNotVerify, "\(drilled)", sourceLocation: sourceLocation)
        #expect(drilled.reports.map(\.verdict) == [.couldNotVerify], sourceLocation: sourceLocation)
        #expect(drilled.broken.isEmpty, sourceLocation: sourceLocation)
        #expect(
            drilled.reports.first?.summary.contains(reason) == true, "\(drilled)",
            sourceLocation: sourceLocation)
        let after = try await bench.sets()
        #expect(after.map(\.manifest.proof) == before, sourceLocation: sourceLocation)
        #expect(after.allSatisfy { $0.damaged == nil }, sourceLocation: sourceLocation)
    }

    @Test func `names the extension that its server lacks`() async throws {
        let (bench, _) = try await SavedDatabase.small(15).copied("small", versions: [16])
        try await expectDoubt(bench, DrillSpec(databases: ["small"]), "extension citext")
    }

    @Test func `names the version of which there are no programs, nor of a newer one`() async throws {
        let newest = try #require(await TemporaryServer.versions().last)
        let older = await TemporaryServer.versions().filter { $0 < newest }
        let (bench, _) = try await SavedDatabase.small(newest).copied("small", versions: older)
        try await expectDoubt(bench, DrillSpec(databases: ["small"]), "\(newest)")
    }

    @Test func `says what it needs on the disk`() async throws {
        let (bench, _) = try await SavedDatabase.small(15).copied("small")
        try await expectDoubt(
            bench, DrillSpec(databases: ["small"], diskMax: ByteCount(1 << 20)),
            "the job allows 1.00 MiB")
    }

    @Test func `says what it has taken of the disk, however quick it was`() async throws {
        let (bench, _) = try await SavedDatabase.small(15).copied("small")
        try await expectDoubt(
            bench, DrillSpec(databases: ["small"], diskMax: ByteCount(20 << 20)), "the job allows 20.0 MiB")
    }

    @Test func `works with the least memory that a server starts with`() async throws {
        let bench = await (try SavedDatabase.small(15)).bench()
        let drilled = try await bench.drill(
            DrillSpec(databases: ["small"], memoryMax: ByteCount(1), workers: 1))
        #expect(drilled.reports.map(\.verdict) == [.proven], "\(drilled)")
    }

    @Test func `says that the set cannot be read`() async throws {
        let (bench, set) = try await SavedDatabase.small(15).copied("small")
        let path = "\(set.directory)/\(set.manifest.archive)"
        // As a pg_dump of later days writes it: the format's version stands behind PGDMP.
        var bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
        bytes[6] = 99
        try Data(bytes).write(to: URL(filePath: path))
        try await Self.acknowledge(bytes, of: set)
        try await expectDoubt(bench, DrillSpec(), "could not be read")
    }

    /// Makes the manifest of a set tell of the archive's bytes as they are now.
    private static func acknowledge(_ bytes: [UInt8], of set: StoredSet) async throws {
        guard let file = set.manifest.files.first(where: { $0.path == set.manifest.archive }) else {
            throw Trouble(reason: "no archive")
        }
        let digest = try SHA256Hasher.hash(bytes)
        let path = "\(set.directory)/\(Manifest.fileName)"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        try text.replacing(file.sha256, with: digest).write(toFile: path, atomically: true, encoding: .utf8)
    }

    @Test func `ends as timed out where a step takes too long`() async throws {
        let (bench, _) = try await SavedDatabase.small(15).copied("small")
        let drilled = try await bench.drill(steps: ["restore": .milliseconds(1)])
        #expect(drilled.outcome == .timedOut, "\(drilled)")
        #expect(drilled.reports.allSatisfy { $0.verdict == .couldNotVerify } && drilled.broken.isEmpty)
        #expect(try await bench.sets().first?.manifest.proof == nil)
        #expect(try bench.folder.names("state/drills").filter { $0.hasPrefix("c-") } == [])
    }

    @Test func `proves a database without a table, and one whose tables are empty, and says so`() async throws
    {
        let bench = await (try SavedDatabase.small(15)).bench()
        let drilled = try await bench.drill(DrillSpec(databases: ["void", "bare"]))
        #expect(drilled.outcome == .succeeded, "\(drilled)")
        #expect(drilled.reports.map(\.backup.database) == ["bare", "void"])
        #expect(drilled.reports[0].summary.hasPrefix("2 tables as in the archive"))
        #expect(drilled.reports[1].summary.hasPrefix("0 tables as in the archive"))
    }

    @Test func `does not prove an empty database that holds something after its restore`() async throws {
        let bench = await (try SavedDatabase.small(15)).bench(
            plant: Plant(statements: ["CREATE TABLE public.stray (n integer)"]))
        let drilled = try await bench.drill(DrillSpec(databases: ["void"]))
        #expect(drilled.reports.map(\.verdict) == [.broken], "\(drilled)")
        #expect(drilled.broken.contains { $0.contains("TABLE public.stray") })
    }
}
