import TestKit
import Testing

@testable import Processes

@Suite struct `The version of a client` {
    @Test(arguments: Rows.read("client-versions.tsv"))
    func `is read from what it prints`(row: [String]) {
        let version = ClientVersion.parse(row[0])
        #expect(version.map { "\($0.major)" } ?? "-" == row[1], "\(row[3])")
        #expect(version?.text ?? "-" == row[2], "\(row[3])")
    }
}
