import ArchiveFormat
import TestKit
import Testing

@testable import Engine

@Suite struct `What pg_restore says` {
    @Test(arguments: ["15", "16", "17", "18", "15-verbose"])
    func `real answers tell what is broken and what this server lacks`(name: String) throws {
        let troubles = RestoreTrouble.parse(try RestoreFixture.text("restore-\(name).txt"))
        let told = troubles.map { "\($0.meaning.rawValue)\t\($0.object)\t\($0.message)" }
        Golden.expect(told.joined(separator: "\n"), "restore-troubles-\(name)")
    }

    @Test func `each message means what it should`() {
        for row in Rows.read("restore-troubles.tsv") {
            let text = row[0].replacing("|", with: "\n")
            let found = RestoreTrouble.parse(text).map { "\($0.meaning.rawValue): \($0.object)" }
            #expect(found.joined(separator: "; ") == row[1], "\(row[2])")
        }
    }

    @Test func `values of rows are not repeated`() {
        let text = """
            pg_restore: error: COPY failed for table "dup": ERROR:  duplicate key value violates unique constraint "k"
            DETAIL:  Key (email)=(alice@example.org) already exists.
            CONTEXT:  COPY dup, line 2: "1	alice@example.org"
            """
        let lines = RestoreTrouble.parse(text).map(\.line)
        #expect(lines.map(\.said) == [#"TABLE DATA dup: duplicate key value violates unique constraint "k""#])
        #expect(lines.map(\.state) == [.broken])
    }
}
