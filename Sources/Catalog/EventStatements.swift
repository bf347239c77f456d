/// The statements about events and deliveries; each is a file in `SQL/`, embedded in the program.
enum EventStatements {
    static let open = Statements.text(PackageResources.events_open_sql)
    static let untold = Statements.text(PackageResources.events_untold_sql)
    static let eventOpen = Statements.text(PackageResources.event_open_sql)
    static let eventUpdate = Statements.text(PackageResources.event_update_sql)
    static let post = Statements.text(PackageResources.delivery_post_sql)
    static let claim = Statements.text(PackageResources.delivery_claim_sql)
    static let settle = Statements.text(PackageResources.delivery_settle_sql)
    static let deliveries = Statements.text(PackageResources.deliveries_sql)
    static let deliveriesForget = Statements.text(PackageResources.deliveries_forget_sql)
    static let eventsForget = Statements.text(PackageResources.events_forget_sql)
}
