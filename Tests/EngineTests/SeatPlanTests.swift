import Jobs
import TestKit
import Testing

@testable import Engine

@Suite struct `The seats that a run needs` {
    private let targets = ["main", "other"].map {
        Target(name: $0, connection: ConnectionInfo(parameters: []), origin: "test")
    }

    private func seats(_ text: String, _ limits: Limits = Limits()) -> [Seat] {
        SeatPlan.seats(of: Self.job(text), targets: targets, limits: limits)
    }

    /// A job named `j`: a kind of work, and for some a target or a pattern of targets.
    private static func job(_ text: String) -> Job {
        let words = text.split(separator: " ").map(String.init)
        let target = words.count > 1 ? words[1] : nil
        var job = Schedules.job("j", targets: target.map { [$0] })
        switch words[0] {
        case "backup": break
        case "command": job.work = .command(CommandSpec(command: ["x"]))
        case "heavy": job.work = .command(CommandSpec(command: ["x"], heavy: true))
        case "drill": job.work = .drill(DrillSpec(location: target.map { .target($0) } ?? .throwaway))
        case "maintain": job.work = .maintain(MaintainSpec())
        case "sql": job.work = .sql(SQLSpec(databases: ["shop"], statements: []))
        case "verify": job.work = .verify(VerifySpec())
        case "restore":
            job.work = .restore(
                RestoreSpec(backup: "x", destination: .init(target: target ?? "main", database: "shop")))
        default: preconditionFailure("no work is called '\(text)'")
        }
        return job
    }

    @Test(arguments: Rows.read("seats.tsv")) func `are those of its kind of work`(row: [String]) {
        let text = seats(row[0]).map { $0.mode.isEmpty ? $0.key : "\($0.key) (\($0.mode))" }
        #expect(text.joined(separator: ", ") == row[1], "\(row[2])")
    }

    @Test(arguments: Rows.read("seat-neighbours.tsv")) func `are to be had beside another run or not`(
        row: [String]
    ) {
        let limits = Limits(heavyRunsMax: Int(row[2]) ?? 1, drillsMax: Int(row[2]) ?? 1)
        // Two jobs: that one job has one run at a time is not what is asked here.
        let (one, other) = (seats(row[0], limits).dropFirst(), seats(row[1], limits).dropFirst())
        let blocker = SeatPlan.blocker(of: Array(one), held: [(run: 0, seats: Array(other))])
        #expect((blocker?.seat.key ?? "-") == row[3], "\(row[4])")
    }

    @Test func `are not to be had when they are full, and the first who has one is named`() {
        let seat = Seat(key: "target/main", limit: 2, mode: "dump")
        let held = [Seat(key: "target/other", limit: 1), seat, seat].enumerated()
        #expect(SeatPlan.blocker(of: [seat], held: held.map { (run: $0, seats: [$1]) })?.run == 1)
        #expect(SeatPlan.blocker(of: [seat], held: [(run: 0, seats: [seat])]) == nil)
    }
}
