import Engine
import FoundationEssentials
import TestKit
import Testing

@testable import Processes

/// A process that waits for a child of its own and is killed meanwhile.
@Suite(.enabled(if: SecondProcess.part == "ParentPart")) struct ParentPart {
    @Test func plays() async throws {
        let fixture = try Fixture()
        let line =
            "echo $$ > \(SecondProcess.told("draft")); mv \(SecondProcess.told("draft"))"
            + " \(SecondProcess.told("pid")); exec sleep 600"
        let result = try await fixture.shell(line, output: .discard)
        #expect(!result.succeeded, "nobody has killed this process in ten minutes")
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
