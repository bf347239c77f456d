package import Engine
import Faults
import FoundationEssentials
import Measures
import Testing

/// What every record of outcomes must do, run on the twin in memory and on the real catalog.
///
/// Each check takes names of its own, so that all of them may share one book that holds other things too.
package enum RunBookConformance: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case beginsAtOnce = "a run is there as soon as it has begun"
    case takesSlotsOnce = "a slot is taken once"
    case letsOneWin = "of many that want a slot at once, one gets it"
    case takesEndedRuns = "a run may arrive ended"
    case keepsOutcomes = "every outcome is kept, and the first one stays"
    case refusesUnknownRuns = "a run that is not there cannot end"
    case keepsTexts = "texts of any kind come back"
    case outlivesCancellation = "a write is finished though its caller is cancelled"
    case keepsAttempts = "attempts come in their order, and an ended one stays"
    case keepsSteps = "steps come in their order, and an ended one stays"
    case refusesOrphans = "what belongs to a run cannot come before it"
    case keepsSets = "a set is written once, with its files in their order"
    case hidesRemovedSets = "sets come newest first, and removed ones not at all"
    case listsRecordedAgain = "a removed set that is recorded again is listed again"
    case tellsLastSize = "the size of the newest set is that of exactly this database and job"
    case listsRuns = "runs come newest first and filtered"
    case findsRunsByID = "a run is found by the start of its id"
    case tellsDurations = "durations are those of succeeded runs, newest first"

    package var testDescription: String { rawValue }

    /// Checks the rule on a book.
    package func check(_ book: any RunBook) async throws {
        let samples = RunBookSamples()
        switch self {
        case .beginsAtOnce: try await beginsAtOnce(book, samples)
        case .takesSlotsOnce: try await takesSlotsOnce(book, samples)
        case .letsOneWin: try await letsOneWin(book, samples)
        case .takesEndedRuns: try await takesEndedRuns(book, samples)
        case .keepsOutcomes: try await keepsOutcomes(book, samples)
        case .refusesUnknownRuns: try await refusesUnknownRuns(book, samples)
        case .keepsTexts: try await keepsTexts(book, samples)
        case .outlivesCancellation: try await outlivesCancellation(book, samples)
        case .keepsAttempts: try await keepsAttempts(book, samples)
        case .keepsSteps: try await keepsSteps(book, samples)
        case .refusesOrphans: try await refusesOrphans(book, samples)
        case .keepsSets: try await keepsSets(book, samples)
        case .hidesRemovedSets: try await hidesRemovedSets(book, samples)
        case .listsRecordedAgain: try await listsRecordedAgain(book, samples)
        case .tellsLastSize: try await tellsLastSize(book, samples)
        case .listsRuns: try await listsRuns(book, samples)
        case .findsRunsByID: try await findsRunsByID(book, samples)
        case .tellsDurations: try await tellsDurations(book, samples)
        }
    }
}

// MARK: - Runs

extension RunBookConformance {
    private func beginsAtOnce(_ book: any RunBook, _ samples: RunBookSamples) async throws {
        for trigger in [Trigger.hand, samples.slot(at: 0)] {
            let run = samples.run(trigger: trigger)
            #expect(try await book.begin(run) == .begun)
            #expect(try await book.runs(idPrefix: run.id.uuidString.lowercased()) == [run])
        }
    }

    private func takesSlotsOnce(_ book: any RunBook, _ samples: RunBookSamples) async throws {
        let first = samples.run(trigger: samples.slot(at: 0))
        #expect(try await book.begin(first) == .begun)
        let second = samples.run(trigger: samples.slot(at: 0))
        #expect(try await book.begin(second) == .slotTaken(by: first.id))
        #expect(try await book.runs(idPrefix: second.id.uuidString.lowercased()) == [])
        #expect(try await book.begin(first) == .begun, "saying the same again is no conflict")
        #expect(try await book.begin(samples.run(trigger: samples.slot(at: 60))) == .begun)
        #expect(
            try await book.begin(samples.run(trigger: samples.slot(at: 0, pattern: "0 2 * * *"))) == .begun)
    }

    private func letsOneWin(_ book: any RunBook, _ samples: RunBookSamples) async throws {
        let starts = try await withThrowingTaskGroup(of: RunStart.self) { group in
            for _ in 0..<8 {
                group.addTask { try await book.begin(samples.run(trigger: samples.slot(at: 0))) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(starts.count { $0 == .begun } == 1)
    }

    private func takesEndedRuns(_ book: any RunBook, _ samples: RunBookSamples) async throws {
        var run = samples.run(trigger: samples.slot(at: 0))
        run.state = .ended(.missed)
        run.summary = "the machine was off"
        run.endedAt = run.startedAt
        #expect(try await book.begin(run) == .begun)
        try await book.end(run.id, lease: nil, outcome: .succeeded, summary: "no", at: samples.at(9))
        #expect(try await book.runs(idPrefix: run.id.uuidString.lowercased()) == [run])
    }

    private func keepsOutcomes(_ book: any RunBook, _ samples: RunBookSamples) async throws {
        for outcome in Outcome.allCases {
            var run = samples.run()
            #expect(try await book.begin(run) == .begun)
            try await book.end(
                run.id, lease: nil, outcome: outcome, summary: "so it ended", at: samples.at(5))
            try await book.end(run.id, lease: nil, outcome: .failed, summary: "too late", at: samples.at(6))
            run.state = .ended(outcome)
            run.summary = "so it ended"
            run.endedAt = samples.at(5)
            #expect(try await book.runs(idPrefix: run.id.uuidString.lowercased()) == [run])
        }
    }

    private func refusesUnknownRuns(_ book: any RunBook, _ samples: RunBookSamples) async throws {
        let fault = await #expect(throws: AnyFault.self) {
            try await book.end(UUID(), lease: nil, outcome: .failed, summary: "", at: samples.at(0))
        }
        #expect(fault?.code == "catalog.run-unknown")
    }

    private func keepsTexts(_ book: any RunBook, _ samples: RunBookSamples) async throws {
        let run = samples.run()
        #expect(try await book.begin(run) == .begun)
        let text = "Größe 'x' \"y\" \\ $1 %s\nline 2\t☂ "
        try await book.end(run.id, lease: nil, outcome: .failed, summary: text + "\0", at: samples.at(1))
        let stored = try await book.runs(idPrefix: run.id.uuidString.lowercased())
        #expect(stored.first?.summary == text + "\u{FFFD}")
    }

    private func outlivesCancellation(_ book: any RunBook, _ samples: RunBookSamples) async throws {
        let run = samples.run()
        #expect(try await book.begin(run) == .begun)
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await book.end(run.id, lease: nil, outcome: .cancelled, summary: "stopped", at: samples.at(1))
        }
        try await task.value
        #expect(
            try await book.runs(idPrefix: run.id.uuidString.lowercased()).first?.state == .ended(.cancelled))
    }
}

// MARK: - Attempts and steps

extension RunBookConformance {
    private func keepsAttempts(_ book: any RunBook, _ samples: RunBookSamples) async throws {
        let run = samples.run()
        #expect(try await book.begin(run) == .begun)
        let second = AttemptRecord(run: run.id, number: 2, startedAt: samples.at(2))
        var first = AttemptRecord(run: run.id, number: 1, startedAt: samples.at(1))
        try await book.record(second, lease: nil)
        try await book.record(first, lease: nil)
        first.endedAt = samples.at(2)
        first.outcome = .failed
        first.summary = "the server was down"
        try await book.record(first, lease: nil)
        try await book.record(AttemptRecord(run: run.id, number: 1, startedAt: samples.at(7)), lease: nil)
        #expect(try await book.attempts(of: run.id) == [first, second])
        #expect(try await book.attempts(of: UUID()) == [])
    }

    private func keepsSteps(_ book: any RunBook, _ samples: RunBookSamples) async throws {
        let run = samples.run()
        #expect(try await book.begin(run) == .begun)
        var steps = samples.steps(run.id)
        for step in steps.reversed() { try await book.record(step, lease: nil) }
        #expect(try await book.steps(of: run.id) == steps)
        for (index, state) in StepState.allCases.filter({ $0 != .running }).enumerated() {
            steps[index].state = state
            steps[index].endedAt = samples.at(4)
            steps[index].detail = "done, or not"
            steps[index].bytes = ByteCount(1 << 40)
            steps[index].fault = state == .failed ? samples.fault : nil
            try await book.record(steps[index], lease: nil)
            var late = steps[index]
            late.state = .running
            late.detail = "too late"
            try await book.record(late, lease: nil)
        }
        #expect(try await book.steps(of: run.id) == steps)
    }

    private func refusesOrphans(_ book: any RunBook, _ samples: RunBookSamples) async throws {
        let attempt = await #expect(throws: AnyFault.self) {
            try await book.record(AttemptRecord(run: UUID(), number: 1, startedAt: samples.at(0)), lease: nil)
        }
        #expect(attempt?.code == "catalog.run-unknown")
        let step = await #expect(throws: AnyFault.self) {
            try await book.record(samples.steps(UUID())[0], lease: nil)
        }
        #expect(step?.code == "catalog.run-unknown")
    }
}

// MARK: - Sets

extension RunBookConformance {
    private func keepsSets(_ book: any RunBook, _ samples: RunBookSamples) async throws {
        let backup = samples.backup()
        try await book.record(backup)
        var other = backup
        other.path = "elsewhere"
        other.files.removeAll()
        try await book.record(other)
        #expect(try await book.backups(target: samples.target) == [backup])
    }

    private func hidesRemovedSets(_ book: any RunBook, _ samples: RunBookSamples) async throws {
        let sets = (0..<4).map { samples.backup(at: $0) }
        for set in [sets[2], sets[0], sets[3], sets[1]] { try await book.record(set) }
        try await book.markRemoved(sets[1].id, at: samples.at(9), reason: "not in keep")
        try await book.markRemoved(sets[1].id, at: samples.at(10), reason: "again")
        try await book.markRemoved(UUID(), at: samples.at(10), reason: "of a set that nobody knows")
        #expect(try await book.backups(target: samples.target) == [sets[3], sets[2], sets[0]])
        let everywhere = try await book.backups(target: nil)
        #expect(Set(everywhere.map(\.id)).isSuperset(of: [sets[3].id, sets[2].id, sets[0].id]))
        #expect(try await book.backups(target: samples.target + "-staging") == [])
    }

    private func listsRecordedAgain(_ book: any RunBook, _ samples: RunBookSamples) async throws {
        let set = samples.backup()
        for round in 0..<2 {
            try await book.record(set)
            #expect(try await book.backups(target: samples.target) == [set])
            try await book.markRemoved(set.id, at: samples.at(9 + round), reason: "not found")
            #expect(try await book.backups(target: samples.target) == [])
        }
    }

    private func tellsLastSize(_ book: any RunBook, _ samples: RunBookSamples) async throws {
        func size(job: String, partial: Bool = true) async throws -> ByteCount? {
            try await book.lastSize(target: samples.target, database: "shop", job: job, partial: partial)
        }
        #expect(try await size(job: samples.job) == nil)
        for (second, size) in [(1, 100), (3, 300), (2, 200)] {
            var backup = samples.backup(at: second)
            backup.size = ByteCount(Int64(size))
            try await book.record(backup)
        }
        var other = samples.backup(at: 5)
        other.database = "shop2"
        try await book.record(other)
        var weekly = samples.backup(at: 6)
        weekly.job = samples.job + "-weekly"
        weekly.partial = false
        weekly.size = ByteCount(9_000)
        try await book.record(weekly)
        #expect(try await size(job: samples.job) == ByteCount(300))
        #expect(try await size(job: samples.job, partial: false) == nil)
        #expect(try await size(job: weekly.job, partial: false) == ByteCount(9_000))
    }
}

// MARK: - Lists

extension RunBookConformance {
    private func listsRuns(_ book: any RunBook, _ samples: RunBookSamples) async throws {
        var runs: [RunRecord] = []
        for second in [3, 1, 2, 2] {
            let run = samples.run(at: second)
            #expect(try await book.begin(run) == .begun)
            runs.append(run)
        }
        try await book.end(runs[0].id, lease: nil, outcome: .succeeded, summary: "", at: samples.at(4))
        try await book.end(runs[1].id, lease: nil, outcome: .failed, summary: "", at: samples.at(4))
        let ties = runs[2...3].sorted { $0.id.uuidString > $1.id.uuidString }.map(\.id)
        func ids(_ query: RunQuery, limit: Int = 10) async throws -> [UUID] {
            try await book.runs(query, limit: limit).map(\.id)
        }
        #expect(try await ids(RunQuery(job: samples.job)) == [runs[0].id] + ties + [runs[1].id])
        #expect(try await ids(RunQuery(job: samples.job), limit: 2) == [runs[0].id, ties[0]])
        #expect(try await ids(RunQuery(job: samples.job), limit: 0) == [])
        #expect(try await ids(RunQuery(job: samples.job, outcome: .failed)) == [runs[1].id])
        #expect(try await ids(RunQuery(job: samples.job, unfinishedOnly: true)) == ties)
        #expect(try await ids(RunQuery(job: samples.job, startedSince: samples.at(2))) == [runs[0].id] + ties)
        #expect(try await ids(RunQuery(job: samples.job + "x")) == [])
    }

    private func findsRunsByID(_ book: any RunBook, _ samples: RunBookSamples) async throws {
        let start = UUID().uuidString.lowercased().prefix(24)
        let ids = ["00000000000a", "00000000000b", "00000000000c"].compactMap { UUID(uuidString: start + $0) }
        for (second, id) in ids.enumerated() {
            var run = samples.run(at: second)
            run.id = id
            #expect(try await book.begin(run) == .begun)
        }
        func found(_ prefix: String) async throws -> [UUID] {
            try await book.runs(idPrefix: prefix).map(\.id)
        }
        #expect(try await found(String(start)) == [ids[2], ids[1]])
        #expect(try await found(start + "00000000000a") == [ids[0]])
        #expect(try await found(start.dropLast() + "x") == [])
        #expect(try await found(start.uppercased() + "A") == [], "ids are written in lower case")
        #expect(try await found("%") == [])
        #expect(try await found(start + "00000000000a0") == [])
    }

    private func tellsDurations(_ book: any RunBook, _ samples: RunBookSamples) async throws {
        for (second, outcome) in [Outcome.succeeded, .failed, .succeeded, .succeeded].enumerated() {
            let run = samples.run(at: second)
            #expect(try await book.begin(run) == .begun)
            let end = run.startedAt.addingTimeInterval(Double(second) * 100 + 0.25)
            try await book.end(run.id, lease: nil, outcome: outcome, summary: "", at: end)
        }
        #expect(try await book.begin(samples.run(at: 9)) == .begun)
        let all: [Duration] = [.milliseconds(300_250), .milliseconds(200_250), .milliseconds(250)]
        #expect(try await book.durations(ofJob: samples.job, limit: 10) == all)
        #expect(try await book.durations(ofJob: samples.job, limit: 1) == [all[0]])
    }
}
