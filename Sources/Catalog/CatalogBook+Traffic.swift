package import Engine
package import Faults
package import FoundationEssentials
package import Policy
import Postgres

/// How busy targets are, and what was learned from it.
extension CatalogBook: TrafficBook {
    package func takeTurn(target: String, minute: Int64) async throws(AnyFault) -> TrafficTurn {
        let rows = try await write(TrafficStatements.turn, [.text(target), .integer(minute)])
        return try reading { () throws(CatalogFault) in
            guard let row = rows.first else { return .others }
            return .mine(before: try row.optionalJSON("reading", TrafficReading.self))
        }
    }

    package func record(
        _ reading: TrafficReading, of target: String, minute: Int64, quarter: TrafficQuarter?
    ) async throws(AnyFault) {
        let values: [SQLValue] = try self.reading { () throws(CatalogFault) in
            [
                .text(target), .integer(minute), try .json(reading), .microseconds(quarter?.start),
                .number(quarter?.seconds ?? 0), .number(quarter?.ownSeconds ?? 0),
                try .json(quarter?.amounts ?? [:]),
            ]
        }
        try await write(TrafficStatements.record, values)
    }

    package func quarters(target: String, since: Date) async throws(AnyFault) -> [TrafficQuarter] {
        try await read(TrafficStatements.quarters, [.text(target), .microseconds(since)]) {
            row throws(CatalogFault) in
            TrafficQuarter(
                start: try row.date("start"), seconds: Double(try row.string("seconds")) ?? 0,
                ownSeconds: Double(try row.string("own_seconds")) ?? 0,
                amounts: try row.optionalJSON("amounts", [TrafficSignal: Double].self) ?? [:])
        }
    }

    package func choices(window: String?) async throws(AnyFault) -> [TrafficChoice] {
        try await read(TrafficStatements.choices, [.optional(window)]) { row throws(CatalogFault) in
            let reason = try row.string("reason")
            let stretches = try row.optionalJSON("stretches", [QuietStretch].self) ?? []
            return TrafficChoice(
                window: try row.string("window_name"), terms: try row.string("terms"),
                target: try row.string("target"), decidedAt: try row.date("decided_at"),
                decision: try row.flag("learned")
                    ? .learned(stretches, because: reason) : .fallback(because: reason))
        }
    }

    package func record(_ choice: TrafficChoice) async throws(AnyFault) {
        let isLearned =
            switch choice.decision {
            case .learned: true
            case .fallback: false
            }
        let values: [SQLValue] = try reading { () throws(CatalogFault) in
            [
                .text(choice.window), .text(choice.terms), .text(choice.target),
                .microseconds(choice.decidedAt), .boolean(isLearned), try .json(choice.stretches),
                .line(choice.decision.reason),
            ]
        }
        try await write(TrafficStatements.choose, values)
    }

    package func forgetTraffic(before: Date) async throws(AnyFault) {
        try await write(TrafficStatements.forget, [.microseconds(before)])
    }
}

/// The statements about traffic; each is a file in `SQL/`, embedded in the program.
private enum TrafficStatements {
    static let turn = Statements.text(PackageResources.traffic_turn_sql)
    static let record = Statements.text(PackageResources.traffic_record_sql)
    static let quarters = Statements.text(PackageResources.traffic_quarters_sql)
    static let choices = Statements.text(PackageResources.traffic_choices_sql)
    static let choose = Statements.text(PackageResources.traffic_choose_sql)
    static let forget = Statements.text(PackageResources.traffic_forget_sql)
}
