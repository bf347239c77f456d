import Engine
import Faults
import FoundationEssentials
import TestKit
import Testing

@testable import Processes

@Suite struct `Running a program` {
    let fixture: Fixture

    init() throws { fixture = try Fixture() }

    @Test func `tells its exit status, and takes no failure for an error`() async throws {
        #expect(try await fixture.shell("exit 0").end == .exited(0))
        #expect(try await fixture.shell("exit 3").end == .exited(3))
    }

    @Test func `tells the signal that ended it`() async throws {
        #expect(try await fixture.shell("kill -KILL $$").end == .signalled(9))
    }

    @Test func `tells the signal of the file-size limit`() async throws {
        let result = try await fixture.shell(
            "ulimit -f 8; exec head -c 1000000 /dev/zero > \(fixture.folder)/big")
        // dash counts in blocks of 512 bytes; the signal is SIGXFSZ.
        #expect(result.end == .signalled(25))
        #expect(!result.wasStopped)
    }

    @Test func `hands over every byte in order`() async throws {
        let result = try await fixture.shell("seq 1 100000")
        let expected = (1...100_000).map { "\($0)\n" }.joined()
        #expect(String(decoding: result.output, as: UTF8.self) == expected)
    }

    @Test func `streams more than any buffer holds`() async throws {
        let ear = Ear()
        let result = try await fixture.shell("head -c 67108864 /dev/zero", output: .sink(ear))
        #expect(result.succeeded)
        #expect(ear.bytes == 67_108_864)
        #expect(result.output.isEmpty)
    }

    @Test func `throws output away where nobody asks for it`() async throws {
        let result = try await fixture.shell("head -c 10000000 /dev/zero; echo done >&2", output: .discard)
        #expect(result.succeeded)
        #expect(result.errorTail == "done\n")
    }

    @Test func `keeps warnings and the end of standard error`() async throws {
        let result = try await fixture.shell(
            "echo 'pg_dump: warning: there are circular foreign-key constraints' >&2; seq 1 40000 >&2;"
                + " printf 'pg_dump: warning: last, without a line break' >&2")
        #expect(result.succeeded)
        #expect(
            result.warnings == [
                "pg_dump: warning: there are circular foreign-key constraints",
                "pg_dump: warning: last, without a line break",
            ])
        #expect(result.errorTail.utf8.count <= 64 << 10)
        #expect(result.errorTail.hasSuffix("40000\npg_dump: warning: last, without a line break"))
        #expect(Int(result.errorTail.prefix { $0 != "\n" }) != nil, "the text begins with a whole line")
    }

    @Test func `gives the program no input and a small environment in English`() async throws {
        let caller = [
            "PATH": "/usr/bin:/bin", "HOME": "/root", "LC_ALL": "tr_TR.UTF-8", "SECRET_TOKEN": "x",
            "PGHOST": "db.example", "PGPASSWORD": "hidden",
        ]
        let fixture = try Fixture(caller)
        let plain = try await fixture.shell("cat; env | sort | grep -v -e '^_=' -e '^PWD='")
        #expect(
            String(decoding: plain.output, as: UTF8.self)
                == "HOME=/root\nLANG=C\nLC_ALL=C\nPATH=/usr/bin:/bin\nPGHOST=db.example\nPGPASSWORD=hidden\n")
        let withFile = try await fixture.shell(
            "env | sort | grep ^PG", environment: ["PGPASSFILE": "/run/pass", "PGHOST": "other"])
        #expect(String(decoding: withFile.output, as: UTF8.self) == "PGHOST=other\nPGPASSFILE=/run/pass\n")
    }

    @Test func `leaves neither zombies nor descriptors behind`() async throws {
        let before = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
        var last = ""
        for round in 0..<240 {
            // A missing program and a refused one take other ways out.
            switch round % 3 {
            case 0: last = String(decoding: try await fixture.shell("echo $$").output, as: UTF8.self)
            case 1:
                await #expect(throws: AnyFault.self) {
                    try await fixture.processes.run(
                        ToolCall(executable: "/no", arguments: []), output: .discard)
                }
            default:
                await #expect(throws: AnyFault.self) {
                    try await fixture.shell("yes", output: .sink(Ear(refuseAfter: 10)))
                }
            }
        }
        let after = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
        // Tests that run beside this one open some too; one for each round would be 240, for each kind 80.
        #expect(after - before < 70)
        #expect(!FileManager.default.fileExists(atPath: "/proc/\(last.trimmingPrefix(" ").dropLast())"))
    }

    @Test func `does not wait for a process that was left behind with the pipe`() async throws {
        let result = try await fixture.shell("setsid sleep 300 & echo $!")
        #expect(result.succeeded)
        let pid = String(decoding: result.output, as: UTF8.self).dropLast()
        #expect(Fixture.lives(String(pid)), "it is in a session of its own and still holds the pipe")
        _ = try await fixture.shell("kill -KILL \(pid)")
    }

    @Test func `kills what a program leaves in its group`() async throws {
        let result = try await fixture.shell("sleep 300 & echo $!")
        let pid = String(String(decoding: result.output, as: UTF8.self).dropLast())
        #expect(result.succeeded)
        #expect(try await Fact.comes { !Fixture.lives(pid) })
    }
}
