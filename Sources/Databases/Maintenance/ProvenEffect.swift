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
    static func isVacuumed(_ old: ObjectState, _ new: ObjectState) -> Bool {
        new.deadRows == 0 || new.deadRows <= old.deadRows / 4 * 3
            || (new.deadRows < old.deadRows && old.deadRows < 100)
    }

    private static func hasFallen(_ old: Int64, _ new: Int64) -> Bool {
        new <= youngAge || new <= old / 4 * 3
    }
}
