/// One change of the schema: applied once, as a whole, and never edited once it has been released.
package struct Migration: Sendable, Equatable {
    /// The place in their order, from 1 without gaps.
    package var number: Int
    /// What it is about, for people.
    package var name: String
    /// Statements, run as one transaction.
    package var script: String

    /// A change made of its parts; the program's own are in ``all``.
    package init(number: Int, name: String, script: String) {
        self.number = number
        self.name = name
        self.script = script
    }

    /// All changes that this program knows, in their order. New ones go to the end.
    package static let all = [
        Migration(
            number: 1, name: "runs and backup sets",
            script: Statements.text(PackageResources.migration_0001_records_sql)),
        Migration(
            number: 2, name: "daemons, marks, queues and seats",
            script: [
                PackageResources.migration_0002_daemons_sql, PackageResources.migration_0002_agreement_sql,
                PackageResources.migration_0002_seats_sql,
            ].map(Statements.text).joined(separator: "\n")),
        Migration(
            number: 3, name: "events and deliveries",
            script: Statements.text(PackageResources.migration_0003_events_sql)),
        Migration(
            number: 4, name: "drills, and queues that are looked at sooner",
            script: [PackageResources.migration_0004_drills_sql, PackageResources.migration_0004_seats_sql]
                .map(Statements.text).joined(separator: "\n")),
        Migration(
            number: 5, name: "maintenance",
            script: Statements.text(PackageResources.migration_0005_maintenance_sql)),
        Migration(
            number: 6, name: "traffic",
            script: Statements.text(PackageResources.migration_0006_traffic_sql)),
    ]
}
