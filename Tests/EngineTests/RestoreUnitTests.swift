import ArchiveFormat
import FoundationEssentials
import Measures
import TestKit
import Testing

@testable import Engine

@Suite struct `What surrounds the rows` {
    private let acl =
        #"{=c/"Shop Owner","\"Shop Owner\"=CTc/\"Shop Owner\"",readers=c/"Shop Owner","app=C*/\"Shop Owner\""}"#

    private func manifest(_ change: (inout Manifest) -> Void = { _ in }) -> Manifest {
        let start = Date(timeIntervalSince1970: 1_795_307_400)
        var manifest = Manifest(
            id: ManualClock.id(1), run: ManualClock.id(2), job: "nightly-backup", target: "main",
            started: start, finished: start + 60, format: .custom, compression: "zlib:6",
            archive: "archive.dump", globals: .withPasswords, files: [], serverVersion: "18.6",
            clientVersion: "18.6",
            database: .init(
                name: "shop", owner: "Shop Owner", encoding: "UTF8", collate: "C.UTF-8", ctype: "C.UTF-8",
                localeProvider: "c", acl: acl,
                settings: ["work_mem=8MB", "search_path=shop, public"], size: 8_000_000),
            extensions: [.init(name: "citext", version: "1.6"), .init(name: "plpgsql", version: "1.0")],
            warnings: [], tables: [], largeObjects: 1, verification: .init(level: .decode, at: start + 50))
        change(&manifest)
        return manifest
    }

    private func state(_ change: (inout RestoredState) -> Void = { _ in }) -> RestoredState {
        var state = RestoredState(
            owner: "Shop Owner", encoding: "UTF8", collate: "C.utf8", ctype: "C.utf8", localeProvider: "c",
            acl:
                #"{"\"Shop Owner\"=CTc/\"Shop Owner\"",=c/"Shop Owner","app=C*/\"Shop Owner\"",readers=c/"Shop Owner"}"#,
            settings: ["search_path=shop, public", "work_mem=8MB"],
            extensions: ["citext": "1.6", "plpgsql": "1.0"],
            sequences: [
                .init(schema: "shop", name: "Odd Seq", lastValue: 7, isCalled: true),
                .init(schema: "shop", name: "never", lastValue: 3, isCalled: false),
                .init(schema: "shop", name: "customer_id_seq", lastValue: 5, isCalled: true),
                .init(schema: "shop", name: "orders_id_seq", lastValue: 9, isCalled: true),
            ],
            materializedViews: ["shop.totals": true, "shop.empty": false], invalidIndexes: [],
            notValidConstraints: ["shop.orders.late"], size: ByteCount(8_000_000))
        change(&state)
        return state
    }

    private func lines(
        _ manifest: Manifest, _ state: RestoredState, hasContents: Bool = true
    ) throws -> [DrillLine] {
        UnitComparison(
            manifest: manifest, contents: hasContents ? try RestoreFixture.contents("shop-18.dump") : nil,
            state: state
        ).lines()
    }

    @Test func `a database that is as it was has one line a check`() throws {
        Golden.expect(RestoreFixture.told(try lines(manifest(), state())), "unit-well")
    }

    @Test func `a plain archive tells less, and the report says so`() throws {
        Golden.expect(RestoreFixture.told(try lines(manifest(), state(), hasContents: false)), "unit-plain")
    }

    @Test func `each fault is found`() throws {
        let faults: [(why: String, change: (inout RestoredState) -> Void)] = [
            ("owner", { $0.owner = "app" }), ("encoding", { $0.encoding = "LATIN1" }),
            ("collation", { $0.collate = "C" }), ("provider", { $0.localeProvider = "i" }),
            ("rights are the default", { $0.acl = nil }), ("rights are empty", { $0.acl = "{}" }),
            ("a grant more", { $0.acl = $0.acl?.replacing("{", with: "{eve=C/\"Shop Owner\",") }),
            ("a setting was lost", { $0.settings.removeFirst() }),
            ("a setting changed", { $0.settings[1] = "work_mem=9MB" }),
            ("an extension was lost", { $0.extensions["citext"] = nil }),
            ("an extension is newer", { $0.extensions["citext"] = "1.8" }),
            ("a sequence was lost", { $0.sequences.removeFirst() }),
            ("a sequence is behind", { $0.sequences[2].lastValue = 4 }),
            ("a sequence was used", { $0.sequences[1].isCalled = true }),
            ("a view is empty", { $0.materializedViews["shop.totals"] = false }),
            ("a view was lost", { $0.materializedViews["shop.totals"] = nil }),
            ("a constraint is open", { $0.notValidConstraints.append("shop.orders.orders_customer_fkey") }),
            ("an index is not valid", { $0.invalidIndexes = ["shop.part_1_k_idx", "shop.part_k_idx"] }),
        ]
        let well = Set(try lines(manifest(), state()).map(\.said))
        var answers: [String] = []
        for fault in faults {
            let found = try lines(manifest(), state(fault.change)).filter { !well.contains($0.said) }
            let told = found.filter { $0.state != .ok }.map {
                "  \($0.state.rawValue) \($0.check.rawValue): \($0.said)"
            }
            answers.append(([fault.why] + told).joined(separator: "\n"))
        }
        Golden.expect(answers.joined(separator: "\n"), "unit-faults")
    }

    @Test func `default rights are the same whether they are written or not`() throws {
        let plain = manifest { $0.database.acl = nil }
        let written = state { $0.acl = #"{"=Tc/\"Shop Owner\"","\"Shop Owner\"=CTc/\"Shop Owner\""}"# }
        #expect(RestoreFixture.broken(try lines(plain, written)).isEmpty)
    }
}

@Suite struct `Statements that make a database` {
    private func database(_ provider: String, _ locale: String?) -> Manifest.Database {
        .init(
            name: "shop", owner: "Shop Owner", encoding: "UTF8", collate: "de_DE.UTF-8", ctype: "C",
            localeProvider: provider, icuLocale: locale,
            acl:
                #"{=c/"Shop Owner","\"Shop Owner\"=CTc/\"Shop Owner\"","app=C*c/\"Shop Owner\"",readers=c/app}"#,
            settings: ["search_path=\"$user\", shop", "work_mem=8MB", "app.note=it's; here"], size: 1)
    }

    @Test func `the locale is written as each version wants it`() {
        var lines: [String] = []
        for (provider, locale) in [("c", nil), ("i", "de-AT"), ("b", "C.UTF-8"), ("x", nil)] {
            for major in [14, 15, 16, 17, 18] {
                let one = DatabaseStatements(
                    database: database(provider, locale), name: "drill \"1\"", major: major)
                switch one.create() {
                case .statement(let text): lines.append("\(provider) \(major)\t\(text)")
                case .impossible(let why): lines.append("\(provider) \(major)\timpossible: \(why)")
                }
            }
        }
        Golden.expect(lines.joined(separator: "\n"), "create-database")
    }

    @Test(arguments: [15, 18])
    func `properties of an archive are for the other name, and strings are left alone`(version: Int) throws {
        let contents = try RestoreFixture.contents("shop-\(version).dump")
        let found = DatabaseStatements(database: database("c", nil), name: "Drill 1", major: version)
            .properties(from: contents)
        #expect(found.notes.isEmpty)
        Golden.expect(found.statements.joined(separator: "\n"), "database-properties")
    }

    @Test func `properties that are not UTF-8 are named`() throws {
        var contents = try RestoreFixture.contents("shop-18.dump")
        for index in contents.entries.indices where contents.entries[index].kind == "COMMENT" {
            contents.entries[index].definition = ArchiveText(
                Array("COMMENT ON DATABASE shop IS '".utf8) + [0xE9, 0x27, 0x3B])
        }
        let found = DatabaseStatements(database: database("c", nil), name: "x", major: 18).properties(
            from: contents)
        #expect(found.notes == ["COMMENT of DATABASE shop: not in UTF-8, left out"])
    }

    @Test func `settings of roles in a plain set's database are made again`() {
        var saved = database("c", nil)
        saved.settings = []
        saved.acl = nil
        saved.roleSettings = [
            .init(role: "App \"x", setting: "search_path=\"$user\", shop"),
            .init(role: "reader", setting: "work_mem=9MB"),
        ]
        let found = DatabaseStatements(database: saved, name: "drill", major: 18).propertiesFromManifest()
        #expect(
            found.statements == [
                #"ALTER ROLE "App ""x" IN DATABASE "drill" SET "search_path" TO '$user', 'shop'"#,
                #"ALTER ROLE "reader" IN DATABASE "drill" SET "work_mem" TO '9MB'"#,
            ])
    }

    @Test func `properties of a plain set come from its manifest`() {
        let found = DatabaseStatements(database: database("c", nil), name: "drill", major: 18)
            .propertiesFromManifest()
        #expect(found.notes.isEmpty)
        Golden.expect(found.statements.joined(separator: "\n"), "database-properties-of-a-manifest")
    }
}
