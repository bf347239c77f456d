import FoundationEssentials
import Glibc
import Jobs
import TestKit
import Testing

/// A daemon whose civil time a test moves on; what it measures and waits by is the machine's.
private struct NightClock {
    private let file: String
    let environment: [String: String]

    /// - Parameter begin: Of the daemon's start, in UTC.
    init(_ begin: String, in scene: Scene) async throws {
        file = "\(scene.path)/clock"
        environment = [
            "LD_PRELOAD": "\(try await TimeLapse.timers(in: scene)):\(TimeLapse.library ?? "")",
            "FAKETIME_TIMESTAMP_FILE": file, "FAKETIME_CACHE_DURATION": "1", "NO_FAKE_STAT": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1", "TIME_LAPSE": "1", "TZ": "UTC",
        ]
        try move(to: begin)
    }

    /// From now on it is as late as this, and by as much later as the daemon has run.
    func move(to instant: String) throws {
        try "@\(instant)\n".write(toFile: file, atomically: true, encoding: .utf8)
    }
}

@Suite(.enabled(if: TimeLapse.canBe, "needs the package libfaketime and a C compiler"))
struct `A night of maintenance` {
    private static let crontab = """
        CRON_TZ=UTC
        0 2 * * *   tidy  window=nights  late=50m
        30 2 * * *  slow  window=nights  late=20m

        """
    private static let settings = """
        windows: {nights: {zone: UTC, open: "01:00-03:00"}}
        daemon: {lease: 10s, grace: 1s}

        """

    private static func run(_ job: String, _ scene: Scene) async throws -> MaintainRunRow? {
        guard let row = try await scene.runs().first(where: { $0.job == job && $0.ended != nil }) else {
            return nil
        }
        return try await scene.read(MaintainRunRow.self, "runs", "show", row.id)
    }

    @Test(arguments: await MaintainBench.versions())
    func `mends in its window what fits, lets wait what does not, and ends with the window`(version: Int?)
        async throws
    {
        let job = "kind: maintain\nfreeze: false\nreindex: {min_size: 1MiB}\n"
        try await MaintainBench.play(version: version, job: job) { scene, info in
            let catalog = try await Sample.catalog()
            try scene.settings(catalog: catalog, target: info, more: Self.settings)
            try await MaintainBench.bloat("orders", indexes: ["orders_id"], info)
            try await MaintainBench.bloat("items", indexes: ["items_id"], info)
            try scene.write("jobs/slow.yaml", MaintainBench.slow)
            try scene.write("cron/nights.cron", Self.crontab)
            let clock = try await NightClock("2026-10-20 01:50:00", in: scene)
            let daemon = try scene.start(["serve", "--json"], environment: clock.environment)
            #expect(try await Fact.comes { daemon.outputSoFar.contains("joined the catalog") })

            try clock.move(to: "2026-10-20 02:00:00")
            let first = try #require(
                try await Fact.value { try await Self.run("tidy", scene) }, "\(daemon.errorsSoFar)")
            #expect(first.outcome == "succeeded", "\(first)")
            for (kind, name) in [("vacuum", "orders"), ("vacuum", "items"), ("reindex", "orders_id")] {
                let action = try first.action(kind, name)
                #expect(action.result == "done", "\(action)")
            }

            // The first took two hours, it says, and is to be done again.
            try await Sample.run(
                """
                update pgvigil.maintenance_action set took_seconds = 7200
                where kind = 'reindex' and object_name = 'orders_id'
                """, catalog)
            for table in ["orders", "items"] {
                try await Sample.run("drop table public.\(table)", info)
                try await MaintainBench.bloat(table, indexes: ["\(table)_id"], info)
            }
            try clock.move(to: "2026-10-20 02:30:00")
            #expect(try await MaintainBench.vacuums(info), "\(daemon.errorsSoFar)")
            try clock.move(to: "2026-10-20 03:00:00")
            let second = try #require(
                try await Fact.value { try await Self.run("slow", scene) }, "\(daemon.errorsSoFar)")
            #expect(try await !MaintainBench.isVacuumed(info), "what was sent goes on")
            let closed = "window 'nights' is closed"
            let cut = try #require(second.maintenance?.first { $0.result == "cancelled" }, "\(second)")
            #expect(cut.kind == "vacuum" && cut.detail?.contains(closed) ?? false, "\(cut)")
            let long = try second.action("reindex", "orders_id")
            #expect(long.result == "waits", "\(long)")
            #expect(long.detail?.contains("left of the window") ?? false, "\(long)")
            let short = try second.action("reindex", "items_id")
            #expect(short.result == "waits" && short.detail == closed, "\(short)")
            #expect(try await MaintainBench.indexes(info) == ["orders_id": true, "items_id": true])
            daemon.signal(SIGTERM)
            let end = try await daemon.end()
            #expect(end.status == 0, "\(end)")
        }
    }
}
