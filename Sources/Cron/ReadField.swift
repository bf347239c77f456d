/// One field of a pattern, read: its items and what its spelling says beyond them.
struct ReadField: Sendable, Equatable {
    let field: CronField
    /// Never empty.
    let items: [FieldItem]
    /// Whether the text begins with `*`, also `*/5` and `*,3`.
    let startsWithStar: Bool
    /// Anything but `*` or `?` as a whole: `*/2` and `1-31` restrict, too.
    let isRestricted: Bool
    /// A leading `+` of the weekday field.
    let requiresBoth: Bool
}
