import FoundationEssentials
import TestKit
import Testing

@Suite struct `Asking for the next instant` {
    @Test(arguments: [
        (["30 1 * * *", "UTC", "--after", "2026-11-22T00:30:00Z"], "2026-11-22T01:30:00Z\n"),
        (["30 1 * * *", "Europe/Paris", "--after", "2026-11-22T00:30:00Z"], "2026-11-23T00:30:00Z\n"),
        (["0 0 30 2 *", "UTC"], "never\n"),
        (
            ["0 12 * * MON", "UTC", "--after", "2026-11-22T00:00:00Z", "--count", "3"],
            "2026-11-23T12:00:00Z\n2026-11-30T12:00:00Z\n2026-12-07T12:00:00Z\n"
        ),
        (
            ["@daily", "UTC", "--after", "2026-11-22T00:00:00Z", "--until", "2026-11-24T00:00:00Z"],
            "2026-11-23T00:00:00Z\n2026-11-24T00:00:00Z\n"
        ),
        (["@daily", "UTC", "--after", "2026-11-22T00:00:00Z", "--until", "2026-11-22T12:00:00Z"], "never\n"),
        (["0 0 0 1 1 * 2199", "UTC", "--after", "2199-06-01T00:00:00Z"], "never\n"),
    ])
    func `answers a pattern`(arguments: [String], answer: String) async throws {
        try await Scene.play { scene in
            let end = try await scene.start(["next"] + arguments).end()
            #expect((end.status, end.output, end.errors) == (0, answer, ""), "\(end)")
        }
    }

    @Test func `reads the zone of the machine`() async throws {
        try await Scene.play { scene in
            let end = try await scene.pgvigil(
                "next", "0 12 * * *", "--after", "2026-07-01T00:00:00Z",
                environment: ["TZ": "America/New_York"])
            #expect(end.output == "2026-07-01T16:00:00Z\n", "\(end)")
        }
    }

    @Test(arguments: [
        ["61 * * * *"], ["* * * *"], ["* * * * *", "Mars/Olympus"], ["* * * * *", "--after", "tomorrow"],
    ])
    func `says what is wrong with the question`(arguments: [String]) async throws {
        try await Scene.play { scene in
            let end = try await scene.start(["next"] + arguments).end()
            #expect(end.status == 2 && end.output == "")
            #expect(end.complaints.count == 1 && end.errors.hasPrefix("pgvigil: "), "\(end)")
            Golden.expect(
                end.errors, "next-" + arguments.joined(separator: "-").filter { $0.isLetter || $0.isNumber })
        }
    }

    @Test func `answers every line of standard input`() async throws {
        let input = """
            30 1 * * *\tEurope/Paris\t2026-11-22T00:30:00Z
            0 0 30 2 *\tUTC\t2026-11-22T00:00:00Z
            */15 * * * *\tAsia/Kolkata\t2026-11-22T00:01:00Z

            """
        try await Scene.play { scene in
            let end = try await scene.pgvigil("next", "--stdin", input: input)
            #expect(end.status == 0, "\(end)")
            #expect(end.output == "2026-11-23T00:30:00Z\nnever\n2026-11-22T00:15:00Z\n")
            let two = try await scene.pgvigil("next", "--stdin", "--count", "2", input: input)
            #expect(
                two.output == """
                    2026-11-23T00:30:00Z 2026-11-24T00:30:00Z
                    never
                    2026-11-22T00:15:00Z 2026-11-22T00:30:00Z

                    """)
            let until = try await scene.pgvigil(
                "next", "--stdin", "--until", "2026-11-22T12:00:00Z", input: input)
            #expect(until.output == "never\nnever\n2026-11-22T00:15:00Z\n")
        }
    }

    @Test(arguments: [
        ("* * * * *\tUTC\n", "standard input:1: the line is not PATTERN, ZONE and AFTER"),
        (
            "* * * * *\tUTC\t2026-11-22T00:00:00Z\n61 * * * *\tUTC\t2026-11-22T00:00:00Z\n",
            "standard input:2: '61' in the minute"
        ),
        (
            "* * * * *\tUTC\t2026-11-22T00:00:00Z\n* * * * *\tMars\t2026-11-22T00:00:00Z\n",
            "standard input:2:"
        ),
        ("* * * * *\tUTC\tnow\n", "standard input:1: 'now' is not an instant"),
    ])
    func `says which line it cannot read, after the answers before it`(input: String, said: String)
        async throws
    {
        try await Scene.play { scene in
            let end = try await scene.pgvigil("next", "--stdin", input: input)
            #expect(end.status == 2)
            #expect(end.complaints.count == 1 && end.errors.contains(said), "\(end)")
            let before = input.split(separator: "\n").count - 1
            #expect(end.output.split(separator: "\n").count == before, "\(end)")
        }
    }

    @Test func `answers a hundred thousand lines`() async throws {
        let patterns = ["30 1 * * *", "*/5 * * * *", "0 3 * * SUN", "0 0 1 * *"]
        let zones = ["UTC", "Europe/Paris", "America/New_York"]
        let input = (0..<100_000).map { number in
            let (day, hour) = (1 + number % 28, number % 24)
            func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
            return "\(patterns[number % 4])\t\(zones[number % 3])\t2026-03-\(two(day))T\(two(hour)):00:00Z\n"
        }.joined()
        try await Scene.play { scene in
            let end = try await scene.pgvigil("next", "--stdin", input: input)
            #expect(end.status == 0)
            #expect(end.output.split(separator: "\n").count == 100_000)
        }
    }
}
