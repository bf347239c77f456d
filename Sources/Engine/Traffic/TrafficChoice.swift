package import FoundationEssentials
package import Policy

/// What was chosen for a learned window, and why.
package struct TrafficChoice: Sendable, Equatable {
    /// The window's name in `pgvigil.yaml`.
    package var window: String
    /// What was looked for and where, in words: a choice holds for the terms that it was made under.
    package var terms: String
    package var target: String
    package var decidedAt: Date
    package var decision: QuietDecision

    package init(window: String, terms: String, target: String, decidedAt: Date, decision: QuietDecision) {
        self.window = window
        self.terms = terms
        self.target = target
        self.decidedAt = decidedAt
        self.decision = decision
    }

    /// What was learned; none while the fallback holds.
    package var stretches: [QuietStretch] {
        switch decision {
        case .learned(let stretches, _): stretches
        case .fallback: []
        }
    }
}
