package import FoundationEssentials

/// Which backup sets a drill or a verification takes: a pure decision with its reasons.
package struct SetChoice: Sendable, Equatable {
    package var id: UUID
    /// Why this one, for people: `the newest`, `never proven`, `proven 12 days ago`.
    package var reason: String

    package init(id: UUID, reason: String) {
        self.id = id
        self.reason = reason
    }

    /// A set that could be taken.
    package struct Candidate: Sendable, Equatable {
        package var id: UUID
        /// Whose it is, as `target/database`.
        package var subject: String
        package var started: Date
        /// When it was last proven, or verified, whatever came of it; nil for never.
        package var lastLook: Date?
        /// A verification found it damaged; it is taken by its id only.
        package var isDamaged: Bool

        package init(id: UUID, subject: String, started: Date, lastLook: Date?, isDamaged: Bool) {
            self.id = id
            self.subject = subject
            self.started = started
            self.lastLook = lastLook
            self.isDamaged = isDamaged
        }
    }

    /// How to choose.
    package enum Rule: Sendable, Equatable {
        /// The newest of each subject.
        case latest
        /// One of each subject, by chance.
        case random
        /// So large a share of all, those first that were looked at longest ago, and of those never looked at the
        /// oldest first, since it is removed first: after `of / share` times each has had its turn.
        case rotate(share: Int, of: Int)
        /// The set whose id begins so.
        case id(String)
    }

    /// - Parameters:
    ///   - chance: from 0 up to 1, for a choice at random.
    ///   - now: what ages in the reasons are reckoned to.
    /// - Returns: Those to take, in the order in which to take them; none if there is none that fits.
    package static func choose(
        _ rule: Rule, among candidates: [Candidate], chance: Double, now: Date
    ) -> [SetChoice] {
        let sound = candidates.filter { !$0.isDamaged }
        switch rule {
        case .latest:
            return bySubject(sound).compactMap { $0.last.map { SetChoice(id: $0.id, reason: "the newest") } }
        case .random:
            return bySubject(sound).compactMap { sets in
                let index = min(sets.count - 1, max(0, Int(chance * Double(sets.count))))
                return sets.isEmpty
                    ? nil : SetChoice(id: sets[index].id, reason: "by chance, one of \(sets.count)")
            }
        case .rotate(let share, let whole):
            guard share > 0, whole > 0 else { return [] }
            let count = (sound.count * share + whole - 1) / whole
            return sound.sorted(by: isDueBefore).prefix(count).map { candidate in
                let days = candidate.lastLook.map { Int(now.timeIntervalSince($0) / 86_400) }
                let reason = days.map { $0 < 1 ? "looked at today" : "looked at \($0) days ago" }
                return SetChoice(id: candidate.id, reason: reason ?? "never looked at")
            }
        case .id(let prefix):
            let found = candidates.filter { $0.id.uuidString.lowercased().hasPrefix(prefix.lowercased()) }
            // The beginning of more than one id names none.
            return found.count == 1 ? found.map { SetChoice(id: $0.id, reason: "asked for by its id") } : []
        }
    }

    /// The candidates of each subject, by age, the oldest first.
    private static func bySubject(_ candidates: [Candidate]) -> [[Candidate]] {
        Dictionary(grouping: candidates, by: \.subject).sorted { $0.key < $1.key }.map { _, sets in
            sets.sorted { ($0.started, $0.id.uuidString) < ($1.started, $1.id.uuidString) }
        }
    }

    private static func isDueBefore(_ left: Candidate, _ right: Candidate) -> Bool {
        switch (left.lastLook, right.lastLook) {
        case (nil, _?): true
        case (_?, nil): false
        case (let one?, let other?) where one != other: one < other
        case (nil, nil), (_?, _?): (left.started, left.id.uuidString) < (right.started, right.id.uuidString)
        }
    }
}
