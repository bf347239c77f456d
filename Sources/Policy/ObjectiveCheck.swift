package import FoundationEssentials
import Measures

/// What is known of how well a database, a target or a job can be recovered.
package struct RecoveryFacts: Sendable, Equatable {
    /// When the newest verified backup was taken; nil if there never was one.
    package var newestBackup: Date?
    /// When the newest backup that a drill has proven was taken.
    package var newestProven: Date?
    /// How long the last measured recovery took.
    package var recoveryTime: Duration?

    package init(newestBackup: Date? = nil, newestProven: Date? = nil, recoveryTime: Duration? = nil) {
        self.newestBackup = newestBackup
        self.newestProven = newestProven
        self.recoveryTime = recoveryTime
    }
}

/// An objective that is not met.
package struct Breach: Sendable, Equatable {
    package var kind: ObjectiveKind
    package var allowed: Duration
    /// Nil: there never was a backup, a proof or a recovery.
    package var found: Duration?
    /// One line for people, without the name of what it is about.
    package var text: String
}

/// What can be expected; the raw value is the key in files and the text in records.
package enum ObjectiveKind: String, Sendable, Equatable, CaseIterable, Codable {
    case backupAge = "backup_age"
    case provenAge = "proven_age"
    case recoveryTime = "recovery_time"
}

/// Compares what is expected with what is known.
package enum ObjectiveCheck {
    /// Every objective that is not met, in the order of ``ObjectiveKind``.
    ///
    /// What never happened meets no objective, so that a job that never ran is told of like one that fails.
    package static func check(_ objectives: Objectives, facts: RecoveryFacts, now: Date) -> [Breach] {
        ObjectiveKind.allCases.compactMap { kind in
            guard let allowed = objectives[kind] else { return nil }
            let found = facts.found(kind, now: now)
            if let found, found <= allowed { return nil }
            return Breach(
                kind: kind, allowed: allowed, found: found, text: text(kind, allowed: allowed, found: found))
        }
    }

    private static func text(_ kind: ObjectiveKind, allowed: Duration, found: Duration?) -> String {
        let bound = DurationText.written(allowed)
        guard let found else {
            switch kind {
            case .backupAge: return "there is no verified backup, and one of the last \(bound) is expected"
            case .provenAge: return "no backup was ever proven, and one of the last \(bound) is expected"
            case .recoveryTime:
                return "no recovery was ever measured, and one within \(bound) is expected"
            }
        }
        let same = DurationText.render(found) == DurationText.render(allowed)
        let value = (same ? "just over " : "") + DurationText.render(found)
        switch kind {
        case .backupAge: return "the newest verified backup is \(value) old, and \(bound) is allowed"
        case .provenAge: return "the newest proven backup is \(value) old, and \(bound) is allowed"
        case .recoveryTime: return "the last recovery took \(value), and \(bound) is allowed"
        }
    }
}

extension Objectives {
    /// What is expected of one kind; nil if nothing is.
    package subscript(kind: ObjectiveKind) -> Duration? {
        switch kind {
        case .backupAge: backupAge
        case .provenAge: provenAge
        case .recoveryTime: recoveryTime
        }
    }
}

extension RecoveryFacts {
    fileprivate func found(_ kind: ObjectiveKind, now: Date) -> Duration? {
        switch kind {
        case .backupAge: newestBackup.map { .seconds(now.timeIntervalSince($0)) }
        case .provenAge: newestProven.map { .seconds(now.timeIntervalSince($0)) }
        case .recoveryTime: recoveryTime
        }
    }
}
