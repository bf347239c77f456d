import ArchiveFormat
import Faults
import FoundationEssentials
import Jobs
import Measures
import Policy
import TestKit
import Testing

@testable import Engine

@Suite(.timeLimit(.minutes(2))) struct `A backup that goes well` {
    @Test func `writes its row before any work, and every step in order`() async throws {
        let bench = Bench(databases: ["shop", "app"])
        let run = try await bench.launch()
        Golden.expect(bench.diary.lines.joined(separator: "\n"), "run-that-goes-well")
        #expect(run.state == .ended(.succeeded))
        #expect(try await bench.rows == [run])
        #expect(try await bench.book.attempts(of: run.id).map(\.outcome) == [.succeeded])
        #expect(bench.store.incomingFolders.isEmpty)
        #expect(bench.liveness.runs.isEmpty)
        #expect(bench.liveness.jobs.isEmpty)
    }

    @Test func `publishes the archive with its offsets, the globals and a manifest`() async throws {
        let bench = Bench()
        let key = ScheduleKey(job: "nightly", zone: "UTC", pattern: "30 0 * * *")
        _ = try await bench.launch(trigger: .slot(key, bench.clock.now))
        let set = try #require(try await bench.sets.first)
        let contents = bench.store.contents(of: set)
        #expect(contents.keys.sorted() == ["archive.dump", "globals.sql"])
        #expect(contents["globals.sql"] == Array("CREATE ROLE shop;\n".utf8))
        #expect(contents["archive.dump"]?.count == Programs.archive.count)
        #expect(contents["archive.dump"] != Programs.archive)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        Golden.expect(String(decoding: try encoder.encode(set.manifest), as: UTF8.self), "manifest")
    }

    @Test func `the record of the set is made of its manifest`() async throws {
        let bench = Bench()
        let run = try await bench.launch()
        let set = try #require(try await bench.sets.first)
        let record = try #require(try await bench.book.backups(target: "main").first)
        #expect(record == BackupRecord(set))
        #expect(record.run == run.id)
        #expect(record.rows == 1_234)
        #expect(record.files.map(\.path) == ["archive.dump", "globals.sql"])
    }

    @Test func `hands secrets over in private files, which are gone afterwards`() async throws {
        let bench = Bench(
            password: "hunter2", secrets: [.init("sslpassword", Secret("k3y"))])
        let seen = Guarded<[String: String]>([:])
        bench.book.watch { [store = bench.store] write in
            guard case .step(let step) = write, step.name == .dump else { return }
            let secrets = store.secrets.mapValues { $0.reveal() }
            seen.withLock { $0 = secrets }
        }
        _ = try await bench.launch()
        let call = try #require(bench.tools.calls.last)
        let secrets = seen.withLock { $0 }
        #expect(secrets[call.environment["PGPASSFILE"] ?? ""] == "*:*:*:*:hunter2\n")
        #expect(secrets[call.environment["PGSERVICEFILE"] ?? ""] == "[pgvigil]\nsslpassword=k3y\n")
        #expect(bench.store.secrets.isEmpty)
        #expect(!"\(bench.tools.calls)\(bench.diary.lines)".contains("hunter2"))
    }

    @Test func `without the right to read passwords it says so`() async throws {
        let bench = Bench()
        var facts = MemoryServer.server(databases: ["shop"])
        facts.mayReadPasswords = false
        bench.server.put(facts, of: "main")
        _ = try await bench.launch()
        #expect(try await bench.sets.first?.manifest.globals == .withoutPasswords)
        #expect(bench.tools.calls[0].arguments.contains("--no-role-passwords"))
        #expect(!bench.diary.lines.filter { $0.contains("roles without passwords") }.isEmpty)
    }

    @Test func `leaves globals out where they are not asked for`() async throws {
        let bench = Bench()
        _ = try await bench.launch(Schedules.job(spec: BackupSpec(globals: false)))
        let set = try #require(try await bench.sets.first)
        #expect(set.manifest.globals == .none)
        #expect(set.manifest.files.map(\.path) == ["archive.dump"])
        #expect(bench.tools.calls.map(\.executable) == ["/clients/17/pg_dump"])
    }

    @Test func `in the directory format`() async throws {
        let bench = Bench()
        let run = try await bench.launch(
            Schedules.job(spec: BackupSpec(format: .directory, workers: .exactly(4))))
        #expect(run.state == .ended(.succeeded))
        let set = try #require(try await bench.sets.first)
        #expect(set.manifest.files.map(\.path) == ["archive/3355.dat.gz", "archive/toc.dat", "globals.sql"])
        #expect(set.manifest.archive == "archive")
        #expect(bench.verifier.paths.allSatisfy { $0.hasSuffix("/archive") })
    }

    @Test func `in the plain format`() async throws {
        let bench = Bench()
        let run = try await bench.launch(Schedules.job(spec: BackupSpec(format: .plain)))
        #expect(run.state == .ended(.succeeded))
        let set = try #require(try await bench.sets.first)
        #expect(bench.store.contents(of: set)["archive.sql.gz"] == Array("-- a plain dump\n".utf8))
        #expect(set.manifest.format == .plain)
    }

    @Test func `of a part of a database is marked partial, and need not read the rest`() async throws {
        let bench = Bench()
        var facts = MemoryServer.database("shop")
        facts.unreadable = ["secret.keys (table)"]
        facts.rowSecurity = ["secret.orders"]
        bench.server.put(facts, of: "main")
        let selection = BackupSpec.Selection(schemas: ["app"], excludeTables: ["app.cache"])
        let run = try await bench.launch(Schedules.job(spec: BackupSpec(selection: selection)))
        #expect(run.state == .ended(.succeeded))
        let set = try #require(try await bench.sets.first)
        #expect(set.manifest.partial?.schemas == ["app"])
        #expect(set.manifest.partial?.excludeTables == ["app.cache"])
        #expect(try await bench.book.backups(target: nil).map(\.partial) == [true])
    }

    @Test func `with hashes alone decodes nothing and says so`() async throws {
        let bench = Bench()
        let run = try await bench.launch(Schedules.job(spec: BackupSpec(verify: .hash)))
        #expect(run.state == .ended(.succeeded))
        #expect(bench.verifier.paths.isEmpty)
        #expect(try await bench.sets.first?.manifest.verification.level == .hash)
    }

    @Test func `keeps pg_dump's warnings`() async throws {
        let bench = Bench()
        let warned = ToolResult(
            end: .exited(0), warnings: ["pg_dump: warning: circular", "pg_dump: warning: more"])
        bench.programs.queue("pg_dumpall", .init([[0x2D]], result: warned))
        bench.programs.queue("pg_dump", .init([Programs.archive], result: warned))
        _ = try await bench.launch()
        #expect(try await bench.sets.first?.manifest.warnings.count == 4)
        #expect(
            bench.diary.lines.contains {
                $0.hasSuffix("dump main/shop done: 2 warnings: pg_dump: warning: circular")
            })
    }

    @Test func `nothing ends before it began, even if the clock is set back meanwhile`() async throws {
        let bench = Bench()
        bench.book.watch { [clock = bench.clock] write in
            if case .step(let step) = write, step.state == .running { clock.step(by: .seconds(-3_600)) }
        }
        let run = try await bench.launch()
        #expect(run.endedAt == run.startedAt)
        #expect(try await bench.book.steps(of: run.id).allSatisfy { $0.endedAt == $0.startedAt })
        #expect(try await bench.book.attempts(of: run.id).allSatisfy { $0.endedAt == $0.startedAt })
    }

    @Test func `tells its progress`() async throws {
        let bench = Bench()
        bench.book.watch { _ in }
        let clock = bench.clock
        let slow = MemoryTools(clients: await bench.tools.clients()) { [programs = bench.programs] call in
            clock.advance(by: .seconds(1))
            return await programs.answer(call)
        }
        let supervisor = bench.second(tools: slow)
        for format in BackupSpec.Format.allCases where format != .directory {
            clock.advance(by: .seconds(1))
            let job = Schedules.job(spec: BackupSpec(format: format))
            let run = try await bench.claim(job, id: UUID())
            _ = await supervisor.perform(run, job: job, attemptsMade: 0)
        }
        #expect(
            bench.diary.lines("note: dumping") == [
                "note: dumping main/shop, 1000 bytes, 1.0 seconds",
                "note: dumping main/shop, 16 bytes, 1.0 seconds",
            ])
        #expect(
            bench.diary.lines("note: checking")
                == Array(repeating: "note: checking main/shop, 1 of 2, 0.0 seconds", count: 2))
    }
}
