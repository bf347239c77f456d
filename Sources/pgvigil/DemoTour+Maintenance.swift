import Engine
import Faults
import Jobs
import Policy
import Wiring

/// What the demo shows of maintenance.
extension DemoTour {
    /// Bloat is planted, found, mended and proven; then the plan of the next night is asked for.
    func tidyUp() async throws {
        try await demo.plantBloat()
        Console.say(
            """

            Meanwhile somebody has switched autovacuum off for a table of visits, and deleted nine in ten of its rows. \
            The files
            are as large as ever: what would a quiet night do about that?
            """)
        let found = try await plan()
        guard found.contains(where: { $0.kind == .vacuum && $0.object.name == Demo.bloated }),
            found.contains(where: { $0.kind == .reindex && $0.table.name == Demo.bloated })
        else { return try missed("\nThe bloated table and its index were NOT found.") }
        try await run("tidy", expecting: .done)
        try await effects()
        Console.say("\nAnd the plan of the next night:")
        guard try await plan().allSatisfy({ $0.table.name != Demo.bloated }) else {
            return try missed("\nThe bloated table and its index were NOT mended.")
        }
        Console.say(
            "\nThe bloated table and its index were found, mended while the shop was open, and proven from its catalog."
        )
    }

    /// Prints what is worth doing in the shop, and returns it.
    private func plan() async throws -> [MaintenanceAction] {
        Console.say("\n$ pgvigil maintain shop --plan")
        var actions: [MaintenanceAction] = []
        for target in demo.configuration.settings.targets {
            let outlook = MaintenanceOutlook(system)
            for (_, look) in try await outlook.looks(at: target, MaintainSpec(), in: nil) {
                let look = try look.get()
                Console.say(MaintenanceText.plan(MaintenancePlanView(look)))
                actions += look.actions
            }
        }
        return actions
    }

    /// Prints what the newest run changed, object by object.
    private func effects() async throws {
        guard let run = try await system.book.runs(RunQuery(), limit: 1).first else { return }
        let views = try await system.book.maintenance(of: run.id).map { MaintenanceView($0, isOver: true) }
        Console.say("\n$ pgvigil runs show latest\n…\n\(MaintenanceText.results(views))")
    }
}
