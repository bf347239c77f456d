/// The files of `jobs/` and `cron/` that are there before anybody has written one.
enum Shipped {
    /// The jobs by the names of their files.
    static var jobs: [(name: String, text: String)] {
        [
            ("nightly-backup", text(PackageResources.nightly_backup_yaml)),
            ("tidy", text(PackageResources.tidy_yaml)),
            ("verify-stores", text(PackageResources.verify_stores_yaml)),
            ("weekly-drill", text(PackageResources.weekly_drill_yaml)),
        ]
    }
    /// The crontab that goes with them; the file is `cron/nights.cron`.
    static var nights: String { text(PackageResources.nights_cron) }
    /// The demo's sample shop, statements separated by lines `-- next`.
    static var shop: String { text(PackageResources.shop_sql) }
    /// What somebody adds to the shop that pg_dump does not mind, and that does not come back.
    static var rule: String { text(PackageResources.rule_sql) }

    /// What somebody did to the shop that leaves a table and its index far larger than what is in them; statements as in
    /// ``shop``.
    static var bloat: String { text(PackageResources.bloat_sql) }

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
