/// The time between two changes of a zone's offset.
struct Stretch: Sendable, Equatable {
    /// Before every instant that is asked for, and far from overflow.
    static let past = -(1 << 60)
    /// After every instant that is asked for.
    static let future = 1 << 60
    /// The largest change of a clock that is made up for, in seconds: what is more corrects the clock or
    /// moves the country, as Vixie cron has it too (`cron.c`, three hours).
    static let shiftMax = 180 * 60

    /// Its place among the stretches of its zone.
    let index: Int
    /// Its first instant, in seconds since the epoch.
    let start: Int
    /// The first instant after it.
    let end: Int
    /// What the clock shows, less UTC, in seconds.
    let offset: Int
    /// The offset of the stretch before; the same as `offset` for the first of all.
    let offsetBefore: Int

    func contains(_ instant: Int) -> Bool { instant >= start && instant < end }

    /// The first time on the clock for which this stretch answers.
    ///
    /// A fixed pattern goes on where the stretch before it ended, if the clock changed by no more than
    /// ``shiftMax``.
    func firstClaimed(byFixed isFixed: Bool) -> Int {
        let shift = offset - offsetBefore
        return start + (isFixed && shift.magnitude <= UInt(Self.shiftMax) ? offsetBefore : offset)
    }
}
