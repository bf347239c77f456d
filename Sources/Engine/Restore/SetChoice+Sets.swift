import ArchiveFormat
import FoundationEssentials
import Jobs
import Policy

extension SetChoice.Rule {
    /// What a job asks for.
    init(_ choice: BackupChoice) {
        switch choice {
        case .latest: self = .latest
        case .random: self = .random
        case .rotate(let share, let whole): self = .rotate(share: share, of: whole)
        case .id(let id): self = .id(id)
        }
    }
}

extension SetChoice.Candidate {
    /// A set that a drill may take.
    ///
    /// - Parameter recorded: When it was drilled last by the record; its manifest tells only of drills that came to a
    ///   verdict.
    init(drilled set: StoredSet, recorded: Date?) {
        self.init(set, lastLook: [recorded, set.manifest.proof?.at].compactMap { $0 }.max())
    }

    /// A set that a verification may take; it was verified first when it was made.
    init(verified set: StoredSet) { self.init(set, lastLook: set.manifest.verification.at) }

    private init(_ set: StoredSet, lastLook: Date?) {
        self.init(
            id: set.manifest.id, subject: "\(set.manifest.target)/\(set.manifest.database.name)",
            started: set.manifest.started, lastLook: lastLook, isDamaged: set.damaged != nil)
    }
}
