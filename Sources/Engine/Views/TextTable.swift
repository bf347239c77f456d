import Faults

/// Columns of text, padded to the widest of each; numbers to the right.
package struct TextTable: Sendable {
    /// Which side of its column a text stands on.
    package enum Side: Sendable {
        case left, right
    }

    private let columns: [(title: String, side: Side)]
    private var rows: [[String]] = []

    package init(_ columns: [(String, Side)]) {
        self.columns = columns.map { (title: $0.0, side: $0.1) }
    }

    /// Adds a row; missing fields are empty, line breaks and control characters become spaces.
    package mutating func add(_ fields: [String]) {
        rows.append(columns.indices.map { $0 < fields.count ? FaultText.oneLine(fields[$0]) : "" })
    }

    /// The table with its head; no spaces at the ends of lines.
    package func render() -> String {
        let head = columns.map(\.title)
        let widths = columns.indices.map { column in ([head] + rows).map { $0[column].count }.max() ?? 0 }
        return ([head] + rows).map { row in
            let line = columns.indices.map { pad(row[$0], widths[$0], columns[$0].side) }.joined(
                separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed())
        }.joined(separator: "\n")
    }

    private func pad(_ text: String, _ width: Int, _ side: Side) -> String {
        let gap = String(repeating: " ", count: max(0, width - text.count))
        return side == .left ? text + gap : gap + text
    }
}
