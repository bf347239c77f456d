import ArchiveFormat
package import Engine
import Faults
import FoundationEssentials
import Measures
import Testing

/// What every store must do, run on the twin in memory and on the real disk.
package enum BackupStoreConformance: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case beginsEmpty = "an open store holds nothing, and opening it again changes nothing"
    case publishes =
        "a published set is listed with its manifest, and its size and hash are those of its bytes"
    case hidesUntilPublished = "nothing of a set is seen before it is published"
    case ordersByAge = "sets are listed newest first"
    case keepsNamesApart = "names match exactly, never by their beginning"
    case replacesStarts = "the marked start of a file may be replaced by one of the same length"
    case refusesOtherStarts = "a start is replaced only where it was marked, and only by one of its length"
    case refusesUnreadSets = "a set is published only as it was read back"
    case refusesTwins = "a set is never published over another"
    case discards = "a discarded set leaves nothing, and cannot be published"
    case endsOnce = "a published set cannot be written to, published or discarded any more"
    case removes = "a removed set is gone, and the others stay"
    case holds = "a held set cannot be removed until it is released"
    case marks = "a set that was found damaged says so until it is found sound"
    case proves = "a proof and a verification are noted in the manifest, and all else stays as it is"
    case refusesBadNames = "an empty name is refused"

    package var testDescription: String { rawValue }

    /// The instants of the sets: half past midnight, and the days after it.
    static func night(_ day: Int) -> Date {
        Date(timeIntervalSince1970: 1_795_307_400 + Double(day) * 86_400)
    }

    /// Checks the rule on a store that nobody has opened yet.
    package func check(_ store: any BackupStore) async throws {
        #expect(try await store.open() == [])
        switch self {
        case .beginsEmpty: try await beginsEmpty(store)
        case .publishes: try await publishes(store)
        case .hidesUntilPublished: try await hidesUntilPublished(store)
        case .ordersByAge: try await ordersByAge(store)
        case .keepsNamesApart: try await keepsNamesApart(store)
        case .replacesStarts: try await replacesStarts(store)
        case .refusesOtherStarts: try await refusesOtherStarts(store)
        case .refusesUnreadSets: try await refusesUnreadSets(store)
        case .refusesTwins: try await refusesTwins(store)
        case .discards: try await discards(store)
        case .endsOnce: try await endsOnce(store)
        case .removes: try await removes(store)
        case .holds: try await holds(store)
        case .marks: try await marks(store)
        case .proves: try await proves(store)
        case .refusesBadNames: try await refusesBadNames(store)
        }
    }
}

// MARK: - Publishing

extension BackupStoreConformance {
    private func beginsEmpty(_ store: any BackupStore) async throws {
        #expect(try await store.open() == [])
        #expect(try await store.sets() == StoreListing(sets: [], strangers: []))
        #expect(try await store.freeSpace() > .zero)
    }

    private func publishes(_ store: any BackupStore) async throws {
        let draft = try await SetDraft.begin(store)
        try await draft.write("archive.dump", "data of shop")
        try await draft.write("globals.sql", "")
        let files = try await draft.incoming.readBack()
        #expect(files.map(\.path) == ["archive.dump", "globals.sql"])
        #expect(files.map(\.size) == [12, 0])
        #expect(files.allSatisfy { $0.sha256.utf8.count == 64 })
        #expect(Set(files.map(\.sha256)).count == 2)
        let manifest = draft.manifest(files)
        let stored = try await draft.incoming.publish(manifest, at: Self.night(0))
        #expect(stored.path == "main/shop/2026-11-22T003000Z-\(draft.run.uuidString.lowercased())")
        #expect(stored.store == store.name && stored.manifest == manifest && stored.held == nil)
        #expect(stored.directory.hasSuffix(stored.path))
        #expect(try await store.sets() == StoreListing(sets: [stored], strangers: []))
    }

    private func hidesUntilPublished(_ store: any BackupStore) async throws {
        let draft = try await SetDraft.begin(store)
        let password = try await draft.incoming.writePrivate("pgpass", Secret("*:*:*:*:hidden"))
        #expect(password.hasPrefix("/") && !password.hasPrefix(draft.incoming.directory + "/"))
        try await draft.write("archive.dump", "data")
        #expect(try await store.sets() == StoreListing(sets: [], strangers: []))
        let files = try await draft.incoming.readBack()
        #expect(files.map(\.path) == ["archive.dump"], "a private file is no part of the set")
        #expect(try await store.sets() == StoreListing(sets: [], strangers: []))
        #expect(try await store.open() == [], "a set that is being written has an owner")
        _ = try await draft.incoming.publish(draft.manifest(files), at: Self.night(0))
        #expect(try await store.sets().sets.count == 1)
    }

    private func ordersByAge(_ store: any BackupStore) async throws {
        for day in [1, 3, 0, 2] { _ = try await SetDraft.publish(store, day: day) }
        #expect(try await store.sets().sets.map(\.manifest.started) == [3, 2, 1, 0].map(Self.night))
    }

    private func keepsNamesApart(_ store: any BackupStore) async throws {
        let names = ["app", "app-staging", "app/staging", "app%2Fstaging", ".app", "App", "äpp", "a b"]
        for name in names { _ = try await SetDraft.publish(store, target: name, database: name) }
        let sets = try await store.sets()
        #expect(sets.strangers == [])
        #expect(sets.sets.map(\.manifest.target).sorted() == names.sorted())
        #expect(Set(sets.sets.map { $0.path.split(separator: "/")[0] }).count == names.count)
        #expect(sets.sets.allSatisfy { $0.path.split(separator: "/").count == 3 })
    }

    private func refusesUnreadSets(_ store: any BackupStore) async throws {
        let unread = try await SetDraft.begin(store)
        try await unread.write("archive.dump", "data")
        let fake = Manifest.File(path: "archive.dump", size: 4, sha256: String(repeating: "0", count: 64))
        await expectFault("store.not-read-back") {
            try await unread.incoming.publish(unread.manifest([fake]), at: Self.night(0))
        }
        let files = try await unread.incoming.readBack()
        await expectFault("store.not-read-back") {
            try await unread.incoming.publish(unread.manifest([fake]), at: Self.night(0))
        }
        var strange = unread.manifest(files)
        strange.target = "other"
        let manifest = strange
        await expectFault("store.not-read-back") {
            try await unread.incoming.publish(manifest, at: Self.night(0))
        }
        #expect(try await store.sets().sets == [])
        _ = try await unread.incoming.publish(unread.manifest(files), at: Self.night(0))
    }

    private func refusesTwins(_ store: any BackupStore) async throws {
        let run = UUID()
        let first = try await SetDraft.publish(store, run: run)
        let second = try await SetDraft.begin(store, run: run)
        try await second.write("archive.dump", "others")
        let files = try await second.incoming.readBack()
        await expectFault("store.set-exists") {
            try await second.incoming.publish(second.manifest(files), at: Self.night(0))
        }
        #expect(try await store.sets().sets == [first])
        await second.incoming.discard()
        #expect(try await store.sets().sets == [first])
    }

    private func refusesBadNames(_ store: any BackupStore) async throws {
        await expectFault("store.bad-name") {
            try await store.beginIncoming(run: UUID(), target: "", database: "shop")
        }
        await expectFault("store.bad-name") {
            try await store.beginIncoming(
                run: UUID(), target: "main", database: String(repeating: "/", count: 100))
        }
    }
}

// MARK: - Files

extension BackupStoreConformance {
    private func replacesStarts(_ store: any BackupStore) async throws {
        let plain = try await SetDraft.begin(store)
        try await plain.write("archive.dump", "HEADbody")
        let wanted = try await plain.incoming.readBack()
        let draft = try await SetDraft.begin(store)
        let file = try await draft.incoming.makeFile("archive.dump")
        try SetDraft.put("head", into: file)
        try file.beginTail()
        try SetDraft.put("body", into: file)
        try file.replaceStart(Array("HEAD".utf8))
        #expect(file.size == ByteCount(8))
        try file.finish()
        #expect(try await draft.incoming.readBack() == wanted)
        await draft.incoming.discard()
        await plain.incoming.discard()
    }

    private func refusesOtherStarts(_ store: any BackupStore) async throws {
        let draft = try await SetDraft.begin(store)
        let file = try await draft.incoming.makeFile("archive.dump")
        try SetDraft.put("head", into: file)
        await expectFault("store.bad-start") { try file.replaceStart(Array("HEAD".utf8)) }
        try file.beginTail()
        await expectFault("store.bad-start") { try file.beginTail() }
        await expectFault("store.bad-start") { try file.replaceStart(Array("HEADS".utf8)) }
        await expectFault("store.bad-start") { try file.replaceStart([]) }
        try file.finish()
        try file.finish()
        await expectFault("store.ended") { try SetDraft.put("more", into: file) }
        await draft.incoming.discard()
    }
}

// MARK: - Ending

extension BackupStoreConformance {
    private func discards(_ store: any BackupStore) async throws {
        let draft = try await SetDraft.begin(store)
        try await draft.write("archive.dump", "data")
        let files = try await draft.incoming.readBack()
        await draft.incoming.discard()
        await draft.incoming.discard()
        await expectFault("store.ended") {
            try await draft.incoming.publish(draft.manifest(files), at: Self.night(0))
        }
        await expectFault("store.ended") { try await draft.incoming.makeFile("more") }
        #expect(try await store.sets() == StoreListing(sets: [], strangers: []))
        #expect(try await store.open() == [], "nothing is left to sweep")
    }

    private func endsOnce(_ store: any BackupStore) async throws {
        let draft = try await SetDraft.begin(store)
        try await draft.write("archive.dump", "data")
        let files = try await draft.incoming.readBack()
        let stored = try await draft.incoming.publish(draft.manifest(files), at: Self.night(0))
        await expectFault("store.ended") {
            try await draft.incoming.publish(draft.manifest(files), at: Self.night(1))
        }
        await expectFault("store.ended") { try await draft.incoming.makeFile("more") }
        await expectFault("store.ended") { try await draft.incoming.writePrivate("more", Secret("x")) }
        await expectFault("store.ended") { try await draft.incoming.readBack() }
        await draft.incoming.discard()
        #expect(try await store.sets().sets == [stored])
    }

    private func removes(_ store: any BackupStore) async throws {
        let kept = try await SetDraft.publish(store, database: "app-staging")
        let gone = try await SetDraft.publish(store, database: "app")
        try await store.remove(gone)
        #expect(try await store.sets() == StoreListing(sets: [kept], strangers: []))
        await expectFault("store.no-such-set") { try await store.remove(gone) }
        var astray = kept
        astray.path = "main/app-staging"
        let stray = astray
        await expectFault("store.no-such-set") { try await store.remove(stray) }
        #expect(try await store.sets().sets == [kept])
    }

    private func holds(_ store: any BackupStore) async throws {
        let set = try await SetDraft.publish(store)
        try await store.hold(set, reason: "before the\nmigration")
        #expect(try await store.sets().sets.map(\.held) == ["before the migration"])
        await expectFault("store.held") { try await store.remove(set) }
        try await store.hold(set, reason: "still")
        #expect(try await store.sets().sets.map(\.held) == ["still"])
        try await store.hold(set, reason: nil)
        try await store.hold(set, reason: nil)
        #expect(try await store.sets().sets == [set])
        try await store.remove(set)
        await expectFault("store.no-such-set") { try await store.hold(set, reason: "late") }
    }

    private func marks(_ store: any BackupStore) async throws {
        let other = try await SetDraft.publish(store, day: 1)
        let set = try await SetDraft.publish(store)
        try await store.mark(set, damaged: "archive.dump:\nits hash is another")
        #expect(try await store.sets().sets.map(\.damaged) == [nil, "archive.dump: its hash is another"])
        try await store.mark(set, damaged: "archive.dump is missing")
        #expect(try await store.sets().sets.map(\.damaged) == [nil, "archive.dump is missing"])
        try await store.mark(set, damaged: nil)
        try await store.mark(set, damaged: nil)
        #expect(try await store.sets().sets == [other, set])
        try await store.mark(set, damaged: "again")
        try await store.remove(set)
        #expect(try await store.sets().sets == [other])
        await expectFault("store.no-such-set") { try await store.mark(set, damaged: "late") }
    }

    private func proves(_ store: any BackupStore) async throws {
        let other = try await SetDraft.publish(store, day: 1)
        let set = try await SetDraft.publish(store)
        try await store.hold(set, reason: "kept")
        func proof(_ verdict: Manifest.Proof.Verdict, _ day: Int, _ seconds: Double?) -> Manifest.Proof {
            Manifest.Proof(
                run: set.manifest.run, at: Self.night(day), verdict: verdict, level: .content,
                recoverySeconds: seconds, server: "18.1")
        }
        var expected = set.manifest
        for (given, isTaken) in [
            (proof(.couldNotVerify, 1, nil), true), (proof(.proven, 2, 12.25), true),
            (proof(.couldNotVerify, 3, nil), false), (proof(.broken, 4, nil), true),
            (proof(.proven, 5, 0), true),
        ] {
            if isTaken { expected.proof = given }
            #expect(try await store.prove(set, given).manifest == expected)
        }
        #expect(try await store.noteVerified(set, level: .decode, at: Self.night(6)).manifest.proof != nil)
        // How thoroughly it was read once stays true, and time does not run backwards.
        _ = try await store.noteVerified(set, level: .hash, at: Self.night(7))
        _ = try await store.noteVerified(set, level: .hash, at: Self.night(2))
        expected.verification = Manifest.Verification(level: .decode, at: Self.night(7))
        let stored = try await store.sets()
        #expect(stored.sets.map(\.manifest) == [other.manifest, expected] && stored.strangers == [])
        #expect(stored.sets.last?.held == "kept")
        try await store.hold(set, reason: nil)
        try await store.remove(set)
        await expectFault("store.no-such-set") { try await store.prove(set, proof(.proven, 8, 1)) }
        await expectFault("store.no-such-set") {
            try await store.noteVerified(set, level: .hash, at: Self.night(8))
        }
    }

    /// Expects a fault by its code.
    private func expectFault(
        _ code: String, sourceLocation: SourceLocation = #_sourceLocation, _ work: () async throws -> Any
    ) async {
        do {
            _ = try await work()
            Issue.record("\(code) is missing", sourceLocation: sourceLocation)
        } catch {
            #expect((error as? any Fault)?.code == code, "\(error)", sourceLocation: sourceLocation)
        }
    }
}
