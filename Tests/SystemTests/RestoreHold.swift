import Databases
import FoundationEssentials
import TestKit
import Testing

/// A restore that stops within an index for as long as a file is there.
///
/// The server looks for the file in the index's own function, so that nothing is locked and no time is counted.
struct RestoreHold {
    let saved: Saved
    private let file: String

    /// Saves a database with such an index, changes the rows that are there, and holds up all restores of it.
    static func play(version: Int?, _ body: (RestoreHold) async throws -> Void) async throws {
        let file = "/tmp/pgvigil-hold-\(UUID().uuidString)"
        let changes = """
            create function public.held(id bigint) returns bigint language plpgsql immutable as $$
            begin
                while (pg_catalog.pg_stat_file('\(file)', true)).size is not null loop
                    perform pg_catalog.pg_sleep(0.02);
                end loop;
                return id;
            end $$;
            create index held on public.customer (public.held(id));
            """
        try await Saved.play(version: version, changes: changes) { saved in
            // What is in the database now is not what is in the backup.
            try await Sample.run("delete from public.sale", saved.source)
            try "".write(toFile: file, atomically: false, encoding: .utf8)
            defer { remove(file) }
            try await body(RestoreHold(saved: saved, file: file))
        }
    }

    /// Starts a restore in the place of the database, and waits until it stands in its index.
    ///
    /// - Returns: The run, and the database that it makes.
    func replace(_ more: String...) async throws -> (run: ChildRun, side: String) {
        let run = try saved.scene.start(
            ["restore", "latest:main/\(saved.name)", "--replace", "--yes", saved.name] + more)
        let building = """
            select datname as value from pg_catalog.pg_stat_activity
            where datname like '\(saved.name)\\_\\_restoring\\_%' and query like 'CREATE INDEX held %'
            """
        let side = try await Fact.value(within: .seconds(60)) {
            try await Sample.texts(building, saved.server.connectionInfo()).first
        }
        return (run, try #require(side, "\(run.errorsSoFar)"))
    }

    /// Lets all restores go on.
    func lift() { Self.remove(file) }

    /// What must hold after a restore that came to nothing: the old database as it was, and nothing beside it.
    func expectUnharmed(
        besides: [String] = [], sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let counts = try await Sample.counts(saved.source)
        #expect(
            counts["public.sale_old"] == 0 && counts["public.customer"] == 2_000, "\(counts)",
            sourceLocation: sourceLocation)
        #expect(try await saved.besides() == besides, sourceLocation: sourceLocation)
    }

    /// What must hold once the backup is in the database's place: its rows, and the old ones beside it.
    func expectReplaced(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let counts = try await Sample.counts(saved.source)
        #expect(counts["public.sale_old"] == 213, "\(counts)", sourceLocation: sourceLocation)
        let old = try await saved.besides()
        #expect(
            old.count == 1 && old[0].hasPrefix("\(saved.name)__before_"), "\(old)",
            sourceLocation: sourceLocation)
    }

    private static func remove(_ file: String) {
        // It may be gone already.
        try? FileManager.default.removeItem(atPath: file)
    }
}
