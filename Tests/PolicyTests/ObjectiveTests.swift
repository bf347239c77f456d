import FoundationEssentials
import Measures
import Policy
import TestKit
import Testing

@Suite struct `An objective` {
    private static let now = Date(timeIntervalSince1970: 1_790_000_000)

    private static func objectives(_ text: String) throws -> Objectives {
        var objectives = Objectives()
        for item in text.split(separator: " ") where item != "-" {
            let parts = item.split(separator: "=")
            let duration = try DurationText.parse(parts[1])
            switch try #require(ObjectiveKind(rawValue: String(parts[0]))) {
            case .backupAge: objectives.backupAge = duration
            case .provenAge: objectives.provenAge = duration
            case .recoveryTime: objectives.recoveryTime = duration
            }
        }
        return objectives
    }

    private static func ago(_ text: String) throws -> Date? {
        if text == "-" { return nil }
        let sign = text.hasPrefix("-") ? 1.0 : -1
        return now.addingTimeInterval(
            sign * (try DurationText.parse(text.drop { $0 == "-" }) / .seconds(1)))
    }

    @Test(arguments: Rows.read("objectives.tsv"))
    func `is breached by what is too old, too slow or never was`(_ row: [String]) throws {
        let facts = RecoveryFacts(
            newestBackup: try Self.ago(row[1]), newestProven: try Self.ago(row[2]),
            recoveryTime: row[3] == "-" ? nil : try DurationText.parse(row[3]))
        let objectives = try Self.objectives(row[0])
        let breaches = ObjectiveCheck.check(objectives, facts: facts, now: Self.now)
        #expect((breaches.isEmpty ? "-" : breaches.map(\.text).joined(separator: "|")) == row[4], "\(row[5])")
        for breach in breaches {
            #expect(objectives[breach.kind] == breach.allowed)
            if let found = breach.found { #expect(found > breach.allowed) }
        }
    }
}
