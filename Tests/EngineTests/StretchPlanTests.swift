import ArchiveFormat
import Testing

@testable import Engine

@Suite struct `Dividing tables among connections` {
    private static let mebibyte: Int64 = 1 << 20

    private static func entry(_ id: Int32, _ table: String, columns: String = " (id, note)") -> TOCEntry {
        var entry = TOCEntry()
        entry.dumpID = id
        entry.oid = ArchiveText(Array("\(id)".utf8))
        entry.description = ArchiveText(Array("TABLE DATA".utf8))
        entry.tag = ArchiveText(Array(table.utf8))
        entry.namespace = ArchiveText(Array("public".utf8))
        entry.copyStatement = ArchiveText(Array("COPY public.\(table)\(columns) FROM stdin;\n".utf8))
        entry.location = .offset(.notSet, 0)
        return entry
    }

    private static func plan(_ entries: [TOCEntry], _ layouts: [String: TableLayout]) throws -> StretchPlan {
        let sample = try TableOfContents.parse(Fixture.bytes("tiny-custom-none.dump"))
        return StretchPlan.make(TableOfContents(header: sample.header, entries: entries), layouts)
    }

    private static func layout(
        mebibytes: Int64, pages: Int64? = nil, divisible: Bool = true, condition: String? = nil
    ) -> TableLayout {
        TableLayout(
            pages: pages ?? mebibytes * 128, bytes: mebibytes * mebibyte, isDivisible: divisible,
            condition: condition)
    }

    @Test func `a small table is read in one go, a large one by ranges of pages without a gap`() throws {
        let plan = try Self.plan(
            [Self.entry(1, "small"), Self.entry(2, "large")],
            ["1": Self.layout(mebibytes: 1), "2": Self.layout(mebibytes: 40)])
        let small = CopySource(schema: "public", name: "small", columns: ["id", "note"])
        let large = CopySource(schema: "public", name: "large", columns: ["id", "note"])
        #expect(
            plan
                == .stretches([
                    TableStretch(entry: 0, source: small),
                    TableStretch(entry: 1, source: large, to: 2_560),
                    TableStretch(entry: 1, source: large, from: 2_560),
                ]))
    }

    @Test(arguments: [32, 33, 47, 48, 1_000, 100_000] as [Int64])
    func `ranges follow one another, and both ends are open`(mebibytes: Int64) throws {
        let plan = try Self.plan([Self.entry(1, "t")], ["1": Self.layout(mebibytes: mebibytes)])
        guard case .stretches(let stretches) = plan else {
            Issue.record("\(plan)")
            return
        }
        #expect(stretches.first?.from == nil && stretches.last?.to == nil)
        for (left, right) in zip(stretches, stretches.dropFirst()) {
            #expect(left.to != nil && left.to == right.from)
            #expect((left.from ?? 0) < (left.to ?? 0))
        }
        #expect(stretches.count >= 2 && stretches.count <= mebibytes / 16 + 1)
    }

    @Test func `what is large beside the heap is divided by its whole size`() throws {
        let layout = TableLayout(pages: 4, bytes: 1 << 30, isDivisible: true)
        guard case .stretches(let stretches) = try Self.plan([Self.entry(1, "t")], ["1": layout]) else {
            return
        }
        #expect(stretches.count == 4, "a page is the least that can be read by itself")
    }

    @Test(arguments: [
        (Self.layout(mebibytes: 500, divisible: false), " (id)"),
        (Self.layout(mebibytes: 500, condition: "WHERE id > 9"), " (id)"),
        (Self.layout(mebibytes: 500), " "), (Self.layout(mebibytes: 500, pages: 1), " (id)"),
    ])
    func `what has no ranges stays whole`(layout: TableLayout, columns: String) throws {
        let plan = try Self.plan([Self.entry(1, "t", columns: columns)], ["1": layout])
        guard case .stretches(let stretches) = plan else {
            Issue.record("\(plan)")
            return
        }
        #expect(stretches.count == 1 && stretches[0].isFirst && stretches[0].isLast)
        #expect(stretches[0].condition == layout.condition)
    }

    @Test func `what COPY over a connection of ours cannot bring stays with pg_dump`() throws {
        var objects = Self.entry(2, "BLOBS")
        objects.description = ArchiveText(Array("BLOBS".utf8))
        var inserts = Self.entry(3, "t")
        inserts.copyStatement = nil
        let known = ["1": Self.layout(mebibytes: 1), "3": Self.layout(mebibytes: 1)]
        #expect(
            try Self.plan([Self.entry(1, "t"), objects], known) == .stream(because: "there are large objects")
        )
        #expect(try Self.plan([inserts], known) == .stream(because: "public.t is not saved by COPY"))
        #expect(try Self.plan([Self.entry(9, "f")], known) == .stream(because: "public.f is no plain table"))
        #expect(try Self.plan([], known) == .stream(because: "there is nothing to read"))
    }
}
