package import FoundationEssentials

/// One backup set as retention sees it; a group of them shares target, database and job.
package struct RetentionCandidate: Sendable, Equatable {
    /// Names the set; unique in the group.
    package var id: String
    /// The instant that the set stands for.
    package var at: Date
    /// Whether its bytes were read back and found whole; only such sets count for any rule.
    package var verified: Bool
    /// Whether a drill has restored it.
    package var proven: Bool
    /// Whether somebody asked to keep it whatever the rules say.
    package var held: Bool

    package init(id: String, at: Date, verified: Bool, proven: Bool = false, held: Bool = false) {
        self.id = id
        self.at = at
        self.verified = verified
        self.proven = proven
        self.held = held
    }
}

/// What retention says about one set, and why.
package struct RetentionDecision: Sendable, Equatable {
    /// The candidate's.
    package var id: String
    package var keep: Bool
    /// Never empty: each reason to keep it (`daily 3 of 14: 2026-11-20`), or each rule that let it go.
    package var reasons: [String]

    package init(id: String, keep: Bool, reasons: [String]) {
        self.id = id
        self.keep = keep
        self.reasons = reasons
    }
}
