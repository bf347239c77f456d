import Engine
import Faults
import FoundationEssentials
import Glibc
import TestKit
import Testing

@testable import Processes

/// A process that waits for a child of its own and is killed meanwhile.
@Suite(.enabled(if: SecondProcess.part == "ParentPart")) struct ParentPart {
    @Test func plays() async throws {
        // Nobody would remove a fixture's folder.
        let processes = ChildProcesses(clientDirectories: [], environment: ["PATH": "/usr/bin:/bin"])
        let line =
            "echo $$ > \(SecondProcess.told("draft")); mv \(SecondProcess.told("draft"))"
            + " \(SecondProcess.told("pid")); exec sleep 600"
        let call = ToolCall(executable: "/bin/sh", arguments: ["-c", line])
        let result = try await processes.run(call, output: .discard)
        #expect(!result.succeeded, "nobody has killed this process in ten minutes")
    }
}

/// A process that has no file descriptors left.
@Suite(.enabled(if: SecondProcess.part == "ExhaustedPart")) struct ExhaustedPart {
    @Test func plays() async throws {
        let fixture = try Fixture()
        #expect(try await fixture.shell("exit 0").succeeded, "what is opened once is open")
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        limit.rlim_cur = 64
        #expect(setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
        var ballast: [Int32] = []
        while let file = Optional(open("/dev/null", O_RDONLY | O_CLOEXEC)), file >= 0 { ballast.append(file) }
        // With room for nothing, for one pipe, for most of what is needed: always a fault, never a crash.
        for _ in 0..<24 {
            #expect(await Self.fault(fixture)?.code == "tool.no-pipe")
            if let last = ballast.popLast() { close(last) }
        }
        for file in ballast { close(file) }
        #expect(try await fixture.shell("exit 0").succeeded, "nothing was lost on the way")
    }

    private static func fault(_ fixture: Fixture) async -> AnyFault? {
        do throws(AnyFault) {
            _ = try await fixture.shell("exit 0")
            return nil
        } catch {
            return error
        }
    }
}

@Suite(.enabled(if: SecondProcess.part == nil)) struct `A process without free descriptors` {
    @Test func `says so, and goes on when there are some again`() throws {
        #expect(try SecondProcess(part: "ExhaustedPart", tell: [:]).wait())
    }
}

@Suite(.enabled(if: SecondProcess.part == nil)) struct `A child whose parent is killed` {
    @Test func `ends with it`() async throws {
        let fixture = try Fixture()
        let pid = "\(fixture.folder)/pid"
        let parent = try SecondProcess(part: "ParentPart", tell: ["pid": pid, "draft": "\(pid).draft"])
        #expect(try await SecondProcess.appears(pid))
        let child = String(try String(contentsOfFile: pid, encoding: .utf8).dropLast())
        #expect(Fixture.lives(child))
        parent.kill()
        #expect(try await Fact.comes { !Fixture.lives(child) })
    }
}
