import Measures

/// Old rows: the ladder of ages (manual, 24.1.5, "Preventing Transaction ID Wraparound Failures").
extension MaintenanceSurvey {
    /// From this share of the failsafe's age on, indexes are left as they are, as the failsafe itself would.
    static let failsafeShare = 0.9
    /// `vacuum_failsafe_age` before there was one.
    private static let failsafeAge: Int64 = 1_600_000_000
    /// A snapshot that is older than this share of a table's age leaves nothing worth freezing.
    static let vainShare = 0.75

    /// A freeze of the table, which does its TOAST table too; or of that alone, where it alone is old.
    func freeze(_ relation: RelationFacts) -> MaintenanceNeed? {
        let toast = toasts[relation.oid]
        let own = age(relation)
        let toasted = toast.flatMap(age)
        guard let worst = [own, toasted].compactMap({ $0 }).max(by: { $0.ratio < $1.ratio }) else {
            return nil
        }
        let part = own == nil ? toast ?? relation : relation
        let isToasts = own.map { $0.ratio < worst.ratio } ?? false
        let finding = Finding(
            ratio: worst.ratio, reason: (isToasts ? "its TOAST table: " : "") + worst.reason)
        var need = need(.freeze, of: part, finding)
        need.options = MaintenanceOptions(skipsIndexes: worst.isNearFailsafe, freezes: true)
        need.isEmergency = worst.isEmergency
        need.obstacle =
            obstacles.right(part.mayMaintain) ?? obstacles.autovacuum([part, toast].compactMap { $0 })
            ?? (worst.isOfMultixacts
                ? nil : obstacles.snapshot(freezing: worst.age, ofSystem: isOfSystem(relation)))
        return need
    }

    /// The worse of both ages, where one is above what is planned for.
    private func age(_ relation: RelationFacts) -> Age? {
        let thresholds = facts.thresholds
        let xids = Age(
            relation.xidAge, Bound(server: thresholds.freezeMaxAge, own: relation.freezeMaxAge),
            failsafe: thresholds.failsafeAge ?? Self.failsafeAge, limits.freeze, isOfMultixacts: false)
        let multixacts = Age(
            relation.multixactAge,
            Bound(server: thresholds.multixactFreezeMaxAge, own: relation.multixactFreezeMaxAge),
            failsafe: thresholds.multixactFailsafeAge ?? Self.failsafeAge, limits.freeze, isOfMultixacts: true
        )
        return [xids, multixacts].compactMap { $0 }.max { $0.ratio < $1.ratio }
    }

    /// At which age autovacuum must freeze: a table's own parameter lowers the server's, and never raises it
    /// (`relation_needs_vacanalyze` in autovacuum.c).
    private struct Bound {
        var server: Int64
        var own: Int64?

        var isOwn: Bool { own.map { $0 >= 0 && $0 < server } ?? false }
        var max: Int64 { isOwn ? own ?? server : server }
    }

    /// An age above what is planned for.
    private struct Age {
        var age: Int64
        var ratio: Double
        var reason: String
        var isEmergency: Bool
        var isNearFailsafe: Bool
        var isOfMultixacts: Bool

        init?(_ age: Int64?, _ bound: Bound, failsafe: Int64, _ limits: FreezeLimits, isOfMultixacts: Bool) {
            let planned = min(Double(bound.max) * limits.share, Double(limits.emergencyAge))
            guard let age, Double(age) > planned else { return nil }
            self.age = age
            ratio = Double(age) / Swift.max(planned, 1)
            isEmergency = age > limits.emergencyAge
            // The failsafe is never below 105 % of what autovacuum freezes at (vacuum_xid_failsafe_check).
            isNearFailsafe =
                Double(age) >= Swift.max(Double(failsafe), 1.05 * Double(bound.server))
                * MaintenanceSurvey.failsafeShare
            self.isOfMultixacts = isOfMultixacts
            let what = isOfMultixacts ? "multixacts" : "transactions"
            let setting =
                (bound.isOwn ? "its own " : "")
                + (isOfMultixacts ? "autovacuum_multixact_freeze_max_age" : "autovacuum_freeze_max_age")
            let written = Decimals.grouped(age)
            if isEmergency {
                reason =
                    "\(written) \(what) old, above \(Decimals.grouped(limits.emergencyAge)), which is not left to "
                    + "the window"
                    + (isNearFailsafe ? "; without its indexes, since the failsafe is near" : "")
            } else {
                reason =
                    "\(written) \(what) old, above \(Decimals.grouped(Int64(planned))), "
                    + "\(MaintenanceSurvey.short(planned / Swift.max(Double(bound.max), 1) * 100)) % of \(setting)"
            }
        }
    }
}
