import Cron
import FoundationEssentials
package import Policy

/// A target's week as a person reads it, no wider than 80 columns.
package struct TrafficText {
    /// From nothing to the busiest.
    private static let ramp = Array(" .:-=+*#%@")
    /// Colours of a terminal with 256 of them, from quiet to busy.
    private static let colours = [17, 18, 24, 30, 36, 70, 142, 172, 202, 196]
    private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let width = 80
    /// Half hours, which are what a line has room for.
    private static let perDay = 48
    /// So many openings of a window are told of.
    private static let adviceMax = 3

    private let view: TrafficView
    private let chosen: Set<Int>
    private let colour: Bool

    /// - Parameters:
    ///   - chosen: The openings that are marked, by the view's zone.
    ///   - colour: Whether it goes to a terminal that shows colours.
    package init(_ view: TrafficView, chosen: [Window.Opening], colour: Bool) {
        self.view = view
        self.colour = colour
        self.chosen = Set(chosen.flatMap(Self.halves))
    }

    /// The map, what its signs mean, and what is to be said of each window.
    package func render(_ instants: InstantText) -> String {
        var lines = [heading(instants), ""]
        if view.from != nil { lines += map() + ["", legend(), ""] }
        lines += view.windows.flatMap(about)
        if view.windows.isEmpty {
            lines.append(wrapped("No schedule of a job on \(view.target) names a window."))
        }
        return lines.joined(separator: "\n")
    }

    private func heading(_ instants: InstantText) -> String {
        guard let from = view.from, let until = view.until else {
            return wrapped(
                "Nothing is known of the traffic of \(view.target) yet. A serving daemon watches the targets of windows "
                    + "with 'learn' in pgvigil.yaml.")
        }
        return wrapped(
            "Traffic of \(view.target) from \(instants.short(from)) to \(instants.short(until)), at most \(view.days) "
                + "days, by the clocks of \(view.zone)")
    }

    /// A line a day from Monday; without colours the chosen hours are marked below it.
    private func map() -> [String] {
        let hours = stride(from: 0, to: 24, by: 3).map { $0 < 10 ? "0\($0)    " : "\($0)    " }
        return ["     " + hours.joined().trimmingEnd]
            + [1, 2, 3, 4, 5, 6, 0].flatMap { day in
                let halves = (day * Self.perDay)..<((day + 1) * Self.perDay)
                let line = "\(Self.days[day])  \(halves.map(cell).joined())"
                guard !colour, halves.contains(where: chosen.contains) else {
                    return [colour ? line : line.trimmingEnd]
                }
                let marks = halves.map { chosen.contains($0) ? "^" : " " }
                return [line.trimmingEnd, "     " + marks.joined().trimmingEnd]
            }
    }

    private func cell(_ half: Int) -> String {
        let loads = [view.loads[half * 2], view.loads[half * 2 + 1]].compactMap(\.self)
        guard let load = loads.max() else { return "?" }
        let level = min(9, max(0, Int(load * 10)))
        guard colour else { return String(Self.ramp[level]) }
        return "\u{1B}[48;5;\(Self.colours[level])m\(chosen.contains(half) ? "\u{1B}[97m·" : " ")\u{1B}[0m"
    }

    private func legend() -> String {
        let mark = chosen.isEmpty ? "" : colour ? "; · chosen" : "; ^ chosen"
        let scale =
            colour
            ? Self.colours.map { "\u{1B}[48;5;\($0)m \u{1B}[0m" }.joined()
            : "'\(String(Self.ramp))'"
        return "\(scale) from nothing to the week's peak\(mark); ? not watched"
    }

    private func about(_ window: TrafficView.Window) -> [String] {
        if let reason = window.reason {
            return [wrapped("\(window.name) \(reason).")]
        }
        let advice = window.openings.compactMap(\.advice)
        if !advice.isEmpty {
            return advice.prefix(Self.adviceMax).map { wrapped("\(window.name): \($0).") }
        }
        let loads = window.openings.compactMap(\.load)
        guard let most = loads.max(), view.from != nil else {
            return [wrapped("\(window.name): too little is known of its hours.")]
        }
        return [
            wrapped(
                "\(window.name): at \(Percent.text(most)) of the peak at most; nothing near is clearly quieter."
            )
        ]
    }

    private func wrapped(_ text: String) -> String { TextLines.wrap(text, rest: "    ", width: Self.width) }

    /// The half hours of the week that an opening touches.
    private static func halves(_ opening: Window.Opening) -> [Int] {
        opening.weekdays.flatMap { day in
            let from = day * 1440 + opening.from
            let end = day * 1440 + opening.to + (opening.to > opening.from ? 0 : 1440)
            return (from / 30..<(end + 29) / 30).map { $0 % (7 * perDay) }
        }
    }
}

extension String {
    /// Without the spaces at its end.
    fileprivate var trimmingEnd: String {
        var text = self[...]
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
