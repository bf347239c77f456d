import Faults
import Measures
import TestKit
import Testing

@testable import Engine

@Suite struct `What the engine says is wrong` {
    private static let faults: [EngineFault] = [
        .nothingToSave(target: "main"),
        .databaseMissing(target: "main", pattern: "shop"),
        .unreadable(item: "main/shop", relations: ["app.secret (table)"]),
        .unreadable(
            item: "main/shop",
            relations: ["a.b (table)", "a.c (table)", "a.d (view)", "a.e (table)", "a.f (table)"]),
        .rowSecurity(item: "main/shop", tables: ["app.orders", "app.carts"]),
        .noClient(server: 18, found: [17, 15]),
        .noClient(server: 18, found: []),
        .codecNeedsNewerClient(codec: "zstd:3", needs: 16, have: 15),
        .noSpace(need: ByteCount(3 << 30), free: ByteCount(1 << 30), store: "local"),
        .toolFailed(
            tool: "pg_dump", item: "main/shop", end: "ended with status 1", tail: "it was lost", mayPass: true
        ),
        .toolFailed(
            tool: "pg_dump", item: "main/shop", end: "was ended by signal 9", tail: "", mayPass: false),
        .archiveDamaged(item: "main/shop", finding: "public.orders: its checksum is wrong"),
        .archiveUndecided(item: "main/shop", finding: "the archive: it cannot be opened"),
        .storeUnknown("cellar"),
        .targetUnknown("main"),
        .surprise(item: "main/shop", summary: "its incoming set is gone"),
        .snapshotPooled(item: "main/shop"),
        .rowsDiffer(item: "main/shop", table: "public.orders", source: 1_200, archive: 1_199, others: 0),
        .rowsDiffer(item: "main/shop", table: "public.orders", source: 1_200, archive: 0, others: 2),
        .stepTimedOut(.dump, limit: .seconds(5_400)),
        .hookFailed(.before, program: "/opt/mount", end: "ended with status 32", tail: "no such device"),
        .commandFailed(program: "vacuumlo", end: "was ended by signal 9", tail: ""),
    ]

    @Test func `names the way out when a client lacks the codec`() {
        let fault = EngineFault.toolFailed(
            tool: "pg_dump", item: "main/shop", end: "ended with status 1",
            tail: "error: this build does not support compression with LZ4", mayPass: false)
        #expect(fault.remedy.contains("compression: zlib:6"))
    }

    @Test func `in one line with a remedy`() {
        let lines = Self.faults.map { fault in
            "\(fault.code) (\(fault.exitStatus), \(fault.mayPass ? "may pass" : "stays")): \(fault)"
        }
        Golden.expect(
            (lines + ["\(RunScribe.interrupted.code): \(RunScribe.interrupted)"]).joined(separator: "\n"),
            "faults")
    }

    @Test func `a plain fault carries all of it`() {
        for fault in Self.faults {
            #expect(
                fault.plain
                    == AnyFault(
                        code: fault.code, summary: fault.summary, remedy: fault.remedy,
                        exitStatus: fault.exitStatus,
                        mayPass: fault.mayPass))
        }
    }
}
