package import Engine
import Faults
import FoundationEssentials
import Jobs
import Measures
import Testing

/// What every journal must do, run on the twin in memory and on the real disk.
package enum JournalConformance: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case beginsEmpty = "a journal that nobody wrote to keeps nothing, and dropping from it is no fault"
    case keepsOrder = "entries come back in the order in which they were appended"
    case keepsKinds = "every kind of entry comes back as it was"
    case drops = "dropped entries are gone, the others stay, and more can be appended"
    case belongsToOne = "the journal of a living process is not adopted, not even by itself"
    case isAdopted = "what a process left is adopted by one other, whole"
    case keepsTheRest = "what its adopter did not drop may be adopted again"
    case goesWhenEmpty = "a journal that keeps nothing is not there for anybody"

    package var testDescription: String { rawValue }

    /// Checks the rule.
    ///
    /// - Parameter make: Makes the journal of another process of the same state directory at each call.
    package func check(_ make: () -> any JournalPort) async throws {
        switch self {
        case .beginsEmpty: try await beginsEmpty(make())
        case .keepsOrder: try await keepsOrder(make())
        case .keepsKinds: try await keepsKinds(make())
        case .drops: try await drops(make())
        case .belongsToOne: try await belongsToOne(make(), make())
        case .isAdopted: try await isAdopted(make(), make(), make())
        case .keepsTheRest: try await keepsTheRest(make(), make(), make())
        case .goesWhenEmpty: try await goesWhenEmpty(make(), make())
        }
    }

    private static let samples = RunBookSamples()
    private static let step = samples.steps(samples.run().id)[0]

    /// So many steps of one run, told apart by their ordinals.
    package static func steps(_ count: Int, from first: Int = 1) -> [JournalEntry] {
        (first..<(first + count)).map { ordinal in
            var step = step
            step.ordinal = ordinal
            return .step(step, nil)
        }
    }

    /// At least one entry of every kind, with every field set in one and not in another.
    package static let everyKind: [JournalEntry] = {
        let lease = Lease(daemon: samples.run().id, epoch: 7)
        var slot = samples.run(trigger: samples.slot(at: 3))
        slot.state = .waiting
        slot.lease = lease
        slot.deadline = samples.at(99)
        slot.standsFor = [samples.at(1), samples.at(2)]
        slot.stopAsked = "somebody wants it to"
        slot.summary = "für \"x\"\n\u{0} ☂"
        var ended = samples.run()
        ended.state = .ended(.couldNotVerify)
        ended.endedAt = samples.at(5)
        let attempt = AttemptRecord(
            run: slot.id, number: 2, startedAt: samples.at(4), endedAt: samples.at(6), outcome: .timedOut,
            summary: "too long")
        var step = samples.steps(slot.id)[0]
        step.state = .failed
        step.endedAt = samples.at(5)
        step.fault = samples.fault
        step.bytes = ByteCount(1 << 40)
        return [
            .run(samples.run()), .run(slot), .run(ended), .attempt(attempt, lease),
            .attempt(AttemptRecord(run: slot.id, number: 3, startedAt: samples.at(7)), nil),
            .step(step, lease),
            .step(samples.steps(slot.id)[0], nil), .backup(samples.backup()),
            .maintenance(
                slot.id, [MaintenanceRecord.sample(slot.id), MaintenanceRecord.sample(slot.id, 2, .running)],
                lease),
            .drill(DrillRecord.sample(slot.id), report: "{\"a\": \"\\\"☂\"}", lease),
            .removal(ended.id, at: samples.at(9), reason: "not in keep"),
            .end(slot.id, lease, .timedOut, summary: "too long", at: samples.at(8)),
            .end(slot.id, nil, .succeeded, summary: "", at: samples.at(8)),
        ]
    }()

    private func beginsEmpty(_ journal: any JournalPort) async throws {
        #expect(try await journal.contents() == JournalContents())
        try await journal.drop(first: 3)
        try await journal.append([])
        #expect(try await journal.contents() == JournalContents())
        #expect(try await journal.adopt().isEmpty)
    }

    private func keepsOrder(_ journal: any JournalPort) async throws {
        let entries = Self.steps(300)
        try await journal.append(Array(entries[..<1]))
        try await journal.append(Array(entries[1..<299]))
        try await journal.append(Array(entries[299...]))
        #expect(try await journal.contents() == JournalContents(entries: entries))
        #expect(try await journal.contents() == JournalContents(entries: entries), "reading changes nothing")
    }

    private func keepsKinds(_ journal: any JournalPort) async throws {
        let entries = Self.everyKind
        try await journal.append(entries)
        #expect(try await journal.contents().entries == entries)
    }

    private func drops(_ journal: any JournalPort) async throws {
        let entries = Self.steps(6)
        try await journal.append(Array(entries[..<4]))
        try await journal.drop(first: 1)
        #expect(try await journal.contents().entries == Array(entries[1..<4]))
        try await journal.append([entries[4]])
        try await journal.drop(first: 2)
        #expect(try await journal.contents().entries == Array(entries[3..<5]))
        try await journal.drop(first: 0)
        try await journal.drop(first: 2)
        #expect(try await journal.contents().entries.isEmpty)
        try await journal.append([entries[5]])
        #expect(try await journal.contents().entries == [entries[5]])
    }

    private func belongsToOne(_ journal: any JournalPort, _ other: any JournalPort) async throws {
        try await journal.append(Self.steps(2))
        #expect(try await other.adopt().isEmpty)
        #expect(try await journal.adopt().isEmpty)
        #expect(try await journal.contents().entries.count == 2)
    }

    private func isAdopted(
        _ dead: any JournalPort, _ first: any JournalPort, _ second: any JournalPort
    ) async throws {
        let entries = Self.steps(3)
        try await dead.append(entries)
        try await first.append(Self.steps(1, from: 9))
        await dead.close()
        let journal = try await Self.adopted(by: first)
        #expect(try await second.adopt().isEmpty)
        #expect(try await journal.contents().entries == entries)
        #expect(try await journal.adopt().isEmpty)
        try await journal.drop(first: 3)
        await journal.close()
        #expect(try await second.adopt().isEmpty)
        #expect(try await first.contents().entries == Self.steps(1, from: 9))
    }

    private func keepsTheRest(
        _ dead: any JournalPort, _ first: any JournalPort, _ second: any JournalPort
    ) async throws {
        try await dead.append(Self.steps(3))
        await dead.close()
        let half = try await Self.adopted(by: first)
        try await half.drop(first: 1)
        await half.close()
        let untouched = try await Self.adopted(by: first)
        await untouched.close()
        let rest = try await Self.adopted(by: second)
        #expect(try await rest.contents().entries == Self.steps(2, from: 2))
        try await rest.append(Self.steps(1, from: 8))
        try await rest.drop(first: 2)
        #expect(try await rest.contents().entries == Self.steps(1, from: 8))
        await rest.close()
    }

    /// The one journal that there is to adopt.
    ///
    /// A program that another test is just starting has copies of this process's files for a moment, between fork and
    /// exec, and with them their locks.
    private static func adopted(by journal: any JournalPort) async throws -> any JournalPort {
        var adopted: [any JournalPort] = []
        #expect(
            try await Fact.comes {
                adopted = try await journal.adopt()
                return !adopted.isEmpty
            })
        #expect(adopted.count == 1)
        return try #require(adopted.first)
    }

    private func goesWhenEmpty(_ journal: any JournalPort, _ other: any JournalPort) async throws {
        try await journal.append(Self.steps(2))
        try await journal.drop(first: 2)
        await journal.close()
        #expect(try await other.adopt().isEmpty)
    }
}
