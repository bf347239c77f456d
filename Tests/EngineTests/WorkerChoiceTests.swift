import Jobs
import Measures
import TestKit
import Testing

@testable import Engine

@Suite struct `How many work at once` {
    @Test(arguments: Rows.read("worker-choices.tsv"))
    func `is decided by the host, the guard and the window`(row: [String]) throws {
        let room = WorkerChoice.Room(
            cores: try #require(Int(row[1])), load: Double(row[2]), loadMax: Double(row[3]),
            windowLeft: Double(row[4]).map { .seconds($0 * 100) }, expected: .seconds(100))
        let asked: WorkerCount = Int(row[0]).map { .exactly($0) } ?? .automatic
        #expect(
            WorkerChoice.workers(asked, room)
                == WorkerChoice.Choice(try #require(Int(row[5])), row[6]), "\(row[7])")
    }

    @Test func `tables are read over two connections where they are large and there are cores for it`() {
        let large = WorkerChoice.sharedFrom
        #expect(WorkerChoice.connections(.automatic, size: large, workers: 2) == 2)
        #expect(WorkerChoice.connections(.automatic, size: ByteCount(large.bytes - 1), workers: 2) == 1)
        #expect(WorkerChoice.connections(.automatic, size: large, workers: 1) == 1)
        #expect(WorkerChoice.connections(.exactly(5), size: .zero, workers: 1) == 5)
    }
}
