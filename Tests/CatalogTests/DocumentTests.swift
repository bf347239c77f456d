import Catalog
import FoundationEssentials
import Postgres
import TestKit
import Testing

@Suite struct `The document on the catalog` {
    @Test func `holds the comment of every table, view and column`() async throws {
        let path = #filePath.replacing("/Tests/CatalogTests/DocumentTests.swift", with: "/docs/catalog.md")
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let marker = try #require(text.firstRange(of: "-->\n"))
        Golden.expect(text[..<marker.upperBound] + (try await tables()), inFile: path)
    }

    /// One section for each relation, the tables first, as the database describes them.
    private func tables() async throws -> String {
        let options = try await freshOptions()
        try await CatalogAdmin(options).migrate()
        let connection = try await Connection.open(options)
        let rows = try await connection.query(
            """
            SELECT c.relname AS relation, CASE c.relkind WHEN 'v' THEN 'view' ELSE 'table' END AS kind,
                obj_description(c.oid, 'pg_class') AS purpose, a.attname AS name,
                format_type(a.atttypid, NULL) AS type, a.attnotnull OR c.relkind = 'v' AS always,
                col_description(c.oid, a.attnum) AS comment
            FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
            WHERE c.relnamespace = 'pgvigil'::regnamespace AND c.relkind IN ('r', 'v')
            ORDER BY c.relkind, c.relname, a.attnum
            """)
        var text = ""
        var last = ""
        for row in rows {
            let relation = try row.text("relation")
            let name = try row.text("name")
            let comment = try #require(try row.optionalText("comment"), "\(relation).\(name) has no comment")
            if relation != last {
                let purpose = try #require(try row.optionalText("purpose"), "\(relation) has no comment")
                text +=
                    "\n### \(relation)\(try row.text("kind") == "view" ? " (view)" : "")\n\n\(purpose)\n\n"
                text += "| column | type | meaning |\n|---|---|---|\n"
                last = relation
            }
            let type = try row.text("type").replacing("timestamp with time zone", with: "timestamptz")
            let null = try row.boolean("always") ? "" : ", may be null"
            text += "| `\(name)` | \(type)\(null) | \(comment) |\n"
        }
        return text
    }
}
