package import Policy

/// A window whose hours are learned from a target's traffic, with the one that holds until they are.
package struct LearnedWindow: Sendable, Equatable {
    /// What is looked for.
    package var search: QuietSearch
    /// Whose traffic it is.
    package var target: String
    /// The window that holds until there is enough to choose by.
    package var fallback: String
    /// The zone of the learned hours, its own or else the fallback's; nil for the configuration's.
    package var zoneName: String?
    /// The fallback's hours in the fallback's zone, with the closed days and guards of this window where it has some.
    package var whileLearning: Window

    package init(
        search: QuietSearch, target: String, fallback: String, zoneName: String? = nil, whileLearning: Window
    ) {
        self.search = search
        self.target = target
        self.fallback = fallback
        self.zoneName = zoneName
        self.whileLearning = whileLearning
    }

    /// The window with hours that were learned.
    package func window(openings: [Window.Opening]) -> Window {
        var window = whileLearning
        window.zoneName = zoneName
        window.openings = openings
        return window
    }
}
