import ArchiveFormat
import FoundationEssentials
import TestKit
import Testing

@testable import Engine

@Suite struct `The backup that a restore takes` {
    private func set(
        _ id: UInt32, day: Int, damaged: String? = nil, isPartial: Bool = false, store: String = "local"
    ) async throws -> StoredSet {
        let memory = MemoryBackupStore()
        var set = try await SetDraft.publish(memory, run: ManualClock.id(id), day: day)
        set.store = store
        set.damaged = damaged
        if isPartial {
            set.manifest.partial = Manifest.Selection(
                schemas: ["app"], excludeSchemas: [], tables: [], excludeTables: [], excludeTableData: [])
        }
        return set
    }

    @Test func `is named by latest, by a path, or by an id`() {
        #expect(RestoreReference("latest:main/a/b") == .latest(target: "main", database: "a/b"))
        #expect(RestoreReference("/backups/one") == .path("/backups/one"))
        #expect(RestoreReference("../one") == .path("../one"))
        #expect(RestoreReference("0193AB") == .id("0193ab"))
        for text in ["", "latest", "latest:", "latest:main", "latest:main/", "latest:/shop"] {
            #expect(RestoreReference(text) == nil)
        }
    }

    @Test func `is the newest whole and sound one, and what is passed over is told`() async throws {
        let sets = [
            try await set(1, day: 1), try await set(2, day: 2),
            try await set(3, day: 3, damaged: "a file is gone"),
            try await set(4, day: 4, isPartial: true),
        ]
        let latest = try #require(RestoreReference("latest:main/shop"))
        let newest = try latest.choose(among: sets, at: nil)
        #expect(newest.set.manifest.id == ManualClock.id(2))
        #expect(newest.passedOver.count == 2 && newest.passedOver[1].hasSuffix("is damaged"))
        let bound = try latest.choose(among: sets, at: sets[0].manifest.started)
        #expect(bound.set.manifest.id == ManualClock.id(1) && bound.passedOver.isEmpty)
        #expect(throws: (any Error).self) {
            try latest.choose(among: sets, at: sets[0].manifest.started.addingTimeInterval(-1))
        }
    }

    @Test func `of an instant is found by the second that lists show, and by the millisecond`() async throws {
        var sets = [try await set(1, day: 1), try await set(2, day: 2)]
        let second = sets[1].manifest.started.timeIntervalSince1970.rounded(.down)
        // As a manifest's reader and a typed instant make it: the same, but for the last bits.
        sets[1].manifest.started = Date(timeIntervalSince1970: second).addingTimeInterval(0.837)
        let latest = try #require(RestoreReference("latest:main/shop"))
        let rows: [(Double, UInt32)] = [
            (0.837, 2), (0.837_4, 2), (0.836, 1), (0.999, 2), (0, 2), (1, 2), (-1, 1), (0.1, 1),
        ]
        for (after, id) in rows {
            let chosen = try latest.choose(among: sets, at: Date(timeIntervalSince1970: second + after))
            #expect(chosen.set.manifest.id == ManualClock.id(id), "\(after)")
        }
    }

    @Test func `by its id lies in any store, and may lie in two`() async throws {
        let sets = [
            try await set(1, day: 1), try await set(1, day: 1, store: "other"), try await set(2, day: 2),
        ]
        let id = ManualClock.id(1).uuidString
        #expect(try RestoreReference.id(id.lowercased()).choose(among: sets, at: nil).set.store == "local")
        #expect(throws: (any Error).self) { try RestoreReference.id("").choose(among: sets, at: nil) }
        #expect(throws: (any Error).self) { try RestoreReference.id("ffff").choose(among: sets, at: nil) }
    }
}

@Suite struct `A database beside another` {
    private let run = ManualClock.id(7)

    @Test func `tells whose it is, and no other name does`() {
        let name = SideDatabase.name(of: "shop", .restoring, run: run)
        let prefix = String(run.uuidString.lowercased().prefix(8))
        #expect(name == "shop__restoring_\(prefix)")
        #expect(SideDatabase.runPrefix(of: name) == prefix)
        let others = [
            "shop", SideDatabase.name(of: "shop", .before, run: run), "shop__restoring_",
            "shop__restoring_1234567",
            "shop__restoring_1234567G", "shop_restoring_12345678", "restoring_12345678",
        ]
        for other in others { #expect(SideDatabase.runPrefix(of: other) == nil, "\(other)") }
    }

    @Test func `has a name that PostgreSQL does not cut`() {
        let name = SideDatabase.name(of: String(repeating: "ä", count: 31), .restoring, run: run)
        #expect(name.utf8.count <= 63 && SideDatabase.runPrefix(of: name) != nil)
    }
}

@Suite struct `A part of an archive` {
    /// A shop: orders with a sequence, an index and a foreign key to customers; a view on both; a trigger's function.
    private static let rows: [(Int32, String, String, String, [Int32])] = [
        (1, "SCHEMA", "", "app", []), (2, "SCHEMA", "", "other", []),
        (3, "TYPE", "app", "mood", [1]), (4, "FUNCTION", "app", "stamp()", [1]),
        (5, "TABLE", "app", "customers", [1, 3]), (6, "SEQUENCE", "app", "orders_id_seq", [1]),
        (7, "TABLE", "app", "orders", [1]), (8, "SEQUENCE OWNED BY", "app", "orders_id_seq", [6, 7]),
        (9, "DEFAULT", "app", "orders id", [6, 7]), (10, "VIEW", "app", "open", [1, 5, 7]),
        (11, "TABLE", "other", "orders", [2]), (12, "TABLE", "app", "log", [1]),
        (13, "TABLE", "app", "log_new", [1]), (14, "TABLE ATTACH", "app", "log_new", [12, 13]),
        (20, "TABLE DATA", "app", "customers", [5]), (21, "TABLE DATA", "app", "orders", [7]),
        (22, "SEQUENCE SET", "app", "orders_id_seq", [6]), (23, "TABLE DATA", "other", "orders", [11]),
        (24, "TABLE DATA", "app", "log_new", [13]),
        (30, "CONSTRAINT", "app", "customers customers_pkey", [5]), (31, "INDEX", "app", "orders_day", [7]),
        (32, "FK CONSTRAINT", "app", "orders orders_customer", [5, 7, 30]),
        (33, "TRIGGER", "app", "customers stamped", [4, 5]),
        (34, "TRIGGER", "app", "orders stamped", [4, 7]),
        (35, "ACL", "app", "TABLE orders", [7]), (36, "ACL", "", "SCHEMA app", [1]),
    ]

    private func chosen(_ tables: [String] = [], _ schemas: [String] = []) throws -> RestoreSelection {
        var contents = TableOfContents(header: try Self.header(), entries: [])
        contents.entries = Self.rows.map { id, kind, schema, name, needs in
            var entry = TOCEntry()
            entry.dumpID = id
            entry.description = ArchiveText(kind)
            entry.namespace = ArchiveText(schema)
            entry.tag = ArchiveText(name)
            entry.dependencies = needs.map { ArchiveText("\($0)") }
            return entry
        }
        return RestoreSelection.choose(tables: tables, schemas: schemas, in: contents)
    }

    private static func header() throws -> ArchiveHeader {
        try RestoreFixture.contents("shop-18.dump").header
    }

    @Test func `is a table with what belongs to it and what it needs, and no foreign key to nowhere`() throws
    {
        #expect(try chosen(["app.orders"]).dumpIDs == [1, 4, 6, 7, 8, 9, 21, 22, 31, 34, 35, 36])
        #expect(try chosen(["customers"]).dumpIDs == [1, 3, 4, 5, 20, 30, 33, 36])
        #expect(try chosen(["app.orders", "customers"]).dumpIDs.contains(32))
    }

    @Test func `is a view with the tables below it and their rows`() throws {
        #expect(try chosen(["open"]).dumpIDs.filter { $0 < 20 } == [1, 3, 4, 5, 6, 7, 8, 9, 10])
        #expect(try chosen(["open"]).dumpIDs.contains(20))
    }

    @Test func `is a partitioned table with its partitions, and a partition alone`() throws {
        #expect(try chosen(["log"]).dumpIDs == [1, 12, 13, 14, 24, 36])
        #expect(try chosen(["log_new"]).dumpIDs == [1, 13, 24, 36])
    }

    @Test func `is a whole schema, and names what is not there`() throws {
        #expect(try chosen([], ["other"]).dumpIDs == [2, 11, 23])
        #expect(try chosen(["orders"]).dumpIDs.contains(11))
        #expect(try chosen(["nothing", "orders"], ["none"]).missing == ["nothing", "none"])
    }
}

@Suite struct `The roles of an archive` {
    @Test func `are owners, and whom rights and policies are given to`() {
        let statements: [(String, String)] = [
            (
                "ACL",
                "GRANT SELECT ON TABLE app.a TO reader;\nGRANT ALL ON TABLE app.a TO \"Odd, one\" WITH GRANT OPTION;"
            ),
            ("ACL", "REVOKE ALL ON TABLE app.a FROM PUBLIC;\nGRANT USAGE ON SCHEMA app TO PUBLIC;"),
            (
                "ACL",
                "SET SESSION AUTHORIZATION granting;\nGRANT SELECT ON TABLE app.a TO x;\nRESET SESSION AUTHORIZATION;"
            ),
            (
                "DEFAULT ACL",
                "ALTER DEFAULT PRIVILEGES FOR ROLE maker IN SCHEMA app GRANT SELECT ON TABLES TO later;"
            ),
            ("POLICY", "CREATE POLICY p ON app.a FOR SELECT TO seen, other USING ((who = CURRENT_USER));"),
            ("POLICY", "CREATE POLICY q ON app.a TO CURRENT_USER USING (true);"),
            ("FUNCTION", "CREATE FUNCTION f() RETURNS text LANGUAGE sql AS 'GRANT x TO nobody';"),
        ]
        let entries = statements.map { kind, text in
            var entry = TOCEntry()
            entry.description = ArchiveText(kind)
            entry.definition = ArchiveText(text)
            entry.owner = "shop"
            return entry
        }
        #expect(
            ArchiveRoles.names(in: entries) == [
                "shop", "reader", "Odd, one", "granting", "x", "maker", "later", "seen", "other",
            ])
    }
}
