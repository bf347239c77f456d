import Faults
import Policy

extension ConfigurationParser {
    /// Every window by its name, and those of them that are learned.
    static func readWindows(
        _ section: Section?, _ targets: [String]?, _ findings: Findings
    ) -> (all: [String: Window], learned: [String: LearnedWindow]) {
        let entries = section?.value(SettingsKeys.windows) ?? []
        var all: [String: Window] = [:]
        for entry in entries where entry.value?.learn == nil { all[entry.name] = entry.value?.window }
        let fixed = all
        var learned: [String: LearnedWindow] = [:]
        for entry in entries {
            guard let value = entry.value, let learn = value.learn else { continue }
            let fallback = fallback(of: value, entry.name, fixed, entries.map(\.name), findings)
            let target = target(of: learn, targets, entry.place, findings)
            guard let fallback, let target else { continue }
            let window = LearnedWindow(
                search: learn.search, target: target, fallback: fallback.name,
                zoneName: value.window.zoneName ?? fallback.window.zoneName,
                whileLearning: holding(value.window, until: fallback.window))
            learned[entry.name] = window
            all[entry.name] = window.whileLearning
        }
        return (all, learned)
    }

    /// The fallback's hours and zone, with the closed days and guards of the learned window where it has some.
    private static func holding(_ window: Window, until fallback: Window) -> Window {
        var held = fallback
        if !window.closed.isEmpty { held.closed = window.closed }
        if !window.guards.isEmpty { held.guards = window.guards }
        return held
    }

    /// A fallback has hours of its own, so that what stands for the other never goes round in circles.
    private static func fallback(
        of entry: WindowEntry, _ name: String, _ fixed: [String: Window], _ known: [String],
        _ findings: Findings
    ) -> (name: String, window: Window)? {
        guard let fallback = entry.fallback else { return nil }
        if let window = fixed[fallback] { return (fallback, window) }
        let places = fixed.keys.sorted()
        let remedy =
            Suggestion.nearest(to: fallback, among: places).map { "Write '\($0)'." }
            ?? (places.isEmpty
                ? "Write a window with hours of its own, and name it here."
                : "The windows with hours of their own are \(places.joined(separator: ", ")).")
        let summary =
            fallback == name
            ? "the window '\(name)' cannot be its own fallback"
            : known.contains(fallback)
                ? "the fallback '\(fallback)' has no hours of its own" : "there is no window '\(fallback)'"
        findings.add(AnyFault(.disagreement(summary, remedy: remedy), at: entry.fallbackPlace))
        return nil
    }

    /// The target whose traffic is looked at.
    private static func target(
        of learn: LearnEntry, _ known: [String]?, _ place: Place, _ findings: Findings
    ) -> String? {
        // What is wrong with the targets was reported.
        guard let known else { return nil }
        if let name = learn.target {
            if known.contains(name) { return name }
            let nearest = Suggestion.nearest(to: name, among: known)
            findings.add(
                AnyFault(.unknownTarget(name, nearest: nearest, known: known), at: learn.targetPlace))
            return nil
        }
        if known.count == 1 { return known.first }
        findings.add(
            AnyFault(
                .disagreement(
                    "there are \(known.count) targets, and 'learn' does not say whose traffic it is",
                    remedy: "Write 'target:' in 'learn' with one of \(known.joined(separator: ", "))."),
                at: place))
        return nil
    }
}
