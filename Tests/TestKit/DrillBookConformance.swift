package import ArchiveFormat
package import Engine
import Faults
package import FoundationEssentials
import Testing

/// What every record of drills must do, run on the twin in memory and on the real catalog.
///
/// Each check takes names of its own, so that all of them may share one book that holds other things too.
package enum DrillBookConformance: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case keepsDrills = "a drill comes back with its phases, and its findings in their order"
    case keepsTheFirst = "a drill that is recorded again stays as it was"
    case lists = "drills come newest first, and filtered"
    case keepsReports = "a report comes back, equal in meaning"
    case keepsTexts = "texts of any kind come back"
    case refusesOrphans = "a drill cannot come before its run"
    case refusesOtherLeases = "whoever has lost the run writes no drill of it"

    package var testDescription: String { rawValue }

    /// Checks the rule on a book.
    package func check(_ book: any RunBook & DrillBook) async throws {
        let samples = RunBookSamples()
        let run = samples.run()
        #expect(try await book.begin(run) == .begun)
        switch self {
        case .keepsDrills: try await keepsDrills(book, run.id)
        case .keepsTheFirst: try await keepsTheFirst(book, run.id)
        case .lists: try await lists(book, run.id)
        case .keepsReports: try await keepsReports(book, run.id)
        case .keepsTexts: try await keepsTexts(book, run.id)
        case .refusesOrphans: try await refusesOrphans(book)
        case .refusesOtherLeases: try await refusesOtherLeases(book, run.id)
        }
    }

    private func keepsDrills(_ book: any RunBook & DrillBook, _ run: UUID) async throws {
        let whole = DrillRecord.sample(run)
        var bare = DrillRecord.sample(run, 2, minutes: 3)
        bare.slot = nil
        bare.recoverySeconds = nil
        bare.phases = []
        bare.findings = []
        bare.level = .rows
        try await book.record(whole, report: "{}", lease: nil)
        try await book.record(bare, report: "{}", lease: nil)
        #expect(try await book.drills(DrillQuery(run: run), limit: 10) == [bare, whole])
    }

    private func keepsTheFirst(_ book: any RunBook & DrillBook, _ run: UUID) async throws {
        let first = DrillRecord.sample(run)
        try await book.record(first, report: "[1]", lease: nil)
        try await book.record(DrillRecord.sample(run, verdict: .broken), report: "[2]", lease: nil)
        #expect(try await book.drills(DrillQuery(run: run), limit: 10) == [first])
        #expect(try await book.report(ofDrill: 1, of: run) == "[1]")
    }

    private func lists(_ book: any RunBook & DrillBook, _ run: UUID) async throws {
        let database = "shop-\(run.uuidString.lowercased())"
        let verdicts = Manifest.Proof.Verdict.allCases
        var all: [DrillRecord] = []
        for (index, minutes) in [4.0, 9, 1, 4, 7, 2].enumerated() {
            let one = DrillRecord.sample(
                run, index + 1, database: database, verdict: verdicts[index % 3], minutes: minutes)
            try await book.record(one, report: "{}", lease: nil)
            all.append(one)
        }
        all.sort { ($0.endedAt, $0.ordinal) > ($1.endedAt, $1.ordinal) }
        #expect(try await book.drills(DrillQuery(database: database), limit: 10) == all)
        #expect(
            try await book.drills(DrillQuery(target: "main", database: database), limit: 2)
                == Array(all.prefix(2)))
        #expect(try await book.drills(DrillQuery(backup: all[3].backup), limit: 10) == [all[3]])
        for verdict in verdicts {
            #expect(
                try await book.drills(DrillQuery(run: run, verdict: verdict), limit: 10)
                    == all.filter { $0.verdict == verdict })
        }
        #expect(try await book.drills(DrillQuery(target: "elsewhere", database: database), limit: 10) == [])
        #expect(try await book.drills(DrillQuery(run: UUID()), limit: 10) == [])
    }

    private func keepsReports(_ book: any RunBook & DrillBook, _ run: UUID) async throws {
        try await book.record(DrillRecord.sample(run), report: #"{"a": ["é\"\\u0000", 1.5]}"#, lease: nil)
        let text = try #require(try await book.report(ofDrill: 1, of: run))
        let report = try JSONDecoder().decode([String: [Cell]].self, from: Data(text.utf8))
        #expect(report == ["a": [.text(#"é"\u0000"#), .number(1.5)]])
        #expect(try await book.report(ofDrill: 2, of: run) == nil)
        #expect(try await book.report(ofDrill: 1, of: UUID()) == nil)
    }

    private enum Cell: Decodable, Equatable {
        case text(String)
        case number(Double)

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            // The decoder does not tell which it is.
            if let number = try? container.decode(Double.self) {
                self = .number(number)
            } else {
                self = .text(try container.decode(String.self))
            }
        }
    }

    private func keepsTexts(_ book: any RunBook & DrillBook, _ run: UUID) async throws {
        let text = "Größe 'x' \"y\" \\ $1 %s\nline 2\t☂ "
        var one = DrillRecord.sample(run)
        one.summary = text + "\0"
        one.findings = [
            .init(check: "rows", subject: text, expected: text, found: text + "\0", isFault: true)
        ]
        try await book.record(one, report: "{\"zero\": \"\\u0000\"}", lease: nil)
        let stored = try #require(try await book.drills(DrillQuery(run: run), limit: 1).first)
        #expect(stored.summary == text + "\u{FFFD}" && stored.findings.first?.found == text + "\u{FFFD}")
        #expect(stored.findings.first?.subject == text && stored.findings.first?.expected == text)
    }

    private func refusesOrphans(_ book: any RunBook & DrillBook) async throws {
        let orphan = DrillRecord.sample(UUID())
        let fault = await #expect(throws: AnyFault.self) {
            try await book.record(orphan, report: "{}", lease: nil)
        }
        #expect(fault?.code == "catalog.run-unknown")
        #expect(try await book.drills(DrillQuery(run: orphan.run), limit: 1) == [])
    }

    private func refusesOtherLeases(_ book: any RunBook & DrillBook, _ run: UUID) async throws {
        let fault = await #expect(throws: AnyFault.self) {
            try await book.record(
                DrillRecord.sample(run), report: "{}", lease: Lease(daemon: UUID(), epoch: 7))
        }
        #expect(fault?.code == "catalog.run-taken-over")
        #expect(try await book.drills(DrillQuery(run: run), limit: 1) == [])
    }
}

extension DrillRecord {
    /// A drill that has everything; its times are so many minutes after the first one's.
    package static func sample(
        _ run: UUID, _ ordinal: Int = 1, database: String = "shop", verdict: Manifest.Proof.Verdict = .proven,
        minutes: Double = 0
    ) -> DrillRecord {
        let start = Date(timeIntervalSince1970: 1_795_312_800 + minutes * 60)
        return DrillRecord(
            run: run, ordinal: ordinal, backup: UUID(), store: "local",
            path: "main/shop/2026-11-22T003000Z-\(run.uuidString.lowercased())", target: "main",
            database: database, slot: start.addingTimeInterval(-7_200),
            takenAt: start.addingTimeInterval(-7_190.5), startedAt: start,
            endedAt: start.addingTimeInterval(95.25), verdict: verdict, level: .content,
            recoverySeconds: 61.125,
            phases: [.init(name: "restore", seconds: 60.5), .init(name: "analyze", seconds: 0.625)],
            serverVersion: "15.18", summary: "12 tables proven by content",
            findings: [
                .init(check: "rows", subject: "public.orders", expected: "5", found: "4", isFault: true),
                .init(check: "assertion", subject: "fresh", expected: "", found: "x", isFault: false),
            ])
    }
}
