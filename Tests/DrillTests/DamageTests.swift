import ArchiveFormat
import Engine
import Faults
import FoundationEssentials
import Jobs
import Measures
import TestKit
import Testing

@Suite(.enabled(if: SecondProcess.part == nil)) struct `A drill sees` {
    /// One thing that is planted, and the line that must tell of it.
    struct Damage: Sendable, CustomTestStringConvertible {
        var name: String
        var check: String
        var line: String
        var statements: [String]
        var version: Int

        var testDescription: String { "\(name), on \(version)" }
    }

    private static func damages() async -> [Damage] {
        let versions = await TemporaryServer.versions()
        // Each on one version, by turns; 16 has neither amcheck nor citext here.
        return Rows.read("damages.tsv").enumerated().map { index, row in
            let fitting =
                ["amcheck", "extensions"].contains(row[1]) ? versions.filter { $0 != 16 } : versions
            return Damage(
                name: row[0], check: row[1], line: row[2],
                statements: row[3].replacing(" ;; ", with: "\u{1}").split(separator: "\u{1}").map(
                    String.init),
                version: fitting[index % fitting.count])
        }
    }

    @Test(arguments: await damages())
    func `each thing that is planted`(damage: Damage) async throws {
        let saved = try await SavedDatabase.small(damage.version)
        let bench = await saved.bench(plant: Plant(statements: damage.statements))
        let drilled = try await bench.drill(DrillSpec(databases: ["small"]))
        #expect(drilled.outcome == .failed, "\(drilled)")
        #expect(drilled.reports.map(\.verdict) == [.broken])
        #expect(
            drilled.broken.contains { $0.hasPrefix("\(damage.check): ") && $0.contains(damage.line) },
            "\(drilled)")
        #expect(drilled.run.summary.hasPrefix("1 broken: main/small: "), "\(drilled.run.summary)")
    }

    @Test(arguments: await TemporaryServer.versions())
    func `what is lost of a plain set, too`(version: Int) async throws {
        let saved = try await SavedDatabase.nasty(version)
        let name = #""Nasty ""db""; ä""#
        let bench = await saved.bench(
            plant: Plant(statements: [
                #"SELECT pg_catalog.lo_put(70003, 1199999, '\x00')"#,
                "ALTER ROLE reader IN DATABASE \(name) RESET statement_timeout",
            ]))
        let plain = try #require(try await bench.sets().last { $0.manifest.format == .plain })
        let drilled = try await bench.drill(DrillSpec(backup: .id(plain.manifest.id.uuidString)))
        #expect(drilled.reports.map(\.verdict) == [.broken], "\(drilled)")
        #expect(drilled.broken.count == 2, "\(drilled)")
        #expect(drilled.broken.contains { $0.hasPrefix("large objects: ") && $0.contains("digest") })
        #expect(
            drilled.broken.contains {
                $0.hasPrefix("settings: statement_timeout of role reader: expected 5s, found none")
            }, "\(drilled)")
    }

    @Test(arguments: await TemporaryServer.versions())
    func `nothing where nothing is planted`(version: Int) async throws {
        let saved = try await SavedDatabase.small(version)
        let drilled = try await saved.bench(plant: Plant(statements: ["SELECT 1"])).drill(
            DrillSpec(databases: ["small"]))
        #expect(drilled.outcome == .succeeded, "\(drilled)")
        #expect(drilled.reports.map(\.verdict) == [.proven])
        let indexes = drilled.reports.flatMap(\.lines).filter { $0.check == .amcheck }
        #expect(indexes.map(\.state) == [version == 16 ? .note : .ok], "16 has no amcheck here")
    }

    @Test func `a flipped bit before anything is restored, and marks the set`() async throws {
        let (bench, set) = try await SavedDatabase.small(15).copied("small")
        let path = "\(set.directory)/\(set.manifest.archive)"
        var bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
        bytes[bytes.count / 2] ^= 4
        try Data(bytes).write(to: URL(filePath: path))
        let drilled = try await bench.drill()
        #expect(drilled.outcome == .failed, "\(drilled)")
        #expect(drilled.reports.map(\.verdict) == [.broken])
        #expect(drilled.broken.contains { $0.hasPrefix("manifest: main/small") }, "\(drilled)")
        let after = try #require(try await bench.sets().first)
        #expect(after.damaged != nil)
        #expect(after.manifest.proof?.verdict == .broken)
        #expect(drilled.reports.first?.phases.isEmpty == true, "no server was started")
        // Nobody drills it again by itself.
        let again = try await bench.drill()
        #expect(again.outcome == .failed && again.run.summary.contains("there is no backup"), "\(again)")
    }

    @Test func `an object that cannot be made with an empty search path`() async throws {
        let server = try await Sources.shared.server(15)
        try await Sources.make(
            "unqualified", on: server,
            script: """
                CREATE TABLE public.rate (r integer);
                INSERT INTO public.rate VALUES (3);
                CREATE FUNCTION public.rate() RETURNS integer LANGUAGE plpgsql
                    AS 'BEGIN RETURN (SELECT r FROM rate); END';
                CREATE MATERIALIZED VIEW public.rated AS SELECT public.rate() AS r;
                """)
        let folder = try Folder()
        let target = Target(name: "main", connection: server.connectionInfo(), origin: "a test")
        let bench = await Bench(folder, targets: [target], versions: [15])
        let backup = try await bench.run(.backup(BackupSpec(databases: ["unqualified"])))
        #expect(backup.state == .ended(.succeeded), "\(backup.summary)")
        let drilled = try await bench.drill()
        #expect(drilled.reports.map(\.verdict) == [.broken], "\(drilled)")
        let restoring = drilled.broken.filter { $0.hasPrefix("restore: ") && $0.contains("rated") }
        #expect(restoring.contains { $0.contains("relation \"rate\" does not exist") }, "\(drilled)")
        #expect(drilled.broken.contains { $0.hasPrefix("materialized views: public.rated") }, "\(drilled)")
    }
}
