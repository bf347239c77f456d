import Policy

/// Decides which action of one database is done next, and what becomes of those that are not: events in, actions out.
///
/// At most so many at a time, never two on one table, and nothing of ours that a rebuild would wait for beside it; the most
/// urgent first. What does not fit lets smaller ones go first; once the time is over only emergencies are done; once the
/// run is stopped, nothing.
struct MaintainMachine: Sendable, Equatable {
    /// What has happened; actions are told by their place in the plan.
    enum Event: Sendable, Equatable {
        case begin
        case admitted(Int)
        case refused(Int, Refusal)
        case ended(Int)
    }

    /// Why an action is not done now.
    enum Refusal: Sendable, Equatable {
        /// It does not fit in what is left; a shorter one may.
        case tooLong(String)
        /// Nothing but emergencies is done any more.
        case closed(String)
        /// Nothing is done any more.
        case over(String)
    }

    /// What to do.
    enum Action: Sendable, Equatable {
        /// Whether it may begin now; the answer arrives as an event.
        case ask(Int)
        /// Its end arrives as an event.
        case perform(Int)
        /// Nothing is done about it, for this reason.
        case note(Int, MaintenanceRecord.State, because: String)
        case finish
    }

    /// What must be known of an action.
    struct Planned: Sendable, Equatable {
        var kind: MaintenanceClass
        var table: QualifiedName
        var fit: MaintenanceAction.Fit

        init(kind: MaintenanceClass, table: QualifiedName, fit: MaintenanceAction.Fit) {
            self.kind = kind
            self.table = table
            self.fit = fit
        }

        /// Whether both may be under way at the same time.
        func isFree(beside other: Planned) -> Bool {
            table != other.table && MaintenanceRoom.areFree(kind, other.kind)
        }
    }

    private enum Phase: Sendable, Equatable {
        case idle, working, ended
    }

    private let plan: [Planned]
    private let workers: Int
    private var phase = Phase.idle
    /// Not begun yet, in their order.
    private var queue: [Int] = []
    /// Asked about, or under way.
    private var asked: Set<Int> = []
    private var underWay: Set<Int> = []

    /// - Parameter workers: How many are done at the same time, at least one.
    init(_ plan: [Planned], workers: Int) {
        self.plan = plan
        self.workers = max(1, workers)
    }

    /// The answer to an event; late and repeated events get an empty one.
    mutating func handle(_ event: Event) -> [Action] {
        switch (phase, event) {
        case (.idle, .begin):
            phase = .working
            return begin() + goOn()
        case (.working, .admitted(let index)):
            guard asked.remove(index) != nil else { return [] }
            underWay.insert(index)
            return [.perform(index)] + goOn()
        case (.working, .refused(let index, let refusal)):
            guard asked.remove(index) != nil else { return [] }
            return refuse(index, refusal) + goOn()
        case (.working, .ended(let index)):
            guard underWay.remove(index) != nil else { return [] }
            return goOn()
        case (.idle, .admitted), (.idle, .refused), (.idle, .ended), (.working, .begin), (.ended, _):
            return []
        }
    }

    /// Tells of what the plan leaves out, and queues the rest.
    private mutating func begin() -> [Action] {
        plan.indices.compactMap { index in
            switch plan[index].fit {
            case .now, .emergency:
                queue.append(index)
                return nil
            case .waits(let why): return .note(index, .waits, because: why)
            case .skipped(let why): return .note(index, .skipped, because: why)
            }
        }
    }

    private mutating func refuse(_ index: Int, _ refusal: Refusal) -> [Action] {
        switch refusal {
        case .tooLong(let why): return [.note(index, .waits, because: why)]
        case .closed(let why):
            // An emergency is not told so; should it be, it is not tried for ever.
            return [.note(index, .waits, because: why)] + drop(.waits, why, keepsEmergencies: true)
        case .over(let why):
            return [.note(index, .skipped, because: why)] + drop(.skipped, why, keepsEmergencies: false)
        }
    }

    private mutating func drop(
        _ state: MaintenanceRecord.State, _ why: String, keepsEmergencies: Bool
    ) -> [Action] {
        let dropped = queue.filter { !keepsEmergencies || plan[$0].fit != .emergency }
        queue = keepsEmergencies ? queue.filter { plan[$0].fit == .emergency } : []
        return dropped.map { .note($0, state, because: why) }
    }

    /// Asks about the next ones, as long as there is a worker and one that is free beside all that is under way.
    private mutating func goOn() -> [Action] {
        var actions: [Action] = []
        while asked.count + underWay.count < workers {
            let busy = asked.union(underWay).map { plan[$0] }
            guard
                let place = queue.firstIndex(where: { next in
                    busy.allSatisfy { plan[next].isFree(beside: $0) }
                })
            else { break }
            let index = queue.remove(at: place)
            asked.insert(index)
            actions.append(.ask(index))
        }
        if queue.isEmpty, asked.isEmpty, underWay.isEmpty {
            phase = .ended
            actions.append(.finish)
        }
        return actions
    }
}
