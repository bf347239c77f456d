/// The job that is there before anybody has written one; the file is `jobs/nightly-backup.yaml`.
enum Shipped {
    static var nightlyBackup: String { String(decoding: PackageResources.nightly_backup_yaml, as: UTF8.self) }
    /// The crontab that goes with it; the file is `cron/nights.cron`.
    static var nights: String { String(decoding: PackageResources.nights_cron, as: UTF8.self) }
    /// The demo's sample shop, statements separated by lines `-- next`.
    static var shop: String { String(decoding: PackageResources.shop_sql, as: UTF8.self) }
}
