package import Engine
import Faults
package import FoundationEssentials
import Measures
package import Policy
import Testing

/// What every record of maintenance must do, run on the twin in memory and on the real catalog.
///
/// Each check takes names of its own, so that all of them may share one book that holds other things too.
package enum MaintenanceBookConformance: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case keepsActions = "actions come back as they were, in their order"
    case ends = "an action that is running takes its end, and one that has ended stays as it was"
    case tellsThePast = "the past of a database comes newest first, so many times of each object and class"
    case tellsOfOthers = "of other databases comes what was done, so many times of each class"
    case keepsTexts = "texts of any kind come back"
    case refusesOrphans = "an action cannot come before its run"
    case refusesOtherLeases = "whoever has lost the run writes no action of it"

    package var testDescription: String { rawValue }

    /// Checks the rule on a book.
    package func check(_ book: any RunBook & MaintenanceBook) async throws {
        let samples = RunBookSamples()
        let run = samples.run()
        #expect(try await book.begin(run) == .begun)
        switch self {
        case .keepsActions: try await keepsActions(book, run.id)
        case .ends: try await ends(book, run.id)
        case .tellsThePast: try await tellsThePast(book, run.id)
        case .tellsOfOthers: try await tellsOfOthers(book, run.id)
        case .keepsTexts: try await keepsTexts(book, run.id)
        case .refusesOrphans: try await refusesOrphans(book)
        case .refusesOtherLeases: try await refusesOtherLeases(book, run.id)
        }
    }

    private func keepsActions(_ book: any RunBook & MaintenanceBook, _ run: UUID) async throws {
        let states = MaintenanceRecord.State.allCases
        let classes = MaintenanceClass.allCases
        var all = states.enumerated().map { index, state in
            MaintenanceRecord.sample(run, index + 1, state, kind: classes[index % classes.count])
        }
        var bare = MaintenanceRecord.sample(run, all.count + 1, .waits)
        bare.predicted = nil
        bare.before = nil
        bare.after = nil
        bare.code = nil
        bare.isEmergency = true
        all.append(bare)
        all[0].leftovers = []
        all[1].leftovers = ["orders_pkey_ccnew", "Größe,{\"} NULL"]
        try await book.record(Array(all.reversed()), of: run, lease: nil)
        #expect(try await book.maintenance(of: run) == all)
        try await book.record([], of: run, lease: nil)
        #expect(try await book.maintenance(of: UUID()) == [])
    }

    private func ends(_ book: any RunBook & MaintenanceBook, _ run: UUID) async throws {
        let begun = MaintenanceRecord.sample(run, 1, .running)
        let done = MaintenanceRecord.sample(run, 1, .done)
        try await book.record([begun], of: run, lease: nil)
        #expect(try await book.maintenance(of: run) == [begun])
        try await book.record([done], of: run, lease: nil)
        try await book.record([MaintenanceRecord.sample(run, 1, .failed)], of: run, lease: nil)
        try await book.record([begun], of: run, lease: nil)
        #expect(try await book.maintenance(of: run) == [done])
    }

    private func tellsThePast(_ book: any RunBook & MaintenanceBook, _ run: UUID) async throws {
        let target = "t-\(run.uuidString.lowercased())"
        var all: [MaintenanceRecord] = []
        for (index, place) in [("a", 5.0), ("b", 1), ("a", 2), ("a", 9), ("b", 7)].enumerated() {
            var one = MaintenanceRecord.sample(run, index + 1, .done, minutes: place.1)
            one.target = target
            one.object.name = place.0
            all.append(one)
        }
        var other = MaintenanceRecord.sample(run, 6, .waits, kind: .analyze, minutes: 3)
        other.target = target
        other.object.name = "a"
        all.append(other)
        var elsewhere = MaintenanceRecord.sample(run, 7, .done)
        elsewhere.target = target + "x"
        var beside = MaintenanceRecord.sample(run, 8, .done)
        (beside.target, beside.database) = (target, "stock")
        try await book.record(all + [elsewhere, beside], of: run, lease: nil)
        let item = BackupItem(target: target, database: "shop")
        let start = all[0].startedAt - 5 * 60
        func past(_ minutes: Double, _ most: Int) async throws -> [Int] {
            try await book.maintenance(in: item, since: start + minutes * 60, perObject: most)
                .map(\.ordinal)
        }
        #expect(try await past(0, 10) == [4, 5, 1, 6, 3, 2])
        #expect(try await past(0, 2) == [4, 5, 1, 6, 2])
        #expect(try await past(0, 1) == [4, 5, 6])
        #expect(try await past(5, 10) == [4, 5, 1])
        #expect(try await past(0, 0) == [])
    }

    private func tellsOfOthers(_ book: any RunBook & MaintenanceBook, _ run: UUID) async throws {
        let target = "t-\(run.uuidString.lowercased())"
        let rows: [(String, MaintenanceRecord.State, MaintenanceClass)] = [
            ("a", .done, .vacuum), ("b", .done, .vacuum), ("shop", .done, .vacuum), ("a", .waits, .vacuum),
            ("b", .done, .reindex), ("a", .done, .vacuum),
        ]
        let all = rows.enumerated().map { index, row in
            var one = MaintenanceRecord.sample(run, index + 1, row.1, kind: row.2, minutes: Double(index))
            (one.target, one.database) = (target, row.0)
            return one
        }
        try await book.record(all, of: run, lease: nil)
        func past(_ minutes: Double, _ most: Int) async throws -> [Int] {
            try await book.maintenance(
                beside: BackupItem(target: target, database: "shop"),
                since: all[0].startedAt + minutes * 60, perClass: most
            ).map(\.ordinal)
        }
        #expect(try await past(0, 10) == [6, 5, 2, 1])
        #expect(try await past(0, 1) == [6, 5])
        #expect(try await past(1, 10) == [6, 5, 2])
        #expect(try await past(0, 0) == [])
    }

    private func keepsTexts(_ book: any RunBook & MaintenanceBook, _ run: UUID) async throws {
        let text = "Größe 'x' \"y\" \\ $1 %s\nline 2\t☂ "
        var one = MaintenanceRecord.sample(run)
        one.object = QualifiedName(text, text)
        one.table = QualifiedName(text, text)
        one.reason = text
        one.detail = text + "\0"
        one.statement = text
        one.database = text
        try await book.record([one], of: run, lease: nil)
        one.detail = text + "\u{FFFD}"
        #expect(try await book.maintenance(of: run) == [one])
    }

    private func refusesOrphans(_ book: any RunBook & MaintenanceBook) async throws {
        let run = UUID()
        let fault = await #expect(throws: AnyFault.self) {
            try await book.record([MaintenanceRecord.sample(run)], of: run, lease: nil)
        }
        #expect(fault?.code == "catalog.run-unknown")
        #expect(try await book.maintenance(of: run) == [])
    }

    private func refusesOtherLeases(_ book: any RunBook & MaintenanceBook, _ run: UUID) async throws {
        let fault = await #expect(throws: AnyFault.self) {
            try await book.record(
                [MaintenanceRecord.sample(run)], of: run, lease: Lease(daemon: UUID(), epoch: 1))
        }
        #expect(fault?.code == "catalog.run-taken-over")
        #expect(try await book.maintenance(of: run) == [])
    }
}

extension MaintenanceRecord {
    /// What was done to one index, or is.
    package static func sample(
        _ run: UUID, _ ordinal: Int = 1, _ state: State = .done, kind: MaintenanceClass = .reindex,
        minutes: Double = 0
    ) -> MaintenanceRecord {
        let started = Date(timeIntervalSince1970: 1_795_307_400 + minutes * 60)
        let isOver = state != .running
        return MaintenanceRecord(
            run: run, attempt: 1, ordinal: ordinal, target: "main", database: "shop", kind: kind,
            oid: 4_000_000_000, object: QualifiedName("public", "orders_pkey"),
            table: QualifiedName("public", "orders"), reason: "2.4 times its size after a rebuild",
            isEmergency: false, size: ByteCount(1 << 33), predicted: .milliseconds(1_234_500),
            startedAt: started, endedAt: isOver ? started + 12.5 : nil, state: state,
            detail: isOver ? "1 GB smaller" : "", code: state == .failed ? "statement.failed" : nil,
            took: isOver ? .milliseconds(12_345) : .zero, statement: "REINDEX INDEX CONCURRENTLY x",
            before: ObjectState(
                size: ByteCount(1 << 33), deadRows: 5, tuples: 1_000_000.5, xidAge: 7, multixactAge: 8,
                fileNode: 4_100_000_000),
            after: isOver
                ? ObjectState(size: ByteCount(1 << 32), tuples: 1_000_000, fileNode: 4_100_000_001) : nil)
    }
}
