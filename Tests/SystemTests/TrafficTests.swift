import FoundationEssentials
import Glibc
import Jobs
import TestKit
import Testing

/// What `traffic --json` says, as far as these tests read it.
private struct TrafficRow: Decodable {
    struct Window: Decodable {
        var name: String
        var learned: Bool
        var reason: String?
    }

    var loads: [Double?]
    var windows: [Window]
}

/// The findings of `status --json`.
private struct HoursRow: Decodable {
    struct Finding: Decodable {
        var kind: String
        var subject: String
        var text: String
    }

    var findings: [Finding]
}

@Suite struct `Learning the quiet hours` {
    private static func play(_ body: (Scene, ConnectionInfo) async throws -> Void) async throws {
        let (_, source) = try await Sample.database()
        let catalog = try await Sample.catalog()
        try await Scene.play { scene in
            try scene.settings(
                catalog: catalog, target: source,
                more: """
                    zone: UTC
                    windows:
                      nights: {zone: UTC, open: "Sat 22:00-01:00"}
                      quiet: {learn: {length: 3h}, fallback: nights}

                    """)
            try scene.job()
            try scene.write(
                "cron/nights.cron",
                "0 1 * * *  nightly-backup  window=quiet  late=2h\n0 2 * * 0  nightly-backup  window=nights\n"
            )
            try await body(scene, catalog)
        }
    }

    /// Serves until the catalog holds what is waited for.
    private static func serve(_ scene: Scene, _ catalog: ConnectionInfo, until sql: String) async throws {
        let run = try scene.start(["serve"])
        let came = try await Fact.comes {
            // The catalog may not be there yet.
            let rows = try? await Sample.texts(sql, catalog)
            return rows?.isEmpty == false || !run.isRunning
        }
        run.signal(SIGTERM)
        let end = try await run.end()
        #expect(came && end.status == 0, "\(end)")
    }

    /// What `status` says of the hours that windows have learned; whether all is well does not matter here.
    private static func hours(_ scene: Scene) async throws -> [String] {
        let end = try await scene.pgvigil("status", "--json")
        let status = try scene.decode(HoursRow.self, end)
        return status.findings.filter { $0.kind == "hours" }.map { "\($0.subject): \($0.text)" }
    }

    /// Four weeks up to today that are quiet from two to five, and busy else.
    private static let weeks = """
        INSERT INTO pgvigil.traffic_quarter (target, start, seconds, own_seconds, transactions)
        SELECT 'main', q, 900, 0,
            CASE WHEN extract(hour FROM q AT TIME ZONE 'UTC') BETWEEN 2 AND 4 THEN 900 ELSE 90000 END
        FROM generate_series(date_trunc('hour', now()) - interval '28 days', date_trunc('hour', now()) - interval '2 hours',
            interval '15 minutes') q;
        DELETE FROM pgvigil.traffic_choice;
        """

    @Test func `takes the fallback until enough is known, then the quiet hours, and says so`() async throws {
        try await Self.play { scene, catalog in
            let before = try await scene.pgvigil("traffic", "main")
            #expect(
                before.status == 0 && before.output.hasPrefix("Nothing is known of the traffic"), "\(before)")
            try await Self.serve(
                scene, catalog,
                until: """
                    SELECT reason AS value FROM pgvigil.traffic_choice
                    WHERE EXISTS (SELECT FROM pgvigil.traffic_reading WHERE reading IS NOT NULL)
                    """)
            let early = try await scene.pgvigil("plan", "--hours", "48")
            #expect(
                early.status == 0
                    && early.output.contains("has the hours of nights: no traffic is on record yet"),
                "\(early)")
            let fallback = "its window 'quiet' has the hours of nights: no traffic is on record yet"
            #expect(try await Self.hours(scene) == ["nightly-backup: \(fallback)"])
            try await Sample.run(Self.weeks, catalog)
            try await Self.serve(
                scene, catalog, until: "SELECT reason AS value FROM pgvigil.traffic_choice WHERE learned")
            let plan = try await scene.pgvigil("plan", "--hours", "48")
            #expect(plan.status == 0 && plan.output.contains("02:00-05:00"), "\(plan)")
            #expect(plan.output.contains("waits for its window until"), "\(plan)")
            let held = try await Self.hours(scene)
            #expect(held.count == 1 && held.first?.contains("its window 'quiet' is ") ?? false, "\(held)")
            #expect(held.first?.contains("02:00-05:00 at") ?? false, "\(held)")
            let row = try await scene.read(TrafficRow.self, "traffic", "main")
            #expect(row.loads.count == 672 && row.loads.compactMap(\.self).contains(1))
            #expect(row.windows.map(\.name) == ["nights", "quiet"])
            #expect(row.windows.map(\.learned) == [false, true])
            let text = try await scene.pgvigil("traffic", "main")
            #expect(text.output.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(text)")
            #expect(text.output.contains("nights: you work Sat 22:00-01:00 at 100 % of the peak"), "\(text)")
        }
    }

    @Test func `draws no target that is not there`() async throws {
        try await Self.play { scene, _ in
            let end = try await scene.pgvigil("traffic", "mian")
            #expect(end.status == 2 && end.errors.contains("Write 'main'."), "\(end)")
        }
    }
}
