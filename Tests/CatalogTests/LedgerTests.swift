import Engine
import Faults
import FoundationEssentials
import Jobs
import TestKit
import Testing

@testable import Catalog

@Suite struct `What the catalog knows of slots` {
    private static let start = Date(timeIntervalSince1970: 1_795_307_400)
    private let key = ScheduleKey(job: "nightly", zone: "Europe/Paris", pattern: "30 1 * * *")
    private let owner = Owner(machine: "m1", host: "db1", pid: 42, stateDirectory: "/state")

    private func run(_ key: ScheduleKey, hour: Double, standsFor: [Date] = []) -> RunRecord {
        let slot = Self.start + hour * 3600
        return RunRecord(
            id: UUID(), job: key.job, kind: .backup, trigger: .slot(key, slot), owner: owner,
            startedAt: slot + 60, standsFor: standsFor)
    }

    @Test func `a slot has its own run, and the one that stands for it`() async throws {
        let book = try await CatalogBook.open(freshOptions())
        let twin = ScheduleKey(job: "nightly", zone: "Europe/Paris", pattern: "0 2 * * *")
        let other = ScheduleKey(job: "weekly", zone: "Europe/Paris", pattern: "30 1 * * *")
        let slot = Self.start + 3600
        let own = run(key, hour: 1)
        let sameTime = run(twin, hour: 1)
        let standIn = run(key, hour: 5, standsFor: [slot])
        for run in [own, sameTime, standIn, run(other, hour: 1), run(key, hour: 2), run(key, hour: 6)] {
            #expect(try await book.begin(run) == .begun)
        }
        let found = try await book.runs(ofJob: "nightly", slots: slot...slot)
        #expect(Set(found.map(\.id)) == [own.id, sameTime.id, standIn.id])
        #expect(found.first { $0.id == standIn.id }?.standsFor == [slot])
        #expect(try await book.runs(ofJob: "nightly", slots: (slot + 1)...(slot + 59)).isEmpty)
        #expect(try await book.runs(ofJob: "none", slots: slot...slot).isEmpty)
        await book.close()
    }

    @Test func `a schedule that had a run is seen, and asking does not begin to account for it`() async throws
    {
        let book = try await CatalogBook.open(freshOptions())
        #expect(try await book.schedules(ofJob: "nightly").isEmpty)
        _ = try await book.begin(run(key, hour: 1))
        for _ in 1...2 {
            let seen = try await book.schedules(ofJob: "nightly")
            #expect(seen.map(\.key) == [key] && seen.map(\.accountedUntil) == [nil])
        }
        let marks = try await book.marks(of: [key], now: Self.start)
        #expect(marks == [key: Self.start])
        #expect(try await book.schedules(ofJob: "nightly").map(\.accountedUntil) == [Self.start])
        await book.close()
    }
}
