import Databases
import Engine
import FoundationEssentials
import Jobs
import Measures
import Policy
import Postgres
import TestKit
import Testing

@Suite(.serialized, .timeLimit(.minutes(10))) struct `How large a clean B-tree is` {
    /// Fresh indexes of many shapes, by the statistics within so many percent of what they are.
    @Test(arguments: await TemporaryServer.versions())
    func `is told by the statistics`(version: Int) async throws {
        let bed = try await MaintenanceBed(version: version)
        try await bed.run(
            """
            CREATE TABLE t (id bigint, small smallint, few int, half int, name text, long text, price numeric,
                made timestamptz, key uuid, flag boolean) WITH (autovacuum_enabled = off)
            """,
            """
            INSERT INTO t SELECT i, i % 1000, i % 20, CASE WHEN i % 2 = 0 THEN i END, md5(i::text),
                repeat(md5(i::text), 3), i / 7.0, now() + i * interval '1 s', md5(i::text)::uuid, i % 2 = 0
            FROM generate_series(1, 60000) i
            """,
            "CREATE UNIQUE INDEX by_id ON t (id)", "CREATE INDEX by_small ON t (small)",
            "CREATE INDEX by_few ON t (few)", "CREATE INDEX by_half ON t (half)",
            "CREATE INDEX by_name ON t (name)", "CREATE INDEX by_long ON t (long)",
            "CREATE INDEX by_price ON t (price)", "CREATE INDEX by_made ON t (made)",
            "CREATE INDEX by_key ON t (key)", "CREATE INDEX by_flag ON t (flag)",
            "CREATE INDEX by_two ON t (few, id)", "CREATE INDEX by_three ON t (small, few, name)",
            "CREATE INDEX covering ON t (id) INCLUDE (few)",
            "CREATE INDEX loose ON t (id) WITH (fillfactor = 50)",
            "CREATE INDEX partial ON t (id) WHERE few < 10", "CREATE INDEX shuffled ON t (md5(name))",
            "CREATE INDEX tiny ON t (id) WHERE id < 10")
        #expect(
            try await bed.facts().indexes.filter { !$0.isOfSystem }.allSatisfy { $0.estimatedSize == nil })
        try await bed.run("ANALYZE t")
        let facts = try await bed.facts()
        for name in [
            "by_id", "by_small", "by_few", "by_half", "by_name", "by_long", "by_price", "by_made", "by_key",
            "by_flag", "by_two", "by_three", "covering", "loose", "partial",
        ] {
            let index = try #require(facts.index(name))
            let estimate = try #require(index.estimatedSize, "\(name)")
            let ratio = Double(estimate.bytes) / Double(index.size.bytes)
            #expect(ratio > 0.9 && ratio < 1.15, "\(name): \(estimate) for \(index.size)")
        }
        #expect(facts.index("shuffled")?.estimatedSize == nil, "of an expression nothing is said")
        #expect(facts.index("tiny")?.estimatedSize == nil)
        // Bloated, it is far from it.
        try await bed.run("DELETE FROM t WHERE id % 10 <> 0", "VACUUM ANALYZE t")
        let bloated = try #require(try await bed.facts().index("by_id"))
        #expect(try #require(bloated.estimatedSize).bytes * 7 < bloated.size.bytes)
        try await bed.close()
    }
}
