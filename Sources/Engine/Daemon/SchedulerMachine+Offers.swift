import Jobs

/// Seats that an end has made free, on their way from one run that waits to the next.
struct SeatOffer: Sendable, Equatable {
    /// The seats that may be free still.
    private(set) var keys: Set<String>
    /// So many runs may still be asked; the others come to it when they look for themselves.
    private var asksLeft: Int

    private static let asksMax = 8

    init(of ended: Duty) {
        keys = Set(ended.seats.map(\.key))
        asksLeft = Self.asksMax
    }

    /// What is left of it for the next one; nil if that is nothing.
    func without(_ taken: some Sequence<String>) -> SeatOffer? {
        var rest = self
        rest.keys.subtract(taken)
        rest.asksLeft -= 1
        return rest.keys.isEmpty || rest.asksLeft <= 0 ? nil : rest
    }
}

/// Offers: thousands may wait for a seat, and whoever asks costs the catalog a look at all of them. So one is asked
/// after the other, and no more than could have what is free.
extension SchedulerMachine {
    /// Lets the first one behind `last` that waits for what is offered look at once.
    mutating func wake(_ offer: SeatOffer, behind last: Duty?, _ now: Moment) {
        var first: Duty?
        for duty in duties.values where duty.isWaiting && last.map({ $0.isBefore(duty) }) ?? true {
            let mayUse = duty.seats.contains { offer.keys.contains($0.key) }
            if mayUse, first.map(duty.isBefore) ?? true { first = duty }
        }
        guard let first else { return }
        duties[first.run.id]?.phase = .waiting(until: now.uptime)
        duties[first.run.id]?.offer = offer
    }

    /// Hands on what was offered to a run, if anything was.
    ///
    /// - Parameter seats: What is not free any more: it has them now, or somebody else has.
    mutating func passOn(_ duty: Duty, without seats: some Sequence<String> = [String](), _ now: Moment) {
        guard let offer = duty.offer else { return }
        duties[duty.run.id]?.offer = nil
        if let rest = offer.without(seats) { wake(rest, behind: duty, now) }
    }
}
