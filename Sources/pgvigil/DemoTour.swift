import ArchiveFormat
import Engine
import Faults
import FoundationEssentials
import Wiring

/// What the demo shows, one command after the other.
struct DemoTour {
    let demo: Demo
    let system: PgvigilSystem
    let surroundings: Surroundings
    let instants: InstantText
    let signals: StopSignals

    /// Backs up, verifies and drills; then plants two faults, which must be found, and bloat, which must be gone afterwards.
    ///
    /// - Throws: ``Ending`` if they are not.
    func show() async throws {
        try await run("nightly-backup", expecting: .done)
        let set = try await newest()
        Console.say("\n$ pgvigil verify \(set.directory)")
        try ReportPrinter.end(await ReportPrinter(json: false).verify([set.directory]))
        try await flip(set)
        Console.say(
            """

            Whether it can be restored, only a restore tells: into a private server, compared with the archive row by row.
            """)
        try await run("weekly-drill", expecting: .done)
        _ = try await report()
        try await breakRestore()
        try await tidyUp()
        try await lists()
    }

    /// A bit of a copy is changed, and the verification finds it.
    private func flip(_ set: StoredSet) async throws {
        let (copy, offset) = try demo.plantFlip(in: set)
        Console.say(
            "\nNow one bit of byte \(offset) of a copy of the archive is flipped.\n$ pgvigil verify \(copy)")
        let damaged = await ReportPrinter(json: false).verify([copy])
        guard damaged.contains(where: { $0.verdict == .damaged }) else {
            return try missed("The flipped bit was NOT found.")
        }
        Console.say("\nThe flipped bit was found.")
    }

    /// A rule is added with which no restore brings a table back, and only the drill finds that.
    private func breakRestore() async throws {
        try await demo.plantRule()
        Console.say(
            """

            Somebody adds a rule to the shop: no reviews by blocked customers.
            \(Demo.rule.split(separator: "\n").map { "    \($0)" }.joined(separator: "\n"))
            It works, and so does the next backup: every byte of it is read back, and every row is there.
            """)
        try await run("nightly-backup", expecting: .done)
        Console.say("\nBut does it come back?")
        try await run("weekly-drill", expecting: .badResult)
        let report = try await report(short: true)
        guard report?.verdict == .broken, report?.lines.contains(where: Self.tellsOfReviews) == true else {
            return try missed("The backup that does not restore was NOT found.")
        }
        Console.say(
            """

            The backup that does not restore was found, while the shop that it is of still runs. (The function names \
            'customer'
            without its schema, and a restore has an empty search_path; 'SET search_path = public' in the function mends it.)
            """)
    }

    private static func tellsOfReviews(_ line: DrillLine) -> Bool {
        line.check == .rows && line.state == .broken && line.subject.contains("review")
    }

    private func lists() async throws {
        let sets = try await Shelf(demo.configuration, surroundings).listing(of: nil).sets
        let now = system.ambient.wallTime()
        Console.say("\n$ pgvigil backups list\n\(BackupText.table(sets, instants, now: now))")
        let runs = try await system.book.runs(RunQuery(), limit: 20)
        Console.say("\n$ pgvigil runs list\n\(RunText.table(runs.map { RunView($0) }, instants))")
    }

    /// Runs a job of the demo's configuration, and goes on only if it ends as it should.
    func run(_ name: String, expecting expected: ExitStatus) async throws {
        Console.say("\n$ pgvigil run \(name)")
        let hand = HandRun(system, say: { _ in }, onFault: { Console.complain($0) })
        signals.onStop { await hand.stop() }
        let run = try await hand.run(try demo.configuration.job(named: name))
        let status = HandRunner.status(of: run)
        guard status == expected else { throw Ending(status: status == .done ? .badResult : status) }
    }

    /// Prints the report of the newest drill; a short one ends before what was compared and is well.
    private func report(short: Bool = false) async throws -> DrillReport? {
        guard let drill = try await system.book.drills(DrillQuery(), limit: 1).first,
            let text = try await system.book.report(ofDrill: drill.ordinal, of: drill.run),
            let report = DrillReport.parse(text)
        else { return nil }
        let parts = DrillText.render(report, instants).split(separator: "\n\n")
        let said = short ? parts.prefix { !$0.hasPrefix("CHECK ") } + ["…"] : parts[...]
        Console.say("\n$ pgvigil drills show latest\n\(said.joined(separator: "\n\n"))")
        return report
    }

    private func newest() async throws -> StoredSet {
        try await Shelf(demo.configuration, surroundings).set(idPrefix: "latest")
    }

    func missed(_ text: String) throws {
        Console.say(text)
        throw Ending(status: .badResult)
    }
}
