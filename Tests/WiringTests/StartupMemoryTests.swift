import FoundationEssentials
import Testing

@testable import Wiring

@Suite struct `The memory that only a start needs` {
    @Test func `is that of code in files, and never of what was or may be written`() {
        let maps = """
            55d0c1a00000-55d0c1c00000 r--p 00000000 fe:00 131 /usr/bin/pgvigil
            55d0c1c00000-55d0c2c00000 r-xp 00200000 fe:00 131 /usr/bin/pgvigil
            55d0c2c00000-55d0c2d00000 rw-p 01200000 fe:00 131 /usr/bin/pgvigil
            7f0000000000-7f0000100000 r-xp 00000000 fe:00 132 /usr/lib/a library.so
            7f0000200000-7f0000300000 rwxp 00000000 00:00 0
            7ffe00000000-7ffe00002000 r-xp 00000000 00:00 0 [vdso]
            nonsense r-xp 00000000 fe:00 131 /usr/bin/pgvigil
            """
        #expect(
            StartupMemory.code(in: maps) == [
                0x55d0_c1c0_0000..<0x55d0_c2c0_0000, 0x7f00_0000_0000..<0x7f00_0010_0000,
            ])
        #expect(StartupMemory.code(in: "").isEmpty)
    }

    @Test func `is given back, and the program goes on`() throws {
        let before = try resident()
        StartupMemory.release()
        // Much of it comes back at once, by being used here.
        #expect(try resident() < before)
        #expect((1...1000).map { "\($0)" }.joined().count == 2893)
    }

    /// Pages of files that are mapped in, in kB.
    private func resident() throws -> Int {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("RssFile:") })
        return try #require(line.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) })
    }
}
