import FoundationEssentials
import Glibc
import Synchronization
import TestKit
import Testing

@Suite struct `The demo` {
    @Test func `finds the flipped bit and leaves nothing behind`() async throws {
        try await Scene.play { scene in
            let run = try scene.start(["demo"])
            var family: Set<ProcessTable.Entry> = []
            _ = try await Fact.comes(within: .seconds(240)) {
                family.formUnion(ProcessTable.family(of: run.pid))
                return !run.isRunning
            }
            let end = try await run.end()
            #expect(end.status == 0, "\(end)")
            for said in [
                "$ pgvigil run nightly-backup", "$ pgvigil backups list", "$ pgvigil runs list", "decode",
                "succeeded",
                ": sound\n", ": DAMAGED\n", "The flipped bit was found.",
                "$ pgvigil run weekly-drill", "Proven: the backup of shop/medusa_store restores.",
                "BROKEN: the backup of shop/medusa_store does not restore as it was saved.", "public.review",
                "The backup that does not restore was found",
                "$ pgvigil maintain shop --plan", "225,000 dead rows", "× the", "$ pgvigil run tidy",
                "dead rows 225,000 → 0", "shop/medusa_store: nothing to do",
                "The bloated table and its index were found",
            ] {
                #expect(end.output.contains(said), "\(said): \(end)")
            }
            #expect(end.errors.contains("SUCCEEDED"))
            let tidied = #/done +reindex +\S*visit_by_session +\S+ +1\d\.\d MiB → 1\.\d+ MiB/#
            #expect(end.output.contains(tidied), "\(end)")

            let servers = Set(family.filter { $0.name == "postgres" }.map(\.directory)).filter {
                $0.hasPrefix("/tmp/")
            }
            #expect(servers.count >= 2, "the shop's server and the catalog's were not seen")
            #expect(family.filter(ProcessTable.lives).isEmpty)
            for server in servers {
                let folder = server.split(separator: "/").prefix(3).joined(separator: "/")
                #expect(!FileManager.default.fileExists(atPath: "/\(folder)"), "\(server)")
            }
            #expect(scene.files(below: scene.home).isEmpty && scene.files(below: scene.config).isEmpty)
        }
    }

    @Test(.enabled(if: Scene.ordinaryUserCanRun && geteuid() == 0))
    func `leaves not even a folder in /tmp where nothing else uses it`() async throws {
        try await Scene.play(asRoot: false) { scene in
            // Where somebody else's private servers are, the folder that they are in stays.
            let end = try await scene.pgvigil("demo", within: .seconds(240))
            #expect(end.status == 0, "\(end)")
            let folders = end.output.matches(of: #/(/tmp/pgvigil-[0-9]+)/c-/#).map { String($0.1) }
            #expect(Set(folders).count == 1)
            for folder in folders {
                let left = scene.files(below: folder)
                #expect(
                    !FileManager.default.fileExists(atPath: folder) || left.contains { $0 != ".lock" },
                    "\(folder)")
            }
        }
    }

    @Test func `ends at once at a signal, and leaves nothing behind`() async throws {
        try await Scene.play { scene in
            let run = try scene.start(["demo", "--keep"], ownGroup: true)
            let up = try await Fact.comes(within: .seconds(240)) {
                run.outputSoFar.contains("until ^C") || !run.isRunning
            }
            let family = ProcessTable.family(of: run.pid)
            #expect(up && run.isRunning, "\(run.outputSoFar) \(run.errorsSoFar)")
            let folder = run.outputSoFar.firstMatch(of: #/--config (\S+)/#).map { String($0.1) }
            let list = try await scene.pgvigil("backups", "list", "--config", try #require(folder))
            #expect(list.status == 0 && list.output.contains("shop/medusa_store"), "\(list)")
            run.signal(SIGINT, toGroup: true)
            let end = try await run.end()
            #expect(end.status == 0, "\(end)")
            #expect(family.count > 2 && family.filter(ProcessTable.lives).isEmpty)
            #expect(!FileManager.default.fileExists(atPath: try #require(folder)))
        }
    }

    @Test func `is stopped while it loads the shop, and leaves nothing behind`() async throws {
        try await Scene.play { scene in
            let run = try scene.start(["demo"])
            let servers = try await Fact.value(within: .seconds(120)) {
                let found = ProcessTable.family(of: run.pid).filter {
                    $0.name == "postgres" && $0.directory.hasSuffix("/data")
                }
                return found.count > 3 || !run.isRunning ? found : nil
            }
            let family = ProcessTable.family(of: run.pid)
            run.signal(SIGTERM)
            let end = try await run.end()
            #expect(end.status == 130, "\(end)")
            #expect(family.count > 3 && family.filter(ProcessTable.lives).isEmpty)
            for server in try #require(servers) {
                #expect(!FileManager.default.fileExists(atPath: server.directory))
            }
        }
    }
}
