import Engine
import Faults
import FoundationEssentials
import TestKit
import Testing

@testable import Processes

@Suite struct `Stopping a program` {
    let fixture: Fixture

    init() throws { fixture = try Fixture() }

    /// Runs a line of shell and cancels it once it has said `ready`.
    private func stopped(_ line: String, grace: Duration) async throws -> (ToolResult, heard: String) {
        let ear = Ear()
        let task = Task { [fixture] in try await fixture.shell(line, grace: grace, output: .sink(ear)) }
        #expect(try await Fact.comes { ear.text.contains("ready") })
        task.cancel()
        return (try await task.value, ear.text)
    }

    @Test func `asks politely before it kills`() async throws {
        let (result, heard) = try await stopped(
            "trap 'echo asked; exit 5' TERM; echo ready; while :; do sleep 0.02; done", grace: .seconds(60))
        #expect(result.end == .exited(5))
        #expect(result.wasStopped)
        #expect(heard == "ready\nasked\n")
    }

    @Test func `kills what does not listen`() async throws {
        let (result, _) = try await stopped(
            "trap '' TERM; echo ready; for nap in $(seq 3000); do sleep 0.02; done", grace: .milliseconds(100)
        )
        #expect(result.end == .signalled(9))
        #expect(result.wasStopped)
    }

    @Test func `reaches the whole group`() async throws {
        let (result, heard) = try await stopped("sleep 300 & echo $!; echo ready; wait", grace: .seconds(60))
        #expect(result.end == .signalled(15))
        let worker = String(heard.prefix { $0 != "\n" })
        #expect(try await Fact.comes { !Fixture.lives(worker) })
    }

    @Test func `does not start what is cancelled already`() async throws {
        let mark = "\(fixture.folder)/started"
        let task = Task { [fixture] in
            while !Task.isCancelled { await Task.yield() }
            return try await fixture.shell("touch \(mark)")
        }
        task.cancel()
        #expect(try await task.value.wasStopped)
        #expect(!FileManager.default.fileExists(atPath: mark))
    }

    @Test func `follows when the sink refuses, and tells why`() async throws {
        let ear = Ear(refuseAfter: 1_000_000)
        do {
            _ = try await fixture.shell("echo $$; exec yes", output: .sink(ear))
            Issue.record("the fault of the sink is lost")
        } catch {
            #expect(error.code == "test.refused")
        }
        #expect(!Fixture.lives(String(ear.text.prefix { $0 != "\n" })))
    }

    @Test func `follows when the sink refuses and the program does not listen`() async throws {
        let ear = Ear(refuseAfter: 10)
        await #expect(throws: AnyFault.self) {
            try await fixture.shell(
                "trap '' TERM PIPE; echo $$; for line in $(seq 1000000); do echo a long line of text; done 2>/dev/null",
                grace: .milliseconds(100), output: .sink(ear))
        }
        #expect(!Fixture.lives(String(ear.text.prefix { $0 != "\n" })))
    }
}
