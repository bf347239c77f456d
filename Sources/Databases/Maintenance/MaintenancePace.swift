/// How often maintenance looks, and how long it waits for what cannot be hurried.
package struct MaintenancePace: Sendable {
    /// How often a statement is looked at from the second connection.
    package var lookEvery: Duration
    /// Where it cannot be looked at, it goes on for so long.
    package var blindMax: Duration
    /// A rebuild that is built and waits for others is not given up before.
    package var builtPatience: Duration
    /// Nor one whose new index is in use already.
    package var swappedPatience: Duration
    /// What an interrupted rebuild left is dropped at once if that takes no longer; else on the next occasion.
    package var tidyLimit: Duration
    /// Dropping a leftover takes no longer; it waits for transactions of others.
    package var dropLimit: Duration

    package init(
        lookEvery: Duration = .milliseconds(500), blindMax: Duration = .seconds(10),
        builtPatience: Duration = .seconds(30),
        swappedPatience: Duration = .seconds(300), tidyLimit: Duration = .seconds(20),
        dropLimit: Duration = .seconds(120)
    ) {
        self.lookEvery = lookEvery
        self.blindMax = blindMax
        self.builtPatience = builtPatience
        self.swappedPatience = swappedPatience
        self.tidyLimit = tidyLimit
        self.dropLimit = dropLimit
    }
}
