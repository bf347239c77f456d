import FoundationEssentials
import Jobs
import TestKit
import Testing

/// What `status --json` says, as far as these tests read it.
private struct StatusRow: Decodable {
    struct Finding: Decodable {
        var weight: String
        var kind: String
    }

    var verdict: String
    var findings: [Finding]
    var catalogUp: Bool
}

/// What `runs show JOB@TIME --json` says of a slot without a run.
private struct SlotAnswerRow: Decodable {
    var standing: String
    var text: String
}

@Suite struct `An overview without a daemon` {
    /// A configuration whose catalog, if it is not the embedded one, is nowhere.
    private func write(_ scene: Scene, catalog: ConnectionInfo? = nil) throws {
        let nowhere = ConnectionInfo(parameters: [
            .init("host", "\(scene.path)/nowhere"), .init("dbname", "app"), .init("user", "app"),
        ])
        try scene.settings(catalog: catalog, target: nowhere, more: "zone: UTC\n")
        try scene.job()
        try scene.write("cron/nights.cron", "30 1 * * *  nightly-backup\n")
    }

    @Test func `tells that nothing was saved and nobody serves, and touches no target`() async throws {
        try await Scene.play { scene in
            try write(scene)
            let end = try await scene.pgvigil("status", "--json")
            #expect(end.status == 1, "\(end)")
            let status = try scene.decode(StatusRow.self, end)
            #expect(status.verdict == "wrong" && status.catalogUp)
            #expect(status.findings.map(\.kind) == ["no-backup", "no-daemon"], "\(status)")
            let text = try await scene.pgvigil("status")
            #expect(text.status == 1 && text.output.hasPrefix("2 things are wrong."), "\(text)")
            #expect(text.output.split(separator: "\n").allSatisfy { $0.count <= 110 }, "\(text)")
            let wrong = try await scene.pgvigil("status", "--target", "mian")
            #expect(wrong.status == 2 && wrong.errors.contains("Write 'main'."), "\(wrong)")
        }
    }

    @Test func `explains a slot that is to come, one that never was, and one that was nobody's`() async throws
    {
        try await Scene.play { scene in
            try write(scene)
            for (slot, standing, exit) in [
                ("2199-01-01T01:30", "to come", 0), ("2199-01-01T01:31", "never planned", 2),
                ("2020-01-01T01:30", "before first seen", 1),
            ] {
                let end = try await scene.pgvigil("runs", "show", "nightly-backup@\(slot)", "--json")
                #expect(end.status == Int32(exit), "\(end)")
                #expect(try scene.decode(SlotAnswerRow.self, end).standing == standing)
            }
            for text in ["nightly-backup@tonight", "nihgtly-backup@2199-01-01T01:30"] {
                let end = try await scene.pgvigil("runs", "show", text)
                #expect(end.status == 2 && end.output.isEmpty && end.complaints.count == 1, "\(end)")
            }
        }
    }

    @Test func `has nobody to list, to reload or to ask to stop`() async throws {
        try await Scene.play { scene in
            try write(scene)
            let daemons = try await scene.pgvigil("daemons", "list")
            #expect(daemons.status == 0 && daemons.output.hasPrefix("No daemon"), "\(daemons)")
            let reload = try await scene.pgvigil("reload")
            #expect(reload.status == 1 && reload.complaints.count == 1, "\(reload)")
            let waiting = try await scene.pgvigil("runs", "list", "--waiting")
            #expect(waiting.status == 0 && waiting.output == "Nothing waits.\n", "\(waiting)")
            let cancel = try await scene.pgvigil("runs", "cancel", "latest")
            #expect(cancel.status == 2 && cancel.complaints.count == 1, "\(cancel)")
            try scene.write("cron/nights.cron", "30 25 * * *  nightly-backup\n")
            let faulty = try await scene.pgvigil("reload")
            #expect(faulty.status == 2 && faulty.errors.contains("cron/nights.cron:1:4"), "\(faulty)")
        }
    }

    @Test func `says what it cannot know while the catalog is down`() async throws {
        try await Scene.play { scene in
            let nowhere = ConnectionInfo(parameters: [
                .init("host", "\(scene.path)/nowhere"), .init("dbname", "pgvigil"), .init("user", "pgvigil"),
            ])
            try write(scene, catalog: nowhere)
            let end = try await scene.pgvigil("status", "--json")
            let status = try scene.decode(StatusRow.self, end)
            // The stores answer even so: there is no backup.
            #expect(end.status == 1 && !status.catalogUp, "\(end)")
            #expect(Set(status.findings.map(\.kind)) == ["no-backup", "catalog", "no-daemon"], "\(status)")
            let slot = try await scene.pgvigil("runs", "show", "nightly-backup@2020-01-01T01:30")
            #expect(slot.status == 3 && slot.complaints.count == 1, "\(slot)")
            for command in [
                ["daemons", "list"], ["runs", "cancel", "latest"], ["runs", "list", "--waiting"],
            ] {
                let end = try await scene.start(command).end()
                #expect(end.status == 3 && end.complaints.count == 1, "\(command): \(end)")
            }
        }
    }
}
