import FoundationEssentials
import Measures
import Policy
import Testing

/// One row of maintenance.tsv: a database, what a job says, what was, what is left, and the plan that must come of it.
struct MaintenanceRow: CustomTestStringConvertible {
    let facts: MaintenanceFacts
    let limits: MaintenanceLimits
    let history: MaintenanceHistory
    let left: Duration?
    let expected: [String]
    let why: String

    var testDescription: String { why }

    static let now = Date(timeIntervalSince1970: 1_795_300_000)

    /// Objects, what the job says, what was done, what is left, the plan, and why; `-` for nothing.
    init(_ fields: [String]) throws {
        var facts = MaintenanceFacts(
            database: "shop", version: 170_002, takenAt: Self.now, isInRecovery: false,
            thresholds: ServerThresholds(), relations: [], indexes: [], blockers: [])
        for word in Self.words(fields[0]) { try Self.read(word, into: &facts) }
        self.facts = facts
        limits = try Self.limits(fields[1])
        history = MaintenanceHistory(try Self.words(fields[2]).map(Self.past))
        left = fields[3] == "-" ? nil : try DurationText.parse(fields[3])
        expected = Self.words(fields[4]).map(\.text)
        why = fields[5]
    }

    /// `kind name key=value …`, separated by `;`.
    struct Word {
        var text: String
        var head: String
        var name: QualifiedName
        var values: [String: String] = [:]

        init(_ field: some StringProtocol) {
            let parts = String(field).split(separator: " ").map(String.init)
            text = parts.joined(separator: " ")
            head = parts.first ?? ""
            let name = (parts.dropFirst().first ?? "").split(separator: ".", maxSplits: 1).map(String.init)
            self.name =
                name.count == 2 ? QualifiedName(name[0], name[1]) : QualifiedName("public", name.last ?? "")
            for part in parts.dropFirst(2) {
                let pair = part.split(separator: "=", maxSplits: 1).map(String.init)
                values[pair[0]] = pair.count == 2 ? pair[1] : "yes"
            }
        }

        func number(_ key: String) throws -> Double? {
            try values[key].map { try #require(Double($0.replacing("_", with: ""))) }
        }

        func whole(_ key: String, _ standard: Int64 = 0) throws -> Int64 {
            try number(key).map { Int64($0) } ?? standard
        }

        func size(_ key: String, _ standard: ByteCount) throws -> ByteCount {
            try values[key].map { try ByteCount.parse($0) } ?? standard
        }

        /// `5d` before now; `never` and nothing for nil.
        func ago(_ key: String, _ standard: Duration?) throws -> Date? {
            if values[key] == "never" { return nil }
            let age = try values[key].map { try DurationText.parse($0) } ?? standard
            return age.map { MaintenanceRow.now.addingTimeInterval(-($0 / .seconds(1))) }
        }
    }

    static func words(_ field: String) -> [Word] {
        field == "-" ? [] : field.split(separator: ";").map(Word.init)
    }

    static func oid(_ name: QualifiedName) -> UInt32 {
        // A number of its own for each name, the same every time.
        "\(name.schema).\(name.name)".utf8.reduce(5381) { ($0 &* 33) ^ UInt32($1) }
    }

    private static func read(_ word: Word, into facts: inout MaintenanceFacts) throws {
        switch word.head {
        case "server": try readServer(word, into: &facts)
        case "index": facts.indexes.append(try index(word))
        case "snapshot": facts.blockers.append(try blocker(word, .snapshot))
        case "dump": facts.blockers.append(try blocker(word, .dump))
        case "prepared": facts.blockers.append(try blocker(word, .prepared))
        case "slot": facts.blockers.append(try blocker(word, .slot))
        case "standby": facts.blockers.append(try blocker(word, .standby))
        default: facts.relations.append(try relation(word))
        }
    }

    private static func readServer(_ word: Word, into facts: inout MaintenanceFacts) throws {
        facts.version = Int(try word.whole("version", 170_002))
        facts.isInRecovery = word.values["standby"] != nil
        facts.hiddenSessions = Int(try word.whole("hidden"))
        facts.thresholds.freezeMaxAge = try word.whole("freeze", 200_000_000)
        if word.values["failsafe"] == "none" {
            facts.thresholds.failsafeAge = nil
            facts.thresholds.multixactFailsafeAge = nil
        }
    }

    private static func relation(_ word: Word) throws -> RelationFacts {
        let kinds: [String: RelationKind] = [
            "table": .table, "parent": .partitioned, "matview": .materializedView, "toast": .toast,
            "catalog": .systemCatalog,
        ]
        let kind = try #require(kinds[word.head], "\(word.text)")
        var relation = RelationFacts(
            oid: oid(word.name), name: word.name, kind: kind,
            size: try word.size("size", kind == .partitioned ? .zero : ByteCount(100 << 20)))
        relation.owner = word.values["of"].map { oid(QualifiedName("public", $0)) }
        relation.tuples = try word.number("rows") ?? 1_000_000
        relation.deadRows = try word.whole("dead")
        relation.modifiedSinceAnalyze = try word.whole("modified")
        relation.insertedSinceVacuum = word.values["inserted"] == "unknown" ? nil : try word.whole("inserted")
        relation.pages = try word.whole("pages")
        relation.allVisiblePages = try word.whole("visible")
        relation.lastVacuum = try word.ago("vacuumed", .seconds(86_400))
        relation.lastAnalyze = try word.ago("analyzed", .seconds(86_400))
        relation.xidAge = kind == .partitioned ? nil : try word.whole("age")
        relation.multixactAge = kind == .partitioned ? nil : try word.whole("multixacts")
        relation.parameters.vacuumThreshold = try word.number("threshold") ?? 50
        relation.parameters.vacuumScale = try word.number("scale") ?? 0.2
        relation.parameters.vacuumMax = try word.number("most") ?? -1
        relation.parameters.insertThreshold = try word.number("insert_threshold") ?? 1000
        relation.freezeMaxAge = try word.number("freeze_max").map { Int64($0) }
        relation.multixactFreezeMaxAge = try word.number("multixact_max").map { Int64($0) }
        relation.mayMaintain = word.values["others"] == nil
        relation.isOtherTemporary = word.values["temporary"] != nil
        relation.autovacuum = try word.values["vacuuming"].map { who in
            AutovacuumAtWork(
                pid: Int32(try #require(Int(who.prefix { $0 != "!" }))),
                preventsWraparound: who.hasSuffix("!"))
        }
        return relation
    }

    private static func index(_ word: Word) throws -> IndexFacts {
        let table = QualifiedName(word.values["schema"] ?? word.name.schema, word.values["on"] ?? "t")
        var index = IndexFacts(
            oid: oid(word.name), name: word.name, table: oid(table), tableName: table,
            size: try word.size("size", ByteCount(100 << 20)))
        index.tuples = try word.number("rows") ?? 1_000_000
        index.estimatedSize = try word.values["estimated"].map { try ByteCount.parse($0) }
        index.method = word.values["method"] ?? "btree"
        index.freeSpace = try word.values["free"].map { try ByteCount.parse($0) }
        index.isValid = word.values["invalid"] == nil
        index.isExclusion = word.values["exclusion"] != nil
        index.isExpression = word.values["expression"] != nil
        index.isOfSystem = word.values["system"] != nil
        index.hasStaleCollation = word.values["stale"] != nil
        index.isBusy = word.values["busy"] != nil
        index.mayMaintain = word.values["others"] == nil
        index.fileNode = UInt32(try word.whole("file", 1))
        return index
    }

    private static func blocker(_ word: Word, _ kind: Blocker.Kind) throws -> Blocker {
        Blocker(
            kind: kind, pid: try word.number("pid").map { Int32($0) }, name: word.name.name,
            user: word.values["user"] ?? "",
            database: word.values["in"] == "all" ? nil : word.values["in"] ?? "shop",
            seconds: try word.values["for"].map { try DurationText.parse($0) / .seconds(1) },
            xidAge: try word.whole("holds", 10), catalogsOnly: word.values["catalogs"] != nil)
    }
}
