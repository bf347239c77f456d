import Faults
import FoundationEssentials
import Measures
package import Policy

/// Maintenance as a person reads it: a plan before, a line for each object while it is done, and what became of it.
package enum MaintenanceText {
    /// More that waits, or is skipped, is counted, not listed.
    private static let listedMax = 12

    // MARK: While it is done

    /// ` 3/12`.
    package static func place(_ action: MaintenanceRecord, of count: Int) -> String {
        let total = "\(max(count, action.ordinal))"
        let number = "\(action.ordinal)"
        return String(repeating: " ", count: total.count - number.count) + "\(number)/\(total)"
    }

    /// `vacuum main/shop public.orders`.
    package static func line(_ action: MaintenanceRecord) -> String {
        "\(action.kind.rawValue) \(action.target)/\(action.database) \(name(action.object))"
    }

    /// One line of an action that has ended: ` 3/12  done       reindex public.orders_pkey  1m 05s  80 MB → 21 MB`.
    package static func progress(_ action: MaintenanceRecord, of count: Int) -> String {
        let view = MaintenanceView(action)
        let parts = [
            place(action, of: count), pad(word(view.result), 9), pad(action.kind.rawValue, 8),
            name(action.object),
        ]
        let facts = [view.seconds.map { length($0) } ?? "", change(view) ?? action.detail].filter {
            !$0.isEmpty
        }
        return (parts + facts).joined(separator: "  ")
    }

    /// `starving: reindex of public.big_pkey has waited for 4 nights: it takes about 3h 10m, …`.
    package static func starving(_ object: MaintenancePlan.Starving) -> String {
        "         starving: \(object.kind.rawValue) of \(name(object.object)) has waited for "
            + "\(object.nights) nights: \(FaultText.oneLine(object.reason))"
    }

    // MARK: Before

    /// The plan of one database: each action with its reason and how long it will take, the most urgent first.
    package static func plan(_ plan: MaintenancePlanView) -> String {
        let item = "\(plan.target)/\(plan.database)"
        if let refusal = plan.refusal { return wrap("\(item): ", refusal, by: 2) }
        let todo = plan.actions.filter { $0.result == "planned" }
        let rest = plan.actions.filter { $0.result != "planned" }
        var lines = ["\(item): \(headline(todo))"]
        lines += plan.notices.map { wrap("  note: ", $0, by: 8) }
        var table = TextTable([
            ("", .left), ("WHAT", .left), ("OBJECT", .left), ("SIZE", .right), ("TIME", .left),
        ])
        for view in todo {
            table.add(["", what(view), view.name, "\(ByteCount(view.bytes))", predicted(view)])
        }
        lines += rows(table, notes: todo.map { [wrap("      ", FaultText.oneLine($0.reason), by: 6)] })
        lines += left(rest)
        return lines.joined(separator: "\n")
    }

    private static func headline(_ todo: [MaintenanceView]) -> String {
        guard !todo.isEmpty else { return "nothing to do" }
        let seconds = todo.compactMap(\.predictedSeconds).reduce(0, +)
        return "\(todo.count) to do, about \(length(seconds)) in all"
    }

    // MARK: After

    /// What a run did, database by database: what it changed first, then what it left, with the reasons.
    package static func results(_ views: [MaintenanceView]) -> String {
        var order: [String] = []
        var groups: [String: [MaintenanceView]] = [:]
        for view in views {
            let item = "\(view.target)/\(view.database)"
            if groups[item] == nil { order.append(item) }
            groups[item, default: []].append(view)
        }
        return order.map { result(of: $0, groups[$0] ?? []) }.joined(separator: "\n\n")
    }

    private static func result(of item: String, _ views: [MaintenanceView]) -> String {
        let isLeft = { (view: MaintenanceView) in view.result == "waits" || view.result == "skipped" }
        let tried = views.filter { !isLeft($0) }
        var table = TextTable([
            ("", .left), ("RESULT", .left), ("WHAT", .left), ("OBJECT", .left), ("TOOK", .right),
            ("CHANGE", .left),
        ])
        for view in tried {
            table.add(["", word(view.result), what(view), view.name, took(view), change(view) ?? ""])
        }
        let notes = tried.map { view -> [String] in
            let isDone = view.result == MaintenanceRecord.State.done.rawValue
            let lines = isDone ? [view.reason] : [view.detail, "it was wanted for: \(view.reason)"]
            return lines.compactMap { $0 }.map { wrap("      ", FaultText.oneLine($0), by: 6) }
        }
        return ([headline(of: item, views)] + rows(table, notes: notes) + left(views.filter(isLeft)))
            .joined(separator: "\n")
    }

    /// `main/shop, 11.8 MiB smaller:`.
    private static func headline(of item: String, _ views: [MaintenanceView]) -> String {
        let freed = views.reduce(Int64(0)) { sum, view in
            guard view.result == MaintenanceRecord.State.done.rawValue, let before = view.before,
                let after = view.after
            else { return sum }
            return sum + before.bytes - after.bytes
        }
        return freed > 0 ? "\(item), \(ByteCount(freed)) smaller:" : "\(item):"
    }

    /// What an action changed: `80 MB → 21 MB, dead rows 40 000 → 0`; nil where nothing can be told.
    static func change(_ view: MaintenanceView) -> String? {
        guard let before = view.before, let after = view.after else { return nil }
        var parts: [String] = []
        if before.bytes != after.bytes {
            parts.append("\(ByteCount(before.bytes)) → \(ByteCount(after.bytes))")
        }
        if before.deadRows != after.deadRows {
            parts.append(pair("dead rows", before.deadRows, after.deadRows))
        }
        if view.kind == MaintenanceClass.freeze.rawValue {
            parts.append(pair("age", before.xidAge, after.xidAge))
            if before.multixactAge != after.multixactAge {
                parts.append(pair("multixact age", before.multixactAge, after.multixactAge))
            }
        }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }

    // MARK: Inside

    /// The rows of a table, each with what belongs below it; nothing for a table without rows.
    private static func rows(_ table: TextTable, notes: [[String]]) -> [String] {
        guard !notes.isEmpty else { return [] }
        let lines = table.render().split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        return Array(lines.prefix(1)) + zip(lines.dropFirst(), notes).flatMap { [$0] + $1 }
    }

    /// Loud where it is done whatever the window says.
    private static func what(_ view: MaintenanceView) -> String {
        view.emergency == true ? "\(view.kind.uppercased())!" : view.kind
    }

    /// What waits or is skipped: a line each, one reason told once for all that share it.
    private static func left(_ views: [MaintenanceView]) -> [String] {
        var lines: [String] = []
        var order: [String] = []
        var groups: [String: [MaintenanceView]] = [:]
        for view in views {
            let key = view.result + (view.detail.map { " (\($0))" } ?? "")
            if groups[key] == nil { order.append(key) }
            groups[key, default: []].append(view)
        }
        for key in order {
            let all = groups[key] ?? []
            let names = all.prefix(listedMax).map { "\($0.kind) \($0.name)" }.joined(separator: ", ")
            let more = all.count > listedMax ? " and \(all.count - listedMax) more" : ""
            lines.append(wrap("  ", "\(FaultText.oneLine(key)): \(names)\(more)", by: 6))
        }
        return lines
    }

    private static func took(_ view: MaintenanceView) -> String {
        view.seconds.map { length($0) } ?? "–"
    }

    private static func predicted(_ view: MaintenanceView) -> String {
        guard let seconds = view.predictedSeconds else { return "time unknown" }
        return "about \(length(seconds))" + (view.predictionGuessed == true ? " (a guess)" : "")
    }

    private static func length(_ seconds: Double) -> String {
        let rounded = seconds < 60 ? seconds : seconds.rounded()
        return DurationText.render(.milliseconds(Int64((min(rounded, 1e9) * 1000).rounded())))
    }

    private static func pair(_ what: String, _ before: Int64, _ after: Int64) -> String {
        "\(what) \(Decimals.grouped(before)) → \(Decimals.grouped(after))"
    }

    /// Loud where somebody has to act.
    private static func word(_ result: String) -> String {
        result == MaintenanceRecord.State.failed.rawValue ? result.uppercased() : result
    }

    private static func name(_ object: QualifiedName) -> String {
        FaultText.oneLine("\(object.schema).\(object.name)")
    }

    private static func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    private static func wrap(_ first: String, _ text: String, by indent: Int) -> String {
        TextLines.wrap(text, first: first, rest: String(repeating: " ", count: indent))
    }
}
