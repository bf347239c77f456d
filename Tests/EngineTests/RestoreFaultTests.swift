import Faults
import Measures
import TestKit
import Testing

@testable import Engine

@Suite struct `What keeps a backup from being restored or proven` {
    private static let faults: [RestoreFault] = [
        .broken(finding: "rows: public.orders: expected 5, found 4"),
        .noBackup(of: "main/shop in store 'local'"),
        .ambiguousBackup("5d6f"),
        .setDamaged(item: "main/shop", finding: "archive.dump: its SHA-256 is another"),
        .setUndecided(item: "main/shop", finding: "archive.dump: permission denied"),
        .serverLacks(item: "main/shop", what: ["extension postgis"]),
        .serverLacks(item: "main/shop", what: (1...7).map { "extension e\($0)" }),
        .noRoom(need: ByteCount(3 << 30), free: ByteCount(1 << 30), place: "the state directory"),
        .overBound(item: "main/shop", used: ByteCount(3 << 30), bound: ByteCount(2 << 30)),
        .boundTooLow(item: "main/shop", need: ByteCount(3 << 30), bound: ByteCount(2 << 30)),
        .noClients(major: 18, found: [17, 15]),
        .noClients(major: 18, found: []),
        .databaseExists("shop"),
        .databaseMissing("shop"),
        .inRecovery(target: "main"),
        .mayNotCreate(role: "backup", target: "main"),
        .sessionsInTheWay(database: "shop", sessions: ["app (pid 7)"]),
        .sessionsInTheWay(database: "shop", sessions: (1...5).map { "app (pid \($0))" }),
        .restoreFailed(item: "main/shop", findings: ["VIEW v: division by zero"]),
        .restoreFailed(item: "main/shop", findings: ["VIEW v: division by zero", "VIEW w: too"]),
        .restoreFailed(item: "main/shop", findings: []),
        .refused(what: "ALTER DATABASE", message: "permission denied"),
        .rolesMissing(item: "main/shop", roles: ["app"]),
        .rolesMissing(item: "main/shop", roles: (1...7).map { "r\($0)" }),
        .cannotSelect("'--tables' and a plain archive do not go together"),
        .tablesMissing(database: "shop", tables: "public.orders"),
        .restoredInPart(database: "shop", findings: ["VIEW v: division by zero", "VIEW w: too"]),
        .restoredInPart(database: "shop", findings: []),
        .oldStays(database: "shop old", message: "it is in use"),
        .notProven(item: "main/shop", why: "content: public.orders: permission denied"),
    ]

    @Test func `in one line with a remedy`() {
        Golden.expect(
            Self.faults.map { fault in
                "\(fault.code) (\(fault.exitStatus), \(fault.mayPass ? "may pass" : "stays")): \(fault)"
            }.joined(separator: "\n"), "restore-faults")
    }

    @Test func `a plain fault carries all of it`() {
        for fault in Self.faults {
            #expect(
                fault.plain
                    == AnyFault(
                        code: fault.code, summary: fault.summary, remedy: fault.remedy,
                        exitStatus: fault.exitStatus, mayPass: fault.mayPass))
        }
    }
}
