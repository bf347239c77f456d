import Engine
import Measures
import Policy
import Postgres

/// Asking `pgstatindex`, where there is one, before a rebuild that rests on a guess.
extension MaintenanceBench {
    /// Reading an index takes no longer; then the guess has to do.
    private static let confirmationLimit = Duration.seconds(60)

    /// What came of asking.
    enum Confirmation {
        /// There is nothing to ask, or no answer in time.
        case unasked
        case confirmed(String)
        case refused(MaintenanceEffect)
    }

    func confirm(_ index: IndexReading) async throws(PostgresFault) -> Confirmation {
        guard let factor = action.options.confirmsAbove, index.state.size <= RebuildRule.confirmedMax,
            let schema = try await watcher.query(MaintenanceQueries.bloatReader).first?.text("schema")
        else { return .unasked }
        let sql = MaintenanceQueries.bloat(of: index.oid, schema: schema)
        // The server's own limit ends it where we are gone.
        try await limit(Self.confirmationLimit)
        let rule = WatchRule(
            kind: .plain, yieldAfter: work.gently.yieldAfter, lockTimeout: work.gently.lockTimeout,
            pace: work.pace)
        let ending = await supervise(sql, rule)
        if await worker.isOpen { try await limit(.zero) }
        switch ending.result {
        case .success(let rows):
            switch try Self.reading(try rows.one()).verdict(factor: factor) {
            case .confirmed(let seen): return .confirmed(seen)
            case .refuted(let seen): return .refused(.skipped(seen))
            }
        case .failure(let fault):
            let isOpen = await worker.isOpen
            guard ending.report.reason != nil || !isOpen else { return .unasked }
            var effect = trouble(fault, ending)
            effect.before = index.state
            return .refused(effect)
        }
    }

    private func limit(_ limit: Duration) async throws(PostgresFault) {
        let milliseconds = String(Int64(limit / .milliseconds(1)))
        try await MaintenanceSession.set(["statement_timeout": milliseconds], on: worker)
    }

    private static func reading(_ row: Rows.Row) throws(PostgresFault) -> BTreeReading {
        let options = (try row.optionalText("options") ?? "").split(separator: "\n")
        let fill = options.first { $0.hasPrefix("fillfactor=") }.flatMap { Int($0.dropFirst(11)) }
        return BTreeReading(
            size: ByteCount(try row.integer("size")), leafPages: try row.integer("leaves"),
            internalPages: try row.integer("branches"), leafDensity: try row.finite("density"),
            leafFragmentation: try row.finite("fragmentation"), fillFactor: fill ?? 90)
    }
}

extension Rows.Row {
    /// A number; nil for NaN, which `pgstatindex` says of no leaves.
    fileprivate func finite(_ column: String) throws(PostgresFault) -> Double? {
        let value = try number(column)
        return value.isFinite ? value : nil
    }
}
