import Databases
import FoundationEssentials
import Glibc
import Jobs
import Postgres
import TestKit
import Testing

@Suite struct `A restore in the place of a database` {
    /// The oldest server that is here, which is the shared one, and the newest.
    private static func versions() async -> [Int?] {
        let all = await TemporaryServer.versions()
        return all.count > 1 ? [nil, all.last] : [nil]
    }

    @Test(arguments: await versions(), [1, 2])
    func `whose pg_restore is killed says so, and the old one is as it was`(
        version: Int?, workers: Int
    ) async throws {
        try await RestoreHold.play(version: version) { hold in
            let (run, _) = try await hold.replace("-j", "\(workers)")
            let programs = ProcessTable.family(of: run.pid).filter { $0.name == "pg_restore" }
            #expect(programs.count >= workers, "\(programs)")
            for program in programs { kill(program.pid, SIGKILL) }
            let end = try await run.end()
            #expect(end.status == 1 && end.errors.contains("signal 9"), "\(end)")
            try await hold.expectUnharmed()
            #expect(hold.saved.scene.incoming.isEmpty, "\(hold.saved.scene.incoming)")
            #expect(try await hold.saved.scene.runs().first?.outcome == "failed")
        }
    }

    @Test(arguments: await versions())
    func `that is killed itself leaves the old one, and the next restore takes away what it made`(
        version: Int?
    ) async throws {
        try await RestoreHold.play(version: version) { hold in
            let (run, side) = try await hold.replace()
            let family = ProcessTable.family(of: run.pid)
            #expect(family.contains { $0.name == "pg_restore" })
            run.signal(SIGKILL)
            _ = try await run.end()
            #expect(try await Fact.comes { family.filter(ProcessTable.lives).isEmpty })
            try await hold.expectUnharmed(besides: [side])
            hold.lift()
            let (saved, scene) = (hold.saved, hold.saved.scene)
            let next = try await scene.pgvigil(
                "restore", "latest:main/\(saved.name)", "--replace", "--yes", saved.name)
            #expect(next.status == 0 && next.errors.contains(side), "\(next)")
            try await hold.expectReplaced()
            #expect(scene.incoming.isEmpty, "\(scene.incoming)")
            #expect(try await scene.runs().map(\.outcome) == ["succeeded", "failed", "succeeded"])
        }
    }

    @Test(arguments: await versions())
    func `names a session that came to the old one meanwhile, and changes nothing`(
        version: Int?
    ) async throws {
        try await RestoreHold.play(version: version) { hold in
            let (run, _) = try await hold.replace()
            let guest = try await Blockade.connect(hold.saved.source)
            hold.lift()
            let end = try await run.end()
            #expect(end.status == 1, "\(end)")
            #expect(end.errors.contains("'\(hold.saved.name)' is in use by pid"), "\(end)")
            // It is still the same session in the same database.
            let name = try await guest.query("select current_database()::text as value").texts("value")
            #expect(name == [hold.saved.name])
            await guest.close()
            try await hold.expectUnharmed()
        }
    }

    @Test(arguments: await versions())
    func `gives back the old one's name if somebody sits in the new one`(version: Int?) async throws {
        try await RestoreHold.play(version: version) { hold in
            let (run, side) = try await hold.replace()
            let guest = try await Blockade.connect(hold.saved.info(side))
            hold.lift()
            let end = try await run.end()
            #expect(end.status == 1, "\(end)")
            #expect(end.errors.contains("is being accessed by other users"), "\(end)")
            await guest.close()
            try await hold.expectUnharmed()
        }
    }

    @Test(arguments: await versions())
    func `lets whoever comes while names are swapped wait, and into nothing half`(version: Int?) async throws
    {
        try await RestoreHold.play(version: version) { hold in
            let saved = hold.saved
            let (run, side) = try await hold.replace()
            let guest = try await Blockade.connect(saved.info(side))
            hold.lift()
            // The old one has another name by then that nobody sees, and the new one waits for the guest.
            let renaming = """
                select query as value from pg_catalog.pg_stat_activity
                where state = 'active' and query like 'ALTER DATABASE "\(side)" RENAME %'
                """
            let begun = try await Fact.comes(within: .seconds(60)) {
                try await !Sample.texts(renaming, saved.server.connectionInfo()).isEmpty
            }
            #expect(begun, "\(run.errorsSoFar)")
            let comer = try ChildRun(
                [
                    "\(saved.server.cluster.binaries.directory)/psql", "-X", "-A", "-t", "-d",
                    saved.source.conninfo, "-c", "select count(*) from public.sale",
                ], environment: BuiltProgram.cleanEnvironment(home: "/"))
            let waiting = """
                select pid::text as value from pg_catalog.pg_locks
                where not granted and classid = 'pg_catalog.pg_database'::pg_catalog.regclass
                """
            let waits = try await Fact.comes {
                try await !Sample.texts(waiting, saved.server.connectionInfo()).isEmpty
            }
            #expect(waits, "\(comer.errorsSoFar)")
            await guest.close()
            let (end, came) = (try await run.end(), try await comer.end())
            #expect(end.status == 0, "\(end)")
            try await hold.expectReplaced()
            // Turned away, or let into the whole new one.
            #expect(came.status == 0 ? came.output == "400\n" : came.errors.contains("renamed"), "\(came)")
        }
    }
}
