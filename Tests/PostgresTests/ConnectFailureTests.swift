import Postgres
import TestKit
import Testing

@Suite struct `Why a connection did not come about` {
    @Test(arguments: Rows.read("connect-failures.tsv"))
    func `is told by what libpq says`(row: [String]) throws {
        try #require(row.count == 4)
        let text = row[0].replacing("\\n", with: "\n").replacing("\\t", with: "\t")
        let fault = ConnectFailure.classify(text, address: "db:5432")
        #expect(fault.code == row[1], Comment(rawValue: row[3]))
        #expect(fault.mayPass == (row[2] == "yes"), Comment(rawValue: row[3]))
        #expect(!fault.summary.contains("\n"))
    }

    @Test func `names all causes of several hosts, each once`() {
        let text = """
            connection to server at "a" (10.0.0.1), port 1 failed: Connection refused
            \tIs the server running on that host and accepting TCP/IP connections?
            connection to server at "b" (10.0.0.2), port 1 failed: Connection refused
            \tIs the server running on that host and accepting TCP/IP connections?
            connection to server at "c" (10.0.0.3), port 1 failed: No route to host
            """
        #expect(
            ConnectFailure.classify(text, address: "a, b, c")
                == .unreachable(address: "a, b, c", cause: "Connection refused; No route to host"))
    }

    @Test func `keeps detail and hint of the server`() {
        let text = "x failed: FATAL:  42501: no\nDETAIL:  why not\nHINT:  ask somebody\nLOCATION:  f, a.c:1"
        let fault = ConnectFailure.classify(text, address: "db")
        #expect(fault.summary == "the server at db says: no (why not) [42501]")
        #expect(fault.remedy == "Ask somebody.")
    }
}
