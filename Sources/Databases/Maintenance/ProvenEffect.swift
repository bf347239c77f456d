import Engine

/// Whether a statement has changed what it was sent for, by the server's catalog before and after.
///
/// A part of it is not enough: what is called done is not looked at again the next night as something that waits.
enum ProvenEffect {
    /// A table of this age was frozen a moment ago.
    static let youngAge: Int64 = 10_000

    /// The age that matters more has fallen by a quarter at least, or is young: that of transactions, or that of multixacts,
    /// of which autovacuum by default lets twice as many pass (`autovacuum_multixact_freeze_max_age`).
    static func isFrozen(_ old: ObjectState, _ new: ObjectState) -> Bool {
        old.xidAge >= old.multixactAge / 2
            ? hasFallen(old.xidAge, new.xidAge) : hasFallen(old.multixactAge, new.multixactAge)
    }

    /// A quarter of the dead rows at least is gone; of few, which others make meanwhile, that is not asked.
    ///
    /// A table that only grows had none, and is judged by the pages that everybody sees now; the dead rows that stay must
    /// then be too few to call for the next VACUUM (`autovacuum_vacuum_scale_factor`, a fifth of the rows by default).
    static func isVacuumed(_ old: ObjectState, _ new: ObjectState, isVisible: Bool) -> Bool {
        new.deadRows == 0 || new.deadRows <= old.deadRows / 4 * 3
            || (new.deadRows < old.deadRows && old.deadRows < 100)
            || (isVisible && Double(new.deadRows) <= new.tuples / 5)
    }

    private static func hasFallen(_ old: Int64, _ new: Int64) -> Bool {
        new <= youngAge || new <= old / 4 * 3
    }
}
