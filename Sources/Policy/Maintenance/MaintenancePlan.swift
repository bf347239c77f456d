/// What is worth doing in one database, the most urgent first, each with its reason and whether it is done now.
package struct MaintenancePlan: Sendable, Equatable {
    /// The most urgent first.
    package var actions: [MaintenanceAction]
    /// What did not fit for too many nights.
    package var starving: [Starving]
    /// What people should know beside the actions: who blocks, what is lost, whose invalid indexes lie about.
    package var notices: [String]
    /// Why nothing at all is done there; nil where something may be.
    package var refusal: String?

    package init(
        actions: [MaintenanceAction] = [], starving: [Starving] = [], notices: [String] = [],
        refusal: String? = nil
    ) {
        self.actions = actions
        self.starving = starving
        self.notices = notices
        self.refusal = refusal
    }

    /// An action that waits night after night.
    package struct Starving: Sendable, Equatable {
        package var kind: MaintenanceClass
        package var object: QualifiedName
        /// How many nights in a row, this one too.
        package var nights: Int
        /// Why it waits, for people.
        package var reason: String

        package init(kind: MaintenanceClass, object: QualifiedName, nights: Int, reason: String) {
            self.kind = kind
            self.object = object
            self.nights = nights
            self.reason = reason
        }
    }

    /// The plan of one database: pure, so that it can be printed before anything is done.
    ///
    /// - Parameters:
    ///   - left: What is left of the window; nil where there is none. Nothing is left outside it: then only what may
    ///     not wait is done.
    ///   - workers: How many statements run at the same time, each on another table; at least 1.
    package static func make(
        facts: MaintenanceFacts, limits: MaintenanceLimits = MaintenanceLimits(),
        history: MaintenanceHistory = MaintenanceHistory(), left: Duration? = nil, workers: Int = 1
    ) -> MaintenancePlan {
        if let refusal = refusal(facts) { return MaintenancePlan(refusal: refusal) }
        let survey = MaintenanceSurvey(facts, limits, history)
        var plan = MaintenancePlan(notices: survey.notices())
        var room = MaintenanceRoom(left: left, workers: workers)
        var frozen: Set<UInt32> = []
        for (need, obstacle, urgency) in ranked(survey) {
            if need.kind == .vacuum, frozen.contains(need.oid) { continue }
            let forecast = MaintenanceForecast(need.kind, need.object, size: need.size, history: history)
            let fit: MaintenanceAction.Fit =
                if let obstacle { .skipped(because: obstacle) } else { room.place(need, forecast.duration) }
            let action = MaintenanceAction(
                kind: need.kind, oid: need.oid, object: need.object, table: need.table, reason: need.reason,
                urgency: urgency, size: need.size, predicted: forecast.duration,
                isGuessed: forecast.isGuessed, fit: fit, options: need.options)
            plan.actions.append(action)
            switch fit {
            case .now, .emergency:
                // A freeze clears dead rows away as well, those of the TOAST table too.
                guard need.kind == .freeze else { continue }
                frozen.formUnion([need.oid] + [survey.toasts[need.oid]?.oid].compactMap { $0 })
            case .skipped: break
            case .waits(let why): plan.note(action, why, history, limits)
            }
        }
        return plan
    }

    /// Counts one night more for what waits.
    private mutating func note(
        _ action: MaintenanceAction, _ why: String, _ history: MaintenanceHistory, _ limits: MaintenanceLimits
    ) {
        let nights = (history.nightsWaited[.init(action.kind, action.object)] ?? 0) + 1
        guard nights >= limits.starvingAfter else { return }
        starving.append(Starving(kind: action.kind, object: action.object, nights: nights, reason: why))
    }

    private static func refusal(_ facts: MaintenanceFacts) -> String? {
        if facts.isInRecovery { return "the server is a standby, which is maintained by its primary" }
        guard facts.version < 120_000 else { return nil }
        return "the server is older than PostgreSQL 12, the first whose maintenance is known here"
    }

    /// All needs that the job's file wants, the most urgent first; equal ones by name, so that two plans are alike.
    private static func ranked(
        _ survey: MaintenanceSurvey
    ) -> [(need: MaintenanceNeed, obstacle: String?, urgency: Double)] {
        let chosen = survey.needs().compactMap { need -> (MaintenanceNeed, String?, Double)? in
            let nights = survey.history.nightsWaited[.init(need.kind, need.object)] ?? 0
            let urgency = need.urgency(nightsWaited: nights)
            switch survey.choose(need) {
            case .leave: return nil
            case .skip(let why): return (need, why, urgency)
            case .take: return (need, need.obstacle, urgency)
            }
        }
        return chosen.sorted { left, right in
            if left.2 != right.2 { return left.2 > right.2 }
            return (left.0.object, left.0.oid) < (right.0.object, right.0.oid)
        }
    }
}
