import ArgumentParser
import Cron
import Engine
import Faults
import FoundationEssentials
import Wiring

/// `pgvigil next`.
struct NextCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "next", abstract: "Print when a pattern fires next, in UTC.",
        discussion: """
            With --stdin, reads lines of PATTERN, ZONE and AFTER, separated by tabs, and prints for each the \
            next instant or 'never'. Instants are written 2026-11-22T00:30:00Z.
            """)

    @Argument(help: "A pattern in quotes, such as '30 1 * * *'.")
    var pattern: String?

    @Argument(help: "An IANA time zone.")
    var zone: String?

    @Option(help: "How many instants to print, 1 to 1000000.")
    var count: Int?

    @Option(help: "Print instants after this one; by default after now.")
    var after: String?

    @Option(help: "Print instants up to this one.")
    var until: String?

    @Option(help: "The job's name, which H fields hash.")
    var job = ""

    @Flag(help: "Say in English what the pattern means.")
    var explain = false

    @Flag(help: "Answer lines of standard input.")
    var stdin = false

    func validate() throws {
        if stdin ? pattern != nil : pattern == nil {
            throw ValidationError("Give either a pattern or --stdin.")
        }
        if let count, !(1...1_000_000).contains(count) {
            throw ValidationError("--count takes 1 to 1000000.")
        }
    }

    func run() throws {
        let surroundings = Surroundings.current()
        let zones = ZoneFiles(environment: surroundings.environment)
        let now = surroundings.ambient(stateDirectory: "").wallTime()
        if stdin {
            var answerer = LineAnswerer(zones: zones, count: count ?? 1, until: try until.map(instant))
            try answerer.answerAll()
            return
        }
        let zone = try zones.zone(self.zone ?? surroundings.zoneName)
        let parsed = try CronPattern.parse(pattern ?? "", hashKey: job)
        if explain { return Console.say(parsed.explain(in: zone)) }
        let start = try after.map(instant) ?? now
        let end = try until.map(instant)
        var printed = 0
        for next in Occurrences(of: parsed, after: start, through: end, in: zone) {
            Console.say(InstantFormat.utc(next))
            printed += 1
            if printed >= count ?? (end == nil ? 1 : 1_000_000) { break }
        }
        if printed == 0 { Console.say("never") }
    }

    private func instant(_ text: String) throws -> Date {
        guard let instant = InstantFormat.parse(text) else { throw WiringFault.notAnInstant(text) }
        return instant
    }
}

/// Answers lines of `pattern TAB zone TAB after`; patterns and zones that come again are parsed once.
private struct LineAnswerer {
    let zones: ZoneFiles
    let count: Int
    let until: Date?
    private var patterns: [String: CronPattern] = [:]
    private static let patternsMax = 10_000

    init(zones: ZoneFiles, count: Int, until: Date?) {
        self.zones = zones
        self.count = count
        self.until = until
    }

    mutating func answerAll() throws {
        var number = 0
        var output = ""
        do {
            while let line = readLine() {
                number += 1
                output += try answer(line)
                if output.utf8.count > 1 << 16 {
                    Console.write(output)
                    output = ""
                }
            }
        } catch let fault as any Fault {
            // The lines before have their answers, and the fault says which line has none.
            Console.write(output)
            throw AnyFault(
                code: fault.code, summary: fault.summary, remedy: fault.remedy,
                place: Place(file: "standard input", line: number))
        }
        Console.write(output)
    }

    private mutating func answer(_ line: String) throws -> String {
        let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
        guard fields.count == 3 else { throw WiringFault.notThreeFields }
        guard let after = InstantFormat.parse(fields[2]) else {
            throw WiringFault.notAnInstant(String(fields[2]))
        }
        let zone = try zones.zone(String(fields[1]))
        let pattern = try parsed(String(fields[0]))
        if count == 1 {
            guard let next = pattern.next(after: after, in: zone), until.map({ next <= $0 }) ?? true else {
                return "never\n"
            }
            return InstantFormat.utc(next) + "\n"
        }
        let found = Occurrences(of: pattern, after: after, through: until, in: zone).prefix(count)
        let text = found.map(InstantFormat.utc).joined(separator: " ")
        return (text.isEmpty ? "never" : text) + "\n"
    }

    private mutating func parsed(_ text: String) throws -> CronPattern {
        if let pattern = patterns[text] { return pattern }
        let pattern = try CronPattern.parse(text)
        if patterns.count < Self.patternsMax { patterns[text] = pattern }
        return pattern
    }
}
