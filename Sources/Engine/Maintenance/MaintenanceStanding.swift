package import Policy

/// What of a database's maintenance has not had its turn for too many nights, as a run found it.
package struct MaintenanceStanding: Sendable, Equatable {
    package var item: BackupItem
    package var job: String
    /// Empty where nothing starves.
    package var starving: [MaintenancePlan.Starving]

    /// What is told of it: one breach for the database while anything starves, none otherwise.
    package var news: ObjectiveNews {
        let subject = "maintenance/\(item)@\(job)"
        guard let first = starving.first else { return ObjectiveNews(judged: [subject], breaches: []) }
        let others = starving.count > 1 ? ", and \(starving.count - 1) more" : ""
        return ObjectiveNews(
            judged: [subject],
            breaches: [
                BreachNews(
                    subject: subject,
                    text:
                        "\(item): \(first.kind.rawValue) of \(first.object.schema).\(first.object.name) has "
                        + "waited for \(first.nights) nights (\(first.reason))\(others)",
                    target: item.target, job: job)
            ])
    }
}
