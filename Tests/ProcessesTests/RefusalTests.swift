import Engine
import Faults
import FoundationEssentials
import Glibc
import Testing

@testable import Processes

@Suite struct `A program that cannot run` {
    let fixture: Fixture

    init() throws { fixture = try Fixture() }

    private func fault(_ program: String) async -> AnyFault? {
        do {
            _ = try await fixture.processes.run(
                ToolCall(executable: program, arguments: []), output: .discard)
            return nil
        } catch {
            return error
        }
    }

    @Test func `whose output cannot be waited for has not simply ended`() async throws {
        let pipe = try PipePair()
        defer { for end in [pipe.read, pipe.write] { close(end) } }
        var pump = OutputPump(sink: nil, output: -1, errors: pipe.read)
        pump.wait = { _, _, _ in
            errno = ENOMEM
            return -1
        }
        let fault = await pump.drain(group: 0, exit: -1).fault
        #expect(fault == AnyFault(ProcessFault.unreadableOutput(reason: "Cannot allocate memory")))
    }

    @Test func `is named when it is missing`() async throws {
        let fault = try #require(await fault("/usr/lib/postgresql/99/bin/pg_dump"))
        #expect(fault == AnyFault(ProcessFault.notFound(program: "/usr/lib/postgresql/99/bin/pg_dump")))
        #expect(fault.code == "tool.not-found" && fault.exitStatus == .undetermined)
    }

    @Test func `is named when it may not be run`() async throws {
        let path = "\(fixture.folder)/plain"
        try "text".write(toFile: path, atomically: true, encoding: .utf8)
        #expect(await fault(path)?.code == "tool.not-executable")
        #expect(await fault(fixture.folder)?.code == "tool.not-executable")
    }

    @Test func `is told apart from one that fails`() async throws {
        let path = try await fixture.script("broken", "", interpreter: "/no/such/interpreter")
        let fault = try #require(await fault(path))
        #expect(fault.code == "tool.cannot-start")
        #expect(fault.summary.contains("No such file"))
        // The same status from the program itself is a result.
        #expect(try await fixture.shell("echo 'pg_dump: error' >&2; exit 127").end == .exited(127))
    }

    @Test func `is refused when it says too much`() async throws {
        let fault = AnyFault(ProcessFault.tooMuchOutput(bytesMax: 1_000))
        #expect(fault.code == "tool.too-much-output")
        await #expect(throws: fault) { try await fixture.shell("yes", output: .collect(bytesMax: 1_000)) }
    }

    @Test func `gives every fault a code, a summary and a remedy`() {
        let faults: [ProcessFault] = [
            .notFound(program: "/a"), .notExecutable(program: "/a"), .cannotStart(program: "/a", reason: "b"),
            .noPipe(reason: "b"), .tooMuchOutput(bytesMax: 1), .unreadableOutput(reason: "b"),
        ]
        #expect(Set(faults.map(\.code)).count == faults.count)
        for fault in faults {
            #expect(fault.code.hasPrefix("tool."))
            #expect(!fault.summary.hasSuffix(".") && fault.remedy.hasSuffix("."))
        }
        #expect(
            faults.filter(\.mayPass).map(\.code) == [
                "tool.cannot-start", "tool.no-pipe", "tool.unreadable-output",
            ])
        #expect(faults.filter { $0.exitStatus == .undetermined }.count == 3)
    }
}
