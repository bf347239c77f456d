import ArchiveFormat
import Cron
import Faults
import FoundationEssentials
import Jobs
import Measures
import Policy
import TestKit
import Testing

@testable import Engine

@Suite struct `Views` {
    private static let start = Date(timeIntervalSince1970: 1_795_307_400)

    private func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    private func run(_ trigger: Trigger, _ state: RunState, ended: Date?) -> RunRecord {
        RunRecord(
            id: ManualClock.id(1), job: "nightly-backup", kind: .backup, trigger: trigger,
            owner: Owner(machine: "m1", host: "db1", pid: 42, stateDirectory: "/state"), state: state,
            summary: "main/shop saved and verified", startedAt: Self.start, endedAt: ended)
    }

    @Test func `a run by hand that goes on`() throws {
        Golden.expect(try json(RunView(run(.hand, .running, ended: nil))), "run-by-hand")
    }

    @Test func `a run of a slot with its attempts and steps`() throws {
        let key = ScheduleKey(job: "nightly-backup", zone: "Europe/Paris", pattern: "30 1 * * *")
        let id = ManualClock.id(1)
        let attempts = [
            AttemptRecord(
                run: id, number: 1, startedAt: Self.start, endedAt: Self.start + 5, outcome: .failed,
                summary: "it was lost"),
            AttemptRecord(run: id, number: 2, startedAt: Self.start + 65),
        ]
        let fault = EngineFault.toolFailed(
            tool: "pg_dump", item: "main/shop", end: "ended with status 1", tail: "it was lost", mayPass: true
        ).plain
        let steps = [
            StepRecord(
                run: id, attempt: 1, ordinal: 1, name: .preflight, target: "main", database: nil,
                startedAt: Self.start,
                endedAt: Self.start + 0.1234, state: .done, detail: "PostgreSQL 17.6"),
            StepRecord(
                run: id, attempt: 1, ordinal: 2, name: .publishCheck, target: "main", database: "shop",
                startedAt: Self.start + 1, endedAt: Self.start + 5, state: .failed, detail: fault.summary,
                fault: fault,
                bytes: ByteCount(1_234)),
            StepRecord(
                run: id, attempt: 2, ordinal: 1, name: .dump, target: "main", database: "shop",
                startedAt: Self.start + 65),
        ]
        let record = run(.slot(key, Self.start), .ended(.couldNotVerify), ended: Self.start + 90.5)
        Golden.expect(try json(RunView(record, attempts: attempts, steps: steps)), "run-of-a-slot")
    }

    @Test func `a backup and what retention says of it`() throws {
        var manifest = try Sets.manifest(day: 0)
        manifest.partial = .init(
            schemas: ["app"], excludeSchemas: [], tables: [], excludeTables: [], excludeTableData: [])
        manifest.warnings = ["there are circular foreign-key constraints"]
        manifest.tables = [
            .init(schema: "public", name: "orders", rows: 1_200, bytes: 65_536),
            .init(schema: "public", name: "cart", rows: nil, bytes: 10),
        ]
        let set = StoredSet(
            store: "local", path: "main/shop/x", directory: "/store/main/shop/x", manifest: manifest,
            held: "before the move")
        Golden.expect(try json(BackupView(set)), "backup")
        let entry = PrunePlan.Entry(set: set, keep: true, reasons: ["held", "daily 1 of 7: 2026-11-22"])
        Golden.expect(try json(PruneView(entry)), "prune-entry")
    }

    @Test func `slots to come`() throws {
        let window = Schedule.NamedWindow(
            name: "nights", window: Window(openings: [try .parse("22:00-02:00")]), zone: .utc)
        let free = try Schedules.make("@daily")
        let bound = try Schedules.make("30 0 * * *", window: window)
        let views = [
            SlotView(Slot(schedule: bound, at: Self.start), expected: .milliseconds(754_321)),
            SlotView(Slot(schedule: bound, at: Self.start + 7_200), expected: nil),
            SlotView(Slot(schedule: free, at: Self.start), expected: nil),
        ]
        Golden.expect(try json(views), "slots")
    }
}

@Suite struct `Tables of text` {
    @Test func `columns are as wide as their widest field`() {
        var table = TextTable([("JOB", .left), ("SIZE", .right), ("WHY", .left)])
        table.add(["nightly", "1.2 GiB", "two\nlines\r\nand \u{1B}[31mcolour"])
        table.add(["ümläut", "7 B"])
        table.add([])
        table.add(["a", "b", "c", "left out"])
        Golden.expect(table.render(), "table")
        #expect(TextTable([("JOB", .left)]).render() == "JOB")
    }
}
