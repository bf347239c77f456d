package import FoundationEssentials

/// Wishes to stop runs that are not under way: those that overtook the beginning of their run are kept for it.
///
/// Each is a message of its own, so that the wish for a stop may arrive before the wish to perform.
package struct EarlyStops: Sendable {
    /// More wishes, and more runs that have ended, are not remembered; the oldest go first.
    package static let keptMax = 256

    private var kept: [(run: UUID, reason: StopReason)] = []
    /// A wish for one of these came too late, and must not stop a later resumption of it.
    private var ended: [UUID] = []

    /// Nothing is kept.
    package init() {}

    /// Keeps a wish for a run that has not arrived; the first reason stands, unless the run is not ours any more.
    package mutating func note(_ run: UUID, _ reason: StopReason) {
        guard !ended.contains(run) else { return }
        if let index = kept.firstIndex(where: { $0.run == run }) {
            if reason.isLeaseLost { kept[index].reason = reason }
            return
        }
        if kept.count >= Self.keptMax { kept.removeFirst() }
        kept.append((run, reason))
    }

    /// The run arrives: the wish that came before it, which is not kept any longer.
    package mutating func begin(_ run: UUID) -> StopReason? {
        ended.removeAll { $0 == run }
        guard let index = kept.firstIndex(where: { $0.run == run }) else { return nil }
        return kept.remove(at: index).reason
    }

    /// The run has ended: what arrives for it now is for nobody.
    package mutating func end(_ run: UUID) {
        if ended.count >= Self.keptMax { ended.removeFirst() }
        ended.append(run)
    }
}
