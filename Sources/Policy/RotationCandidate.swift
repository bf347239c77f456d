package import FoundationEssentials

/// One backup set as the choice of sets to prove or to read again sees it.
package struct RotationCandidate: Sendable, Equatable {
    /// Names the set; unique among the candidates.
    package var id: String
    package var target: String
    package var database: String
    /// When the backup was started.
    package var started: Date
    /// When it had its last turn: was last drilled, or last read back, whatever came of it; nil if it never was.
    ///
    /// A turn that could not verify counts too, or one set that cannot be restored here would keep all others waiting.
    package var lastTurn: Date?
    /// Whether somebody asked to keep it.
    package var isHeld: Bool
    /// Whether it was found damaged; such a set is known not to be good, and is left out.
    package var isDamaged: Bool

    package init(
        id: String, target: String, database: String, started: Date, lastTurn: Date? = nil,
        isHeld: Bool = false, isDamaged: Bool = false
    ) {
        self.id = id
        self.target = target
        self.database = database
        self.started = started
        self.lastTurn = lastTurn
        self.isHeld = isHeld
        self.isDamaged = isDamaged
    }
}

/// A set that was chosen, and why.
package struct RotationChoice: Sendable, Equatable {
    /// The candidate's.
    package var id: String
    /// For people: `never proven, 3 of 8`.
    package var reason: String

    package init(id: String, reason: String) {
        self.id = id
        self.reason = reason
    }
}
