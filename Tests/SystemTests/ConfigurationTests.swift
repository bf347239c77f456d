import FoundationEssentials
import TestKit
import Testing

@Suite struct `A configuration with faults` {
    /// A configuration that is right, but that its server is nowhere.
    private static func write(_ scene: Scene) throws {
        try scene.write(
            "pgvigil.yaml",
            "state: \(scene.state)\nstores: {local: \(scene.store)}\ntargets: {main: postgres://db/app}\n")
        try scene.job()
        try scene.write("cron/nights.cron", "CRON_TZ=UTC\n30 1 * * *  nightly-backup\n")
    }

    @Test(arguments: Rows.read("bad-configuration.tsv"))
    func `is refused with its place, and nothing runs`(row: [String]) async throws {
        try await Scene.play { scene in
            try Self.write(scene)
            try scene.write("open", "a secret\n", mode: 0o644)
            let sound = try await scene.pgvigil("check")
            #expect(sound.status == 0 && sound.errors.isEmpty, "\(sound)")
            try scene.write(row[0], row[1].replacing("\\n", with: "\n").replacing("@", with: scene.path))
            let check = try await scene.pgvigil("check", "--json")
            #expect(check.status == 2)
            let faults = try scene.decode(CheckRow.self, check).faults
            #expect(faults.count == 1, "\(check)")
            let fault = try #require(faults.first)
            let place = [fault.line, fault.column].compactMap { $0.map(String.init) }.joined(separator: ":")
            #expect((fault.code, place.isEmpty ? "-" : place) == (row[2], row[3]), "\(fault)")
            #expect(fault.line == nil || fault.file == row[0], "\(fault)")
            try await Self.expectNothingRuns(scene, fault)
        }
    }

    private static func expectNothingRuns(_ scene: Scene, _ fault: FaultRow) async throws {
        let place = [fault.file, fault.line.map(String.init), fault.column.map(String.init)].compactMap { $0 }
            .joined(separator: ":")
        let line = "\(place.isEmpty ? "" : place + ": ")\(fault.summary). \(fault.remedy)"
        let check = try await scene.pgvigil("check")
        #expect(check.output == line + "\n" && check.status == 2, "\(check)")
        for command in [["run", "nightly-backup"], ["serve"], ["plan"], ["catalog", "status"]] {
            let end = try await scene.start(command).end()
            #expect((end.status, end.output, end.errors) == (2, "", "pgvigil: \(line)\n"), "\(end)")
        }
        #expect(
            scene.files(below: scene.path) == ["config/", "home/"].merged(with: scene),
            "something was written")
    }

    @Test func `is told of wholly, each fault with its place and its remedy`() async throws {
        try await Scene.play { scene in
            try scene.write("open-secret", "not so secret\n", mode: 0o644)
            try scene.write(
                "pgvigil.yaml",
                """
                state: \(scene.state)
                limts: {runs: 2}
                zone: Europe/Pari
                windows: {nights: "22:00-25:00"}
                targets:
                  main: postgres://${PGVIGIL_NOT_SET}@db/app
                  second: {url: postgres://db/app, password: "file:/nowhere/secret"}
                  third: {url: postgres://db/app, password: "file:\(scene.config)/open-secret"}

                """)
            try scene.write("jobs/nightly-backup.yaml", "kind: backup\nformt: plain\nkeep: {dayly: 3}\n")
            try scene.write(
                "jobs/weekly.yaml", "kind: backup\ncompression: gzip:9\nworkers: 4\nformat: plain\n")
            try scene.write("jobs/weekly.yml", "kind: backup\n")
            try scene.write(
                "cron/nights.cron",
                """
                CRON_TZ=Mars/Olympus_Mons
                0 1 * * *     nightly-backup
                CRON_TZ=UTC
                61 1 * * *    nightly-backup
                5/15 * * * *  nightly-backup
                0 0 30 2 *    nightly-backup
                0 1 * * *     nightly-bakup
                0 2 * * *     weekly  windw=nights late=soon
                0 3 * *

                """)
            let end = try await scene.pgvigil("check")
            #expect(end.status == 2)
            #expect(end.errors == "")
            Golden.expect(end.output.replacing(scene.path, with: "…"), "check-faults")
            let run = try await scene.pgvigil("run", "nightly-backup")
            #expect(run.status == 2)
            #expect(run.complaints == end.output.split(separator: "\n").map { "pgvigil: \($0)" })
        }
    }

    @Test func `without faults is told in full`() async throws {
        try await Scene.play { scene in
            try Self.write(scene)
            try scene.write("cron/more.cron", "CRON_TZ=Europe/Paris\n0 3 * * SUN  nightly-backup  late=2h\n")
            let end = try await scene.pgvigil("check")
            #expect(end.status == 0)
            Golden.expect(end.output.replacing(scene.path, with: "…"), "check-sound")
            let answer = try await scene.read(CheckRow.self, "check")
            #expect((answer.targets, answer.stores, answer.jobs) == (["main"], ["local"], ["nightly-backup"]))
            #expect(answer.schedules == 2 && answer.faults.isEmpty)
        }
    }

    @Test func `without any target lets the stores be read, and nothing run`() async throws {
        try await Scene.play { scene in
            try scene.write("pgvigil.yaml", "state: \(scene.state)\nstores: {local: \(scene.store)}\n")
            let line =
                "there is no database to back up. Set DATABASE_URL, or write targets: in pgvigil.yaml.\n"
            for command in [["run", "nightly-backup"], ["serve"], ["plan"]] {
                let end = try await scene.start(command).end()
                #expect((end.status, end.errors) == (2, "pgvigil: pgvigil.yaml: \(line)"), "\(end)")
            }
            let check = try await scene.pgvigil("check")
            #expect((check.status, check.output) == (2, "pgvigil.yaml: \(line)"), "\(check)")
            let list = try await scene.pgvigil("backups", "list")
            #expect((list.status, list.output, list.errors) == (0, "No backups.\n", ""), "\(list)")
            let one = try await scene.pgvigil("backups", "list", "main/shop")
            #expect((one.status, one.output) == (0, "No backups of 'main/shop'.\n"), "\(one)")
        }
    }

    @Test func `in a folder that is not there is said in one line`() async throws {
        try await Scene.play { scene in
            let end = try await scene.pgvigil("check", "--config", "\(scene.path)/nowhere")
            #expect(end.status == 2)
            #expect(
                end.output
                    == "there is no folder \(scene.path)/nowhere. Create it, or name another with --config.\n"
            )
        }
    }

    @Test func `that names no such job is answered with the nearest`() async throws {
        try await Scene.play { scene in
            try Self.write(scene)
            let end = try await scene.pgvigil("run", "nightly-bakup")
            #expect(end.status == 2)
            #expect(
                end.errors == "pgvigil: there is no job 'nightly-bakup'. Did you mean 'nightly-backup'?\n")
        }
    }
}

extension [String] {
    /// These folders, and what lies in the scene's configuration.
    fileprivate func merged(with scene: Scene) -> [String] {
        (self + scene.files(below: scene.config).map { "config/\($0)" }).sorted()
    }
}
