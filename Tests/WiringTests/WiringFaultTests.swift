import Engine
import Faults
import FoundationEssentials
import TestKit
import Testing
import Wiring

@Suite struct `Faults of the wiring` {
    /// Provoked by the tests of configuration and stores, and by the system tests of `runs show`, `serve`, `next` and
    /// `backups verify`.
    private static let all: [WiringFault] = [
        .noSuchJob("nigthly", known: ["nightly", "weekly"]), .noSuchJob("x", known: []),
        .noSuchDirectory("/etc/elsewhere"), .unreadable(path: "jobs/a.yaml", why: "it is forbidden"),
        .nothingScheduled(directory: "/etc/pgvigil"), .noSuchRun("12ab"), .runLost("nightly"),
        .notASlot("a@b"),
        .noSuchBackup("12ab"), .noSuchDrill("12ab/3"), .severalDrills(run: "12ab34cd", count: 2),
        .reportUnreadable(drill: "12ab34cd/1"), .notADrill(job: "nightly", kind: "backup"),
        .notMaintenance(job: "nightly", kind: "backup"),
        .unwritable(path: "/nowhere/a.html", why: "No such file or directory"),
        .ambiguousID("1"),
        .nothingToVerify, .optionUnknown("latte", known: ["late", "window"]),
        .windowUnknown("nihgts", known: ["nights"]), .lateOutOfBounds("0s"),
        .scheduleTwice(other: Place(file: "cron/a.cron", line: 1, column: 1)), .zoneUnknown("Europe/Pari"),
        .notAnInstant("yesterday"), .notThreeFields,
    ]

    @Test func `say what is wrong and what to do`() {
        Golden.expect(Self.all.map { FaultLine.render($0) }.joined(separator: "\n"), "faults")
    }

    @Test func `of a lost run are a bad result, and no mistake of whoever asked`() {
        #expect(WiringFault.runLost("nightly").code == "wiring.run-lost")
        #expect(WiringFault.runLost("nightly").exitStatus == .badResult)
    }

    @Test(arguments: [
        ("nothing scheduled", WiringFault.nothingScheduled(directory: "d"), "wiring.nothing-scheduled"),
        ("no run", .noSuchRun("1"), "wiring.no-such-run"),
        ("no maintenance", .notMaintenance(job: "nightly", kind: "backup"), "wiring.not-maintenance"),
        ("no slot", .notASlot("a@b"), "wiring.not-a-slot"),
        ("no backup", .noSuchBackup("1"), "wiring.no-such-backup"),
        ("two ids", .ambiguousID("1"), "wiring.ambiguous-id"),
        ("nothing to verify", .nothingToVerify, "wiring.nothing-to-verify"),
        ("no instant", .notAnInstant("x"), "wiring.not-an-instant"),
        ("no three fields", .notThreeFields, "wiring.not-three-fields"),
    ])
    func `keep their codes`(name: String, fault: WiringFault, code: String) {
        #expect(fault.code == code)
        #expect(fault.exitStatus == .usage)
    }
}
