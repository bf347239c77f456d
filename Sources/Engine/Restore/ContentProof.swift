package import ArchiveFormat
package import Measures

/// Compares the rows of a restored database with those of the archive, and says which tables are only counted.
package struct ContentProof: Sendable {
    package var tables: [Expected]
    /// Large objects in the archive.
    package var largeObjects: Int
    package var largeObjectsDigest: RowDigest?
    package var proof: DrillReport.Proof
    /// Tables with more data than this are only counted; nil compares the content of all.
    package let contentMax: ByteCount?
    /// The one of the tables above ``contentMax`` whose turn it is: its content is compared all the same.
    package let inTurn: Name?
    /// How many take that turn.
    private let turns: Int

    /// - Parameter day: The drill's day, as a number that grows by one each day; it says which table above `contentMax`
    ///   has its turn. Nil gives none a turn.
    package init(
        tables: [Expected], largeObjects: Int, largeObjectsDigest: RowDigest?, proof: DrillReport.Proof,
        contentMax: ByteCount? = nil, day: Int? = nil
    ) {
        self.tables = tables
        self.largeObjects = largeObjects
        self.largeObjectsDigest = largeObjectsDigest
        self.proof = proof
        self.contentMax = contentMax
        let large = tables.filter { table in
            contentMax.map { table.bytes > $0.bytes } ?? false && table.digest != nil
        }.map(\.table).sorted()
        turns = large.count
        inTurn = day.flatMap { large.isEmpty ? nil : large[Self.turn(of: $0, among: large.count)] }
    }

    /// The place whose turn it is on a day.
    ///
    /// The day modulo the count would give weekly drills of seven tables the same one each time; multiples of the golden
    /// ratio are spread evenly whatever the step between drills (Knuth, The Art of Computer Programming, 6.4).
    static func turn(of day: Int, among count: Int) -> Int {
        let spread = UInt64(bitPattern: Int64(day)) &* 0x9e37_79b9_7f4a_7c15
        return Int(spread.multipliedFullWidth(by: UInt64(max(count, 1))).high)
    }

    /// A table's name.
    package struct Name: Sendable, Hashable, Comparable, CustomStringConvertible {
        package var schema: String
        package var name: String

        package init(schema: String, name: String) {
            self.schema = schema
            self.name = name
        }

        package var description: String { schema.isEmpty ? name : "\(schema).\(name)" }

        package static func < (left: Name, right: Name) -> Bool {
            (left.schema, left.name) < (right.schema, right.name)
        }
    }

    /// One table of the archive.
    package struct Expected: Sendable, Equatable {
        package var table: Name
        /// Nil where rows cannot be counted: the data is INSERT commands, or was never decoded.
        package var rows: Int64?
        /// Nil where the archive's rows were never digested.
        package var digest: RowDigest?
        /// Decoded bytes of its data.
        package var bytes: Int64

        package init(table: Name, rows: Int64?, digest: RowDigest?, bytes: Int64) {
            self.table = table
            self.rows = rows
            self.digest = digest
            self.bytes = bytes
        }
    }

    /// What was read of one table of the restored database.
    package enum Reading: Sendable, Equatable {
        case counted(Int64)
        case read(ContentReading)
        /// It is not there.
        case missing
        /// It could not be read; the reason is without data.
        case failed(String)
    }

    /// How a table is read.
    package enum Way: Sendable, Equatable {
        case content
        /// Only its rows are counted, and why; nil if the proof asks for no more.
        case rows(because: String?)
    }

    /// How this table is to be read.
    package func way(of table: Expected) -> Way {
        guard proof == .content else { return .rows(because: nil) }
        if table.digest == nil { return .rows(because: "the archive has no digest of it") }
        if let contentMax, table.bytes > contentMax.bytes, table.table != inTurn {
            return .rows(because: "it has more than \(contentMax) of data")
        }
        return .content
    }

    /// Lines for rows and content: one for all tables that are as they were, and one for each that is not.
    ///
    /// - Parameters:
    ///   - readings: By table; one that is missing here was not looked at, which is no proof.
    ///   - extra: Tables of the restored database with rows that the archive has no data of.
    package func lines(_ readings: [Name: Reading], extra: [Name] = []) -> [DrillLine] {
        var tally = Tally()
        for table in tables { compare(table, readings[table.table], &tally) }
        for name in extra.sorted() {
            tally.lines.append(
                DrillLine(.rows, "\(name)", expected: "no data", found: "rows", state: .broken))
        }
        var lines: [DrillLine] = []
        if tally.counted > 0 {
            lines.append(
                DrillLine(
                    .rows, "\(many(tally.counted)), \(Decimals.grouped(tally.rows)) rows",
                    found: "as in the archive", state: .ok, count: tally.counted))
        }
        if tally.digested > 0 {
            lines.append(
                DrillLine(
                    .content, "\(many(tally.digested)), \(ByteCount(tally.bytes))",
                    found: "as in the archive",
                    state: .ok, count: tally.digested))
        }
        return lines + tally.lines + skipped(tally) + turnLines(readings)
    }

    /// The line for large objects; none where the archive has none and none were found.
    ///
    /// - Parameter reading: Nil where they could not be read.
    package func largeObjectLines(_ reading: ContentReading?) -> [DrillLine] {
        guard let reading else {
            let text = many(largeObjects, "large object")
            return largeObjects == 0 ? [] : [.unknown(.largeObjects, text, "they were not read")]
        }
        let found = many(Int(clamping: reading.count), "large object")
        if reading.count != Int64(largeObjects) {
            let expected = many(largeObjects, "large object")
            return [
                DrillLine(.largeObjects, "all", expected: expected, found: found, state: .broken)
            ]
        }
        if largeObjects == 0 { return [] }
        guard proof == .content, let digest = largeObjectsDigest else {
            let text = "as many as in the archive"
            return [DrillLine(.largeObjects, found, found: text, state: .ok, count: largeObjects)]
        }
        guard reading.digest == digest else {
            return [
                DrillLine(
                    .largeObjects, found, expected: "digest \(digest)", found: "digest \(reading.digest)",
                    state: .broken)
            ]
        }
        return [
            DrillLine(
                .largeObjects, "\(found), \(ByteCount(reading.bytes))", found: "as in the archive",
                state: .ok,
                count: largeObjects)
        ]
    }

    private struct Tally {
        var counted = 0
        var rows: Int64 = 0
        var digested = 0
        var bytes: Int64 = 0
        var lines: [DrillLine] = []
        /// Tables that are only counted, by the reason.
        var onlyRows: [(why: String, tables: [Name])] = []

        mutating func leaveOut(_ table: Name, _ why: String) {
            if let at = onlyRows.firstIndex(where: { $0.why == why }) {
                onlyRows[at].tables.append(table)
            } else {
                onlyRows.append((why, [table]))
            }
        }
    }

    private func compare(_ table: Expected, _ reading: Reading?, _ tally: inout Tally) {
        let name = "\(table.table)"
        switch reading {
        case nil: tally.lines.append(.unknown(.rows, name, "it was not read"))
        case .failed(let why): tally.lines.append(.unknown(.rows, name, why))
        case .missing:
            let rows = table.rows.map { "\(Decimals.grouped($0)) rows" } ?? "the table"
            tally.lines.append(
                DrillLine(.rows, name, expected: rows, found: "no such table", state: .broken))
        case .counted(let rows): compare(table, rows: rows, nil, &tally)
        case .read(let content): compare(table, rows: content.count, content, &tally)
        }
    }

    private func compare(
        _ table: Expected, rows: Int64, _ content: ContentReading?, _ tally: inout Tally
    ) {
        let name = "\(table.table)"
        guard let expected = table.rows else {
            tally.lines.append(.unknown(.rows, name, "the archive's rows were not counted"))
            return
        }
        guard expected == rows else {
            tally.lines.append(
                DrillLine(
                    .rows, name, expected: Decimals.grouped(expected), found: Decimals.grouped(rows),
                    state: .broken))
            return
        }
        tally.counted += 1
        tally.rows = tally.rows.addingReportingOverflow(rows).partialValue
        switch way(of: table) {
        case .rows(let why):
            if let why { tally.leaveOut(table.table, why) }
        case .content:
            guard let content, let digest = table.digest else {
                tally.lines.append(.unknown(.content, name, "its rows were counted and not read"))
                return
            }
            if content.digest == digest {
                tally.digested += 1
                tally.bytes = tally.bytes.addingReportingOverflow(content.bytes).partialValue
            } else {
                tally.lines.append(
                    DrillLine(
                        .content, name, expected: "digest \(digest)", found: "digest \(content.digest)",
                        state: .broken))
            }
        }
    }

    private static let namesMax = 8

    /// A note for each reason to count only; no digest at all is none that a rule chose, and so it is unknown.
    private func skipped(_ tally: Tally) -> [DrillLine] {
        tally.onlyRows.map { one in
            let names = one.tables.prefix(Self.namesMax).map { "\($0)" }.joined(separator: ", ")
            let more = one.tables.count - Self.namesMax
            let subject = more > 0 ? "\(names) and \(more) more" : names
            let isRule = contentMax != nil && one.why.hasPrefix("it has more than")
            return DrillLine(
                .content, subject, found: "only counted, for \(one.why)",
                state: isRule ? .note : .unknown, count: one.tables.count)
        }
    }

    /// Says whose turn it was; what came of it is among the other lines.
    private func turnLines(_ readings: [Name: Reading]) -> [DrillLine] {
        guard proof == .content, let inTurn, let contentMax, case .read? = readings[inTurn] else { return [] }
        let text = "read in its turn, 1 of \(many(turns)) with more than \(contentMax) of data"
        return [.note(.content, "\(inTurn)", text)]
    }

    private func many(_ count: Int, _ what: String = "table") -> String {
        "\(Decimals.grouped(Int64(count))) \(count == 1 ? what : what + "s")"
    }
}
