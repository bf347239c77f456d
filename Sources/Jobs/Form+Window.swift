import Faults
import Measures
import Policy

extension Form where Value == Window.Opening {
    /// One opening.
    static let opening = Form<String>.text(
        "opening", pattern: "^([A-Za-z,-]+ +)?[0-9]{1,2}:[0-9]{2}-[0-9]{1,2}:[0-9]{2}$"
    ).map { text, field -> Window.Opening? in
        do throws(PolicyFault) {
            return try Window.Opening.parse(text)
        } catch {
            field.findings.add(AnyFault(error, at: field.place))
            return nil
        }
    }
}

extension Form where Value == Window.ClosedDays {
    /// A day, or the first and the last of several.
    static let closedDays = Form<String>.text(
        "day or range of days", pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}(\\.\\.[0-9]{4}-[0-9]{2}-[0-9]{2})?$"
    ).map { text, field -> Window.ClosedDays? in
        do throws(PolicyFault) {
            return try Window.ClosedDays.parse(text)
        } catch {
            field.findings.add(AnyFault(error, at: field.place))
            return nil
        }
    }
}

extension Form where Value == [GuardRule] {
    /// `{active_sessions: 40, load: 1.5}`, in the order of ``GuardKind``.
    static let guards = Form.section(GuardKeys.all.map(\.key.declaration), owner: "guards") { section in
        GuardKeys.all.compactMap { kind, key in
            section.value(key).map { GuardRule(kind: kind, limit: $0) }
        }
    }
}

extension Form where Value == Window.Opening {
    /// Hours of every day.
    static let hours = Form<String>.text("hours", pattern: "^[0-9]{1,2}:[0-9]{2}-[0-9]{1,2}:[0-9]{2}$").map {
        text, field -> Window.Opening? in
        do throws(PolicyFault) {
            let opening = try Window.Opening.parse(text)
            if opening.weekdays == Set(0...6) { return opening }
            field.refuse(
                because: "every night is looked at", remedy: "Write hours without days, such as 20:00-08:00.")
        } catch {
            field.findings.add(AnyFault(error, at: field.place))
        }
        return nil
    }
}

extension Form where Value == Int {
    /// A duration in whole quarters of an hour, as minutes.
    static let quarters = Form<Duration>.duration(atLeast: .seconds(900), atMost: .seconds(86_400))
        .map { duration, field -> Int? in
            let minutes = Int(duration / .seconds(60))
            if duration == .seconds(minutes * 60), minutes % 15 == 0 { return minutes }
            field.refuse(
                because: "it is not a multiple of 15 minutes", remedy: "Write a duration such as 90m or 3h.")
            return nil
        }
}

/// What `windows.NAME.learn` says.
struct LearnEntry: Sendable {
    var search: QuietSearch
    var target: String?
    var targetPlace: Place?
}

extension Form where Value == LearnEntry {
    /// `{length: 3h, within: "20:00-08:00", days: 28, target: main}`.
    static let learn = Form.section(LearnKeys.all, owner: "learn") { section in
        let (minutes, within) = (section.value(LearnKeys.length), section.value(LearnKeys.within))
        let (days, target) = (section.value(LearnKeys.days), section.value(LearnKeys.target))
        guard let minutes, let within, let days else { return nil }
        let search = QuietSearch(minutes: minutes, within: within, days: days)
        guard search.hasRoom else {
            section.report(
                .disagreement(
                    "the hours of 'within' have no room for the length that is looked for",
                    remedy: "Write a shorter 'length', or longer hours in 'within'."),
                at: section.place(LearnKeys.within) ?? section.place(LearnKeys.length))
            return nil
        }
        return LearnEntry(search: search, target: target, targetPlace: section.place(LearnKeys.target))
    }
}

/// What an entry of `windows:` says.
struct WindowEntry: Sendable {
    /// Without openings where they are learned.
    var window: Window
    var learn: LearnEntry?
    var fallback: String?
    var fallbackPlace: Place?

    init(_ window: Window, learn: LearnEntry? = nil, fallback: String? = nil, fallbackPlace: Place? = nil) {
        self.window = window
        self.learn = learn
        self.fallback = fallback
        self.fallbackPlace = fallbackPlace
    }
}

extension Form where Value == WindowEntry {
    /// One opening, a list of them, or `{zone: …, open: …, closed: …, guards: …}`, or one that is learned.
    static let window: Form = {
        let openings = Form<Window.Opening>.opening.oneOrMany
        let longer = Form.section(WindowKeys.all, owner: "a window") { section in
            let zone = section.value(WindowKeys.zone)
            let closed = section.value(WindowKeys.closed) ?? []
            let guards = section.value(WindowKeys.guards) ?? []
            let window = Window(zoneName: zone, openings: [], closed: closed, guards: guards)
            return section.has(WindowKeys.learn) ? learned(window, section) : fixed(window, section)
        }
        return Form(shape: .either([openings.shape, longer.shape])) { field in
            if field.isList || field.written != nil {
                return openings.read(field).map { WindowEntry(Window(openings: $0)) }
            }
            return longer.read(field)
        }
    }()

    private static func fixed(_ window: Window, _ section: Section) -> WindowEntry? {
        if section.has(WindowKeys.fallback) {
            section.report(
                .disagreement(
                    "'fallback' is for windows that are learned, and this one has no 'learn'",
                    remedy: "Remove 'fallback', or write 'learn: {}' in place of 'open'."),
                at: section.place(WindowKeys.fallback))
        }
        return section.required(WindowKeys.open).map { openings in
            var window = window
            window.openings = openings
            return WindowEntry(window)
        }
    }

    private static func learned(_ window: Window, _ section: Section) -> WindowEntry? {
        if section.has(WindowKeys.open) {
            section.report(
                .disagreement(
                    "a window has its hours from 'open' or from 'learn', and this one has both",
                    remedy: "Move the hours of 'open' to a window of their own, and name that in 'fallback'."),
                at: section.place(WindowKeys.open))
        }
        let fallback = section.required(WindowKeys.fallback)
        guard let learn = section.value(WindowKeys.learn), let fallback else { return nil }
        return WindowEntry(
            window, learn: learn, fallback: fallback, fallbackPlace: section.place(WindowKeys.fallback))
    }
}
