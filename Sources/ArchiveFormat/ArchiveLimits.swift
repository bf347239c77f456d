/// The named bounds that keep a hostile archive from costing more than an honest one.
package enum ArchiveLimits {
    /// Entries of a table of contents; the largest known dumps have a few million.
    package static let entriesMax = 10_000_000
    /// Bytes of one text: PostgreSQL holds no longer value than one gigabyte.
    package static let textBytesMax = 1 << 30
    /// Dependencies of one entry.
    package static let dependenciesMax = 1_000_000
    /// Bytes of a `manifest.json`.
    package static let manifestBytesMax = 256 << 20
    /// The fewest bytes that an entry takes: one integer or empty text for each of its fields.
    package static let entryBytesMin: Int64 = 70
}
