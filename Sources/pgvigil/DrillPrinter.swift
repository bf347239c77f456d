import Engine
import FoundationEssentials
import Wiring

/// Prints the reports of a drill that was just done.
struct DrillPrinter {
    /// More drills of one run are not printed.
    private static let drillsMax = 1_000

    let instants: InstantText
    let json: Bool

    /// The reports of a run in their order, from the catalog, or from the journal if that has them.
    func say(_ system: PgvigilSystem, _ run: RunRecord, stateDirectory: String) async {
        let journal = await JournalReader(stateDirectory: stateDirectory).read().view.drills
        var texts = journal.filter { $0.drill.run == run.id }.map { (at: $0.drill.ordinal, text: $0.report) }
        // What the catalog does not tell stays with 'drills show'; the run's own record has said that it is away.
        for drill in (try? await system.book.drills(DrillQuery(run: run.id), limit: Self.drillsMax)) ?? [] {
            // As above.
            let report = try? await system.book.report(ofDrill: drill.ordinal, of: run.id)
            if let report, !texts.contains(where: { $0.at == drill.ordinal }) {
                texts.append((at: drill.ordinal, text: report))
            }
        }
        for (_, text) in texts.sorted(by: { $0.at < $1.at }) {
            if json {
                Console.say("{\"event\":\"report\",\"report\":\(text)}")
            } else if let report = DrillReport.parse(text) {
                Console.say("\n" + DrillText.render(report, instants))
            }
        }
    }
}
