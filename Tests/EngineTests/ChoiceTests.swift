import Faults
import Jobs
import Measures
import TestKit
import Testing

@testable import Engine

@Suite struct `Choosing clients and databases` {
    @Test(arguments: Rows.read("client-choices.tsv"))
    func `the client for a server`(row: [String]) throws {
        let clients = try row[0].split(separator: " ").map { text in
            let parts = text.split(separator: "/")
            return ClientTools(
                directory: String(text), major: try #require(Int(parts[0])), version: "\(parts[0]).0")
        }
        do {
            let chosen = try ClientChoice.choose(
                among: clients, server: try #require(Int(row[1])), compression: Specs.compression(row[2]))
            #expect(chosen.directory == row[3], "\(row[4])")
        } catch let fault as EngineFault {
            #expect(fault.code == row[3], "\(row[4])")
        }
    }

    @Test(arguments: Rows.read("database-choices.tsv"))
    func `the databases of a server`(row: [String]) {
        let spec = BackupSpec(databases: Specs.words(row[0]), excludeDatabases: Specs.words(row[2]) ?? [])
        let target = Target(
            name: "main", connection: ConnectionInfo(parameters: []), databases: Specs.words(row[1]),
            origin: "test")
        let (chosen, missing) = DatabaseChoice.choose(
            spec, target: target, existing: ["app", "shop", "shop_test", "ümlaut", "w*ld"])
        #expect(chosen == Specs.words(row[3]), "\(row[5])")
        #expect(missing == Specs.words(row[4]), "\(row[5])")
    }
}

@Suite struct `Reading why a program failed` {
    @Test(arguments: Rows.read("tool-failures.tsv"))
    func `from its end and its last words`(row: [String]) throws {
        let end: ToolResult.End =
            row[0].hasPrefix("s")
            ? .signalled(try #require(Int32(row[0].dropFirst()))) : .exited(try #require(Int32(row[0])))
        let result = ToolResult(end: end, errorTail: row[1].replacing("|", with: "\n"))
        // A tab belongs to a row of its own.
        let (message, passes, why) = (row[row.count - 3], row[row.count - 2], row[row.count - 1])
        let fault = ToolFailure.fault(result, tool: "pg_dump", item: "main/shop")
        guard let fault else {
            #expect(passes == "-", "\(why)")
            return
        }
        let ended =
            row[0].hasPrefix("s")
            ? "was ended by signal \(row[0].dropFirst())" : "ended with status \(row[0])"
        #expect(
            fault.summary == "pg_dump of main/shop \(ended)" + (message == "-" ? "" : ": \(message)"),
            "\(why)")
        #expect(fault.mayPass == (passes == "yes"), "\(why)")
    }

    @Test func `a long message is cut`() {
        #expect(ToolFailure.lastMessage(String(repeating: "x", count: 2_000)).count == 500)
    }
}

@Suite struct `Reckoning space` {
    @Test(arguments: [(nil, 300, 200), (100, 300, 110), (0, 300, 0)] as [(Int64?, Int64, Int64)])
    func `a tenth more than the last one, else two thirds of the database`(
        last: Int64?, size: Int64, expected: Int64
    ) {
        #expect(
            SpaceCheck.expected(lastSize: last.map(ByteCount.init), databaseSize: ByteCount(size))
                == ByteCount(expected))
    }

    @Test func `the reserve must remain`() throws {
        try SpaceCheck.check(
            expected: ByteCount(10), free: ByteCount(15), reserve: ByteCount(5), store: "local")
        #expect(throws: EngineFault.noSpace(need: ByteCount(15), free: ByteCount(14), store: "local")) {
            try SpaceCheck.check(
                expected: ByteCount(10), free: ByteCount(14), reserve: ByteCount(5), store: "local")
        }
    }
}

@Suite struct `Reckoning how long a job takes` {
    @Test(arguments: Rows.read("expectations.tsv"))
    func `from how long it took`(row: [String]) throws {
        let past = (Specs.words(row[0]) ?? []).compactMap(Int.init).map(Duration.seconds)
        #expect(Expectation.duration(past) == Int(row[1]).map(Duration.seconds), "\(row[2])")
    }
}
