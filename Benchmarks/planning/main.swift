// Measures the search of the module Cron and prints JSON: nanoseconds per occurrence of every pattern of patterns.tsv,
// and seconds for a night of many schedules. Usage: planning ZONE-FILE PATTERNS.TSV NIGHT.TSV
import Cron
import Foundation

let zone = try Zone.parse(
    tzif: Array(Data(contentsOf: URL(filePath: CommandLine.arguments[1]))), name: "Zone")
let clock = ContinuousClock()

func rows(_ path: String) throws -> [[String]] {
    try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").filter { !$0.hasPrefix("#") }
        .map { $0.split(separator: "\t").map(String.init) }
}

/// The best of five rounds, in nanoseconds for each of so many.
func best(of count: Int, _ work: () -> Void) -> Double {
    (0..<5).map { _ in
        let took = clock.measure(work)
        return (Double(took.components.seconds) * 1e9 + Double(took.components.attoseconds) / 1e9)
            / Double(count)
    }.min() ?? 0
}

/// Keeps the optimiser from dropping what is measured.
nonisolated(unsafe) var sink = 0.0

let start = Date(timeIntervalSince1970: 1_767_222_000)
var results: [[String: Any]] = []
for row in try rows(CommandLine.arguments[2]) {
    let pattern = try CronPattern.parse(row[1])
    // Rare patterns come to the end of the calendar before a hundred thousand occurrences: they begin anew.
    let count = 100_000
    let inARow = best(of: count) {
        var occurrences = Occurrences(of: pattern, after: start, in: zone)
        for _ in 0..<count {
            guard let next = occurrences.next() else {
                occurrences = Occurrences(of: pattern, after: start, in: zone)
                continue
            }
            sink += next.timeIntervalSince1970
        }
    }
    let each = best(of: count) {
        var instant = start
        for _ in 0..<count { instant = pattern.next(after: instant, in: zone) ?? start }
        sink += instant.timeIntervalSince1970
    }
    let backwards = best(of: count) {
        var instant = start
        for _ in 0..<count { instant = pattern.previous(before: instant, in: zone) ?? start }
        sink += instant.timeIntervalSince1970
    }
    let parsing = best(of: 20_000) {
        for _ in 0..<20_000 { sink += (try? CronPattern.parse(row[1]))?.isReboot == false ? 1 : 0 }
    }
    let first = Occurrences(of: pattern, after: start, in: zone).prefix(200).map {
        Int($0.timeIntervalSince1970)
    }
    results.append([
        "name": row[0], "row": inARow, "next": each, "previous": backwards, "parse": parsing, "first": first,
    ])
}

let night = try rows(CommandLine.arguments[3]).map { $0[0] }
let evening = Date(timeIntervalSince1970: 1_795_284_000)
var occurrences = 0
var patterns: [CronPattern] = []
let parsed = best(of: 1) { patterns = night.compactMap { try? CronPattern.parse($0) } }
let planned = best(of: 1) {
    occurrences = 0
    for pattern in patterns {
        for slot in Occurrences(of: pattern, after: evening, through: evening + 86_400, in: zone) {
            occurrences += 1
            sink += slot.timeIntervalSince1970
        }
    }
}
let report: [String: Any] = [
    "patterns": results,
    "night": [
        "schedules": patterns.count, "occurrences": occurrences, "parse": parsed / 1e9,
        "plan": planned / 1e9,
    ], "sink": sink > 0,
]
print(String(decoding: try JSONSerialization.data(withJSONObject: report), as: UTF8.self))
